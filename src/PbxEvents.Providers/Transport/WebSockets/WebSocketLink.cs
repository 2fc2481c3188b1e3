using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.WebSockets;

/// <summary>A link of plain WebSocket messages.</summary>
internal sealed class WebSocketLink : LinkPump<OutFrame>, ILink
{
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromMilliseconds(500);

    private readonly ILinkSink _sink;
    private readonly object _gate = new();
    private WebSocketChannel? _channel;
    private SilenceWatch? _watch;
    private bool _isTornDown;

    /// <summary>Makes it; it is not open yet.</summary>
    /// <param name="id">Its number in the connection.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="sink">Who it delivers to.</param>
    /// <param name="options">TLS, proxy, limits, clock.</param>
    public WebSocketLink(int id, LinkTarget target, ILinkSink sink, TransportOptions options)
        : base(options, target)
    {
        Id = id;
        _sink = sink;
    }

    /// <inheritdoc/>
    public int Id { get; }

    /// <inheritdoc/>
    public override DateTimeOffset? LastReceivedAt => _channel?.LastReceivedAt;

    /// <inheritdoc/>
    public void Send(OutFrame frame) => Post(frame);

    /// <inheritdoc/>
    protected override async Task OpenCoreAsync(CancellationToken cancellationToken)
    {
        var channel = await WebSocketChannel.OpenAsync(Target.Uri, Target, Options, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _channel = channel;
            if (_isTornDown)
            {
                channel.Dispose();
                return;
            }

            if (Target.MaxSilence is { } limit) _watch = new SilenceWatch(Options.Clock, limit, () => channel.Silence, OnSilent);
        }

        StartWriting();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<bool> ReadOneAsync()
    {
        var message = await _channel!.ReceiveAsync().ConfigureAwait(false);
        if (message.Type == WebSocketMessageType.Close)
        {
            if (HasEnded) return false;
            var fault = LinkFaults.Lost(Target.Display, $"the server closed it ({_channel.Goodbye ?? "without a reason"})", code: _channel.GoodbyeCode);
            await AnswerGoodbyeAsync(_channel).ConfigureAwait(false);
            throw fault;
        }

        var kind = message.Type == WebSocketMessageType.Text ? FrameKind.Text : FrameKind.Binary;
        await _sink.OnFrameAsync(this, new Frame(kind, message.Data.ToArray())).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    protected override ValueTask WriteOneAsync(OutFrame item, bool isMoreWaiting) => _channel!.SendAsync(item.Payload, isBinary: false);

    /// <inheritdoc/>
    protected override Task SayGoodbyeAsync() => _channel!.SayGoodbyeAsync();

    /// <inheritdoc/>
    protected override void TearDown()
    {
        lock (_gate)
        {
            _isTornDown = true;
            _watch?.Dispose();
            _channel?.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override ValueTask OnEndedAsync(PbxException? fault) => _sink.OnClosedAsync(this, fault);

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

    private void OnSilent(TimeSpan limit) =>
        Abort(LinkFaults.Lost(Target.Display, $"nothing has come in for {limit.TotalSeconds:0.#} s"));
}
