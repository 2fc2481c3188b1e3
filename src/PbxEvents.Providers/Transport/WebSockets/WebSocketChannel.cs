using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.WebSockets;

/// <summary>
/// One WebSocket connection: whole messages in and out, pings, liveness. One reader and one writer at a time.
/// </summary>
internal sealed class WebSocketChannel : IDisposable
{
    private const int UsualBufferBytes = 16 * 1024;

    /// <summary>
    /// .NET counts an unanswered ping against the link even while data comes, and while nobody reads that the answer has
    /// come. What silence means is <see cref="SilenceWatch"/>'s to say, so here a pong may take as long as .NET can count.
    /// </summary>
    private static readonly TimeSpan PongTimeout = TimeSpan.FromMilliseconds(int.MaxValue);

    private readonly SocketGuard _guard;
    private readonly HttpMessageInvoker _invoker;
    private readonly LiveStream _stream;
    private readonly ClientWebSocket _socket;
    private readonly TransportOptions _options;
    private readonly string _display;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UsualBufferBytes);

    private WebSocketChannel(SocketGuard guard, HttpMessageInvoker invoker, LiveStream stream, ClientWebSocket socket, TransportOptions options, string display)
    {
        _guard = guard;
        _invoker = invoker;
        _stream = stream;
        _socket = socket;
        _options = options;
        _display = display;
    }

    /// <summary>When the last byte came; null before the first. Any thread.</summary>
    public DateTimeOffset? LastReceivedAt => _stream.LastReceivedAt;

    /// <summary>How long nothing has come in while somebody was reading. Any thread.</summary>
    public TimeSpan Silence => _stream.Silence;

    /// <summary>Connects: TCP, TLS, upgrade.</summary>
    /// <param name="uri">The address, <c>ws</c> or <c>wss</c>.</param>
    /// <param name="target">The headers of the opening request, and how often to ping.</param>
    /// <param name="options">TLS, proxy, limits.</param>
    /// <param name="cancellationToken">Gives up at once, leaving nothing open.</param>
    /// <returns>The open connection.</returns>
    /// <exception cref="PbxException">It cannot be opened; the kind says why.</exception>
    public static async Task<WebSocketChannel> OpenAsync(Uri uri, LinkTarget target, TransportOptions options, CancellationToken cancellationToken)
    {
        var display = uri.GetLeftPart(UriPartial.Path);
        var tls = new TlsRules(options);
        var guard = new SocketGuard();
        LiveStream? stream = null;
        var handler = HttpHandlers.Create(options, tls);
        handler.ConnectCallback = guard.ConnectAsync;
        // Behind a proxy it is asked twice, for the tunnel and for what is within; both carry the same bytes.
        handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(stream = new LiveStream(context.PlaintextStream, options.Clock));
        var invoker = new HttpMessageInvoker(handler);
        var socket = new ClientWebSocket();
        try
        {
            Configure(socket.Options, target, options);
            await socket.ConnectAsync(uri, invoker, cancellationToken).ConfigureAwait(false);
            socket.HttpResponseHeaders = null;
            return new WebSocketChannel(guard, invoker, stream!, socket, options, display);
        }
        catch (Exception error)
        {
            socket.Dispose();
            guard.Dispose();
            invoker.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw ExplainOpening(error, socket, display, uri.Host, options.Clock) ?? LinkFaults.Opening(error, display, uri.Host, tls);
        }
    }

    /// <summary>Reads one message.</summary>
    /// <returns>The message; its bytes are good until the next call.</returns>
    /// <exception cref="PbxException">The connection broke, or brought something that is not WebSocket, or too large a message.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<WebSocketMessage> ReceiveAsync()
    {
        // One large message must not keep a large buffer for ever.
        if (_buffer.Length > 4 * UsualBufferBytes)
            ReplaceBuffer();
        var length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult result;
            try
            {
                result = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                throw Explain(error);
            }

            if (result.MessageType == WebSocketMessageType.Close)
                return new WebSocketMessage(WebSocketMessageType.Close, default);
            length += result.Count;
            if (length > _options.MaxFrameBytes)
                throw LinkFaults.TooLarge(_display, _options.MaxFrameBytes);
            if (result.EndOfMessage)
                return new WebSocketMessage(result.MessageType, _buffer.AsMemory(0, length));
            if (length == _buffer.Length)
                GrowBuffer();
        }
    }

    /// <summary>What the server's goodbye means.</summary>
    /// <returns>The fault, with its code and words.</returns>
    public PbxException ClosedByServer()
    {
        var code = (int?)_socket.CloseStatus;
        var words = code is null ? "without a reason" : $"{code} {_socket.CloseStatusDescription}".TrimEnd();
        return LinkFaults.Lost(_display, $"the server closed it ({words})", code: code?.ToString());
    }

    /// <summary>Sends one text message.</summary>
    /// <param name="text">The text as UTF-8.</param>
    /// <returns>When it is sent.</returns>
    public ValueTask SendAsync(ReadOnlyMemory<byte> text) =>
        _socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>Says goodbye, or answers the server's. The reader then sees the server's goodbye.</summary>
    /// <returns>When it is sent.</returns>
    public Task SayGoodbyeAsync() => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    /// <summary>Closes the socket at once; reads and writes under way fail. Any thread, any number of times.</summary>
    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
        _guard.Dispose();
        _invoker.Dispose();
    }

    private static void Configure(ClientWebSocketOptions socket, LinkTarget target, TransportOptions options)
    {
        socket.CollectHttpResponseDetails = true;
        socket.SetRequestHeader("User-Agent", options.UserAgent);
        foreach (var (name, value) in target.Headers)
            socket.SetRequestHeader(name, value);
        // Without an interval nothing is sent: .NET's default is an unsolicited pong, which nobody answers.
        socket.KeepAliveInterval = target.PingInterval ?? TimeSpan.Zero;
        socket.KeepAliveTimeout = PongTimeout;
    }

    private static PbxException? ExplainOpening(Exception error, ClientWebSocket socket, string display, string host, TimeProvider clock) =>
        (int)socket.HttpStatusCode switch
        {
            0 => null,
            101 => LinkFaults.NoSense(error, display, host, "its answer to the WebSocket upgrade is not valid"),
            var status => LinkFaults.Refused(display, host, status, RetryAfter.Read(socket.HttpResponseHeaders, clock)),
        };

    private void ReplaceBuffer()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(UsualBufferBytes);
    }

    private void GrowBuffer()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private PbxException Explain(Exception error) => error switch
    {
        WebSocketException { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely } =>
            LinkFaults.Lost(_display, "the connection broke", error),
        WebSocketException { InnerException: null } => LinkFaults.Unreadable(_display, "the server sent an invalid WebSocket frame", error),
        _ => LinkFaults.Lost(_display, "the connection broke", error),
    };
}
