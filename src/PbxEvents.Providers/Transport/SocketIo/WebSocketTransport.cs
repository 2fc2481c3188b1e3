using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport.WebSockets;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>Engine.IO over a WebSocket: one message is one WebSocket message.</summary>
internal sealed class WebSocketTransport : IEngineTransport
{
    private const byte MessageType = 4;

    private readonly WebSocketChannel _channel;

    private WebSocketTransport(WebSocketChannel channel, EngineHandshake handshake, int revision)
    {
        _channel = channel;
        Handshake = handshake;
        Revision = revision;
    }

    public int Revision { get; set; }

    /// <inheritdoc/>
    /// <remarks>A server of revision 3 takes EIO=4 without a word and goes on in revision 3 (socketio.md section 1).</remarks>
    public bool IsRevisionCertain => Revision == 3 || Handshake.HasMaxPayload;

    public EngineHandshake Handshake { get; }

    public DateTimeOffset? LastReceivedAt => _channel.LastReceivedAt;

    public TimeSpan Silence => _channel.Silence;

    /// <summary>Connects and reads the handshake.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="revision">The revision to ask for.</param>
    /// <param name="options">TLS, proxy, limits.</param>
    /// <param name="cancellationToken">Gives up at once, leaving nothing open.</param>
    /// <returns>The open transport.</returns>
    /// <exception cref="PbxException">It cannot be opened; the kind says why.</exception>
    public static async Task<WebSocketTransport> OpenAsync(LinkTarget target, int revision, TransportOptions options, CancellationToken cancellationToken)
    {
        var uri = EngineUri.Build(target, revision, "websocket");
        var channel = await WebSocketChannel.OpenAsync(uri, target, options, cancellationToken).ConfigureAwait(false);
        try
        {
            using var cancelling = cancellationToken.UnsafeRegister(static c => ((WebSocketChannel)c!).Dispose(), channel);
            var first = await channel.ReceiveAsync().ConfigureAwait(false);
            var message = new EngineMessage(first.Data, first.Type != WebSocketMessageType.Text);
            var handshake = EngineHandshake.TryRead(message)
                ?? throw LinkFaults.NoSense(null, target.Display, target.Uri.Host, "its first packet is not a Socket.IO handshake");
            return new WebSocketTransport(channel, handshake, revision);
        }
        catch
        {
            channel.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<EngineMessage> ReceiveAsync()
    {
        var message = await _channel.ReceiveAsync().ConfigureAwait(false);
        if (message.Type == WebSocketMessageType.Text)
            return new EngineMessage(message.Data);
        if (message.Type == WebSocketMessageType.Close)
            throw _channel.ClosedByServer();
        if (Revision != 3)
            return new EngineMessage(message.Data, IsBinary: true);
        return message.Data is { IsEmpty: false, Span: [MessageType, ..] }
            ? new EngineMessage(message.Data[1..], IsBinary: true)
            : new EngineMessage(message.Data, IsBinary: true, "a binary message does not begin with its type");
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> packet, bool isMoreWaiting) => _channel.SendAsync(packet);

    public Task SayGoodbyeAsync() => _channel.SayGoodbyeAsync();

    public void Dispose() => _channel.Dispose();
}
