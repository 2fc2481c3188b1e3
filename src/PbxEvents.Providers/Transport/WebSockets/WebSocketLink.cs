using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.WebSockets;

/// <summary>A link of plain WebSocket messages.</summary>
/// <param name="id">Its number in the connection.</param>
/// <param name="target">Where it leads.</param>
/// <param name="sink">Who it delivers to.</param>
/// <param name="options">TLS, proxy, limits, clock.</param>
internal sealed class WebSocketLink(int id, LinkTarget target, ILinkSink sink, TransportOptions options)
    : LinkPump<OutFrame>(id, target, sink, options)
{
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromMilliseconds(500);

    private WebSocketChannel? _channel;

    public override DateTimeOffset? LastReceivedAt => _channel?.LastReceivedAt;

    public override void Send(OutFrame frame) => Post(frame);

    protected override async Task OpenCoreAsync(CancellationToken cancellationToken)
    {
        var channel = await WebSocketChannel.OpenAsync(Target.Uri, Target, Options, cancellationToken).ConfigureAwait(false);
        _channel = channel;
        Hold(channel);
        if (Target.MaxSilence is { } limit)
            Watch(() => channel.Silence, limit);
        StartWriting();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<bool> ReadOneAsync()
    {
        var message = await _channel!.ReceiveAsync().ConfigureAwait(false);
        if (message.Type == WebSocketMessageType.Close)
        {
            if (HasEnded)
                return false;
            var fault = _channel.ClosedByServer();
            await AnswerGoodbyeAsync(_channel).ConfigureAwait(false);
            throw fault;
        }

        var kind = message.Type == WebSocketMessageType.Text ? FrameKind.Text : FrameKind.Binary;
        await Sink.OnFrameAsync(this, new Frame(kind, message.Data.ToArray())).ConfigureAwait(false);
        return true;
    }

    protected override ValueTask WriteOneAsync(OutFrame item, bool isMoreWaiting) => _channel!.SendAsync(item.Payload);

    protected override Task SayGoodbyeAsync() => _channel!.SayGoodbyeAsync();

    private async Task AnswerGoodbyeAsync(WebSocketChannel channel)
    {
        try
        {
            // .NET goes on to wait until the server has closed the socket; the news of the end does not wait that long.
            await channel.SayGoodbyeAsync().WaitAsync(GoodbyeLimit, Options.Clock).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It is a courtesy: the link is at its end either way, and the server's own code is what must be told.
        }
    }
}
