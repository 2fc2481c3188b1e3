using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace PbxEvents.Providers.Transport.WebSockets;

/// <summary>
/// One WebSocket connection: whole messages in and out, pings, liveness. One reader and one writer at a time.
/// </summary>
internal sealed class WebSocketChannel : IDisposable
{
    private const int UsualBufferBytes = 16 * 1024;

    private readonly SocketGuard _guard;
    private readonly HttpMessageInvoker _invoker;
    private readonly LiveStream _stream;
    private readonly WebSocket _socket;
    private readonly TransportOptions _options;
    private readonly string _display;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UsualBufferBytes);
    private int _isPinging;

    private WebSocketChannel(SocketGuard guard, HttpMessageInvoker invoker, Stream stream, TransportOptions options, string display)
    {
        _guard = guard;
        _invoker = invoker;
        _options = options;
        _display = display;
        _stream = new LiveStream(stream, options.Clock);
        // No keep-alive of its own: it would send unsolicited pongs, which nobody answers.
        _socket = WebSocket.CreateFromStream(_stream, new WebSocketCreationOptions { IsServer = false, KeepAliveInterval = TimeSpan.Zero });
    }

    /// <summary>When the last byte came; null before the first. Any thread.</summary>
    public DateTimeOffset? LastReceivedAt => _stream.LastReceivedAt;

    /// <summary>How long nothing has come in while somebody was reading. Any thread.</summary>
    public TimeSpan Silence => _stream.Silence;

    /// <summary>The server's words in its goodbye: code and text; null before it.</summary>
    public string? Goodbye => _socket.CloseStatus is { } status ? $"{(int)status} {_socket.CloseStatusDescription}".TrimEnd() : null;

    /// <summary>The code of the server's goodbye; null before it.</summary>
    public string? GoodbyeCode => _socket.CloseStatus is { } status ? ((int)status).ToString() : null;

    /// <summary>Connects: TCP, TLS, upgrade.</summary>
    /// <param name="uri">The address, <c>ws</c> or <c>wss</c>.</param>
    /// <param name="headers">More headers of the opening request.</param>
    /// <param name="options">TLS, proxy, limits.</param>
    /// <param name="cancellationToken">Gives up at once, leaving nothing open.</param>
    /// <returns>The open connection.</returns>
    /// <exception cref="PbxException">It cannot be opened; the kind says why.</exception>
    public static async Task<WebSocketChannel> OpenAsync(Uri uri, IReadOnlyDictionary<string, string> headers, TransportOptions options,
        CancellationToken cancellationToken)
    {
        var display = uri.GetLeftPart(UriPartial.Path);
        var tls = new TlsRules(options);
        var guard = new SocketGuard();
        var handler = HttpHandlers.Create(options, tls);
        handler.ConnectCallback = guard.ConnectAsync;
        var invoker = new HttpMessageInvoker(handler);
        try
        {
            var stream = await WebSocketUpgrade.SendAsync(invoker, uri, headers, options, cancellationToken).ConfigureAwait(false);
            return new WebSocketChannel(guard, invoker, stream, options, display);
        }
        catch (Exception error)
        {
            guard.Dispose();
            invoker.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw LinkFaults.Opening(error, display, uri.Host, tls);
        }
    }

    /// <summary>Reads one message.</summary>
    /// <returns>The message; its bytes are good until the next call.</returns>
    /// <exception cref="PbxException">The connection broke, or brought something that is not WebSocket, or too large a message.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<WebSocketMessage> ReceiveAsync()
    {
        // One large message must not keep a large buffer for ever.
        if (_buffer.Length > 4 * UsualBufferBytes) ReplaceBuffer();
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

            if (result.MessageType == WebSocketMessageType.Close) return new WebSocketMessage(WebSocketMessageType.Close, default);
            length += result.Count;
            if (length > _options.MaxFrameBytes) throw LinkFaults.TooLarge(_display, _options.MaxFrameBytes);
            if (result.EndOfMessage) return new WebSocketMessage(result.MessageType, _buffer.AsMemory(0, length));
            if (length == _buffer.Length) _buffer = BoundedReader.Grow(_buffer);
        }
    }

    /// <summary>Sends one message.</summary>
    /// <param name="message">The bytes.</param>
    /// <param name="isBinary">True for a binary message.</param>
    /// <returns>When it is sent.</returns>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, bool isBinary) =>
        _socket.SendAsync(message, isBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>Sends a ping frame, unless the one before is still waiting to go out. Never fails: a broken connection shows in the reader.</summary>
    /// <returns>When it is sent.</returns>
    public async Task PingAsync()
    {
        if (Interlocked.Exchange(ref _isPinging, 1) != 0) return;
        try
        {
            await _stream.PingAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The reader sees the same break and reports it.
        }
        finally
        {
            Volatile.Write(ref _isPinging, 0);
        }
    }

    /// <summary>Says goodbye, or answers the server's. The reader then sees the server's goodbye.</summary>
    /// <returns>When it is sent.</returns>
    public Task SayGoodbyeAsync() => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    /// <summary>Closes the socket at once; reads and writes under way fail. Any thread, any number of times.</summary>
    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
        _stream.Dispose();
        _guard.Dispose();
        _invoker.Dispose();
    }

    private void ReplaceBuffer()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(UsualBufferBytes);
    }

    private PbxException Explain(Exception error) => error switch
    {
        WebSocketException { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely } =>
            LinkFaults.Lost(_display, "the connection broke", error),
        WebSocketException { InnerException: null } => LinkFaults.Unreadable(_display, "the server sent an invalid WebSocket frame", error),
        _ => LinkFaults.Lost(_display, "the connection broke", error),
    };
}
