using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PbxEvents.Simulator.Server;

/// <summary>
/// A small HTTP/1.1 and WebSocket server that can only be reached from this machine: it binds to 127.0.0.1 and there is no
/// way to tell it otherwise. It can refuse connections, leave its port and come back to it. Members may be called from any
/// thread.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private const int BindAttempts = 50;
    private static readonly TimeSpan TlsTimeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<int, ServerLink> _links = new();
    private readonly ConcurrentDictionary<int, Task> _tasks = new();
    private readonly Func<ServerRequest, CancellationToken, Task<ServerResponse>> _handler;
    private readonly X509Certificate2? _certificate;
    private readonly TimeProvider _clock;
    private readonly object _lock = new();
    private Socket _socket;
    private CancellationTokenSource? _accepting;
    private Task _acceptLoop = Task.CompletedTask;
    private DateTimeOffset _refuseUntil = DateTimeOffset.MinValue;
    private int _refuseNext;
    private int _lastLink;
    private bool _disposed;

    /// <summary>Takes the port, without listening yet.</summary>
    /// <param name="handler">Answers requests. An exception becomes status 500.</param>
    /// <param name="port">The port; 0 for one that the system chooses.</param>
    /// <param name="certificate">Puts TLS on every connection; null for none.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="PbxException">The port is taken.</exception>
    public LoopbackServer(
        Func<ServerRequest, CancellationToken, Task<ServerResponse>> handler, int port, X509Certificate2? certificate, TimeProvider clock)
    {
        _handler = handler;
        _certificate = certificate;
        _clock = clock;
        _socket = Bind(port);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        Address = new Uri($"{(certificate is null ? "http" : "https")}://127.0.0.1:{Port}");
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Scheme, address and port.</summary>
    public Uri Address { get; }

    /// <summary>The open connections.</summary>
    public IReadOnlyList<ServerLink> Links => [.. _links.Values];

    /// <summary>Called for each connection that was refused by <see cref="RefuseFor"/> or <see cref="RefuseNext"/>.</summary>
    public Action? Refused { get; set; }

    /// <summary>Accepts connections from now on.</summary>
    public void Open()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_accepting is not null)
                return;
            _socket.Listen(512);
            _accepting = new CancellationTokenSource();
            _acceptLoop = AcceptAsync(_socket, _accepting.Token);
        }
    }

    /// <summary>
    /// Stops listening: connecting is refused by the system. The port stays taken, so nobody else can get it meanwhile.
    /// Open connections stay.
    /// </summary>
    /// <returns>When nothing listens any more.</returns>
    public async Task CloseAsync()
    {
        Task loop;
        lock (_lock)
        {
            if (_accepting is null)
                return;
            _accepting.Cancel();
            _accepting.Dispose();
            _accepting = null;
            _socket.Dispose();
            loop = _acceptLoop;
            if (!_disposed)
                _socket = Bind(Port);
        }

        await loop;
    }

    /// <summary>Accepts and resets every connection for a time.</summary>
    /// <param name="time">How long.</param>
    public void RefuseFor(TimeSpan time)
    {
        lock (_lock)
            _refuseUntil = _clock.GetUtcNow() + time;
    }

    /// <summary>Accepts and resets the next connections.</summary>
    /// <param name="count">How many; 0 ends every refusal.</param>
    public void RefuseNext(int count)
    {
        lock (_lock)
        {
            _refuseNext = count;
            if (count == 0)
                _refuseUntil = DateTimeOffset.MinValue;
        }
    }

    /// <summary>Resets every open connection.</summary>
    public void DropAll()
    {
        foreach (var link in _links.Values)
            link.Drop();
    }

    /// <summary>Makes every open connection half-open.</summary>
    public void SilenceAll()
    {
        foreach (var link in _links.Values)
            link.GoSilent();
    }

    /// <summary>Stops listening, gives the port back, resets every connection and waits for their handlers.</summary>
    /// <returns>When nothing is left.</returns>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        await CloseAsync();
        _socket.Dispose();
        DropAll();
        await Task.WhenAll(_tasks.Values);
    }

    private static Socket Bind(int port)
    {
        for (var attempt = 1; ; attempt++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return socket;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < BindAttempts && port != 0)
            {
                // After a stop the system may hold the port for a moment.
                socket.Dispose();
                Thread.Sleep(10);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                throw new PbxException(PbxErrorKind.InvalidOption, $"The simulator cannot listen on 127.0.0.1:{port}: {e.Message}.",
                    "Choose another port, or 0 for a free one.", e)
                { Target = port.ToString(), IsPermanent = true };
            }
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client was gone before it was accepted.
                continue;
            }

            var link = new ServerLink(Interlocked.Increment(ref _lastLink), socket);
            if (TakeRefusal())
            {
                await link.DisposeAsync();
                Refused?.Invoke();
                continue;
            }

            _links[link.Id] = link;
            if (Volatile.Read(ref _disposed))
                link.Drop();
            var started = new TaskCompletionSource();
            _tasks[link.Id] = ServeAsync(link, started.Task);
            started.SetResult();
        }
    }

    private bool TakeRefusal()
    {
        lock (_lock)
        {
            if (_clock.GetUtcNow() < _refuseUntil)
                return true;
            if (_refuseNext == 0)
                return false;
            _refuseNext--;
            return true;
        }
    }

    private async Task ServeAsync(ServerLink link, Task registered)
    {
        await registered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (await SecureAsync(link))
                await AnswerAsync(link);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A handler failed after its answer had begun: the client sees the connection end, which is all that is left.
        }
        finally
        {
            await link.WaitForEndOfSilenceAsync();
            await link.DisposeAsync();
            _links.TryRemove(link.Id, out _);
            _tasks.TryRemove(link.Id, out _);
        }
    }

    private async Task<bool> SecureAsync(ServerLink link)
    {
        if (_certificate is null)
            return true;
        using var timeout = new CancellationTokenSource(TlsTimeout);
        using var registration = timeout.Token.Register(link.Drop);
        return await link.SecureAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate });
    }

    private async Task AnswerAsync(ServerLink link)
    {
        var reader = new HttpReader(link);
        while (true)
        {
            ServerRequest? request;
            try
            {
                request = await reader.ReadAsync();
            }
            catch (HttpFormatException e)
            {
                await link.WriteAsync(Encode(ServerResponse.Plain(e.Status, e.Message), keepAlive: false));
                await link.CloseAsync();
                return;
            }

            if (request is null)
                return;
            link.Watch();
            var response = await HandleAsync(request, link.Closed);
            if (response.WebSocket is { } session)
            {
                reader.GiveBack();
                await UpgradeAsync(link, request, response, session);
                return;
            }

            if (response.Raw is { } raw)
            {
                reader.GiveBack();
                await raw(link);
                continue;
            }

            var written = await link.WriteAsync(Encode(response, request.KeepAlive));
            response.Written?.Invoke(written);
            if (!written)
                return;
            if (!request.KeepAlive)
            {
                await link.CloseAsync();
                return;
            }
        }
    }

    private async Task<ServerResponse> HandleAsync(ServerRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _handler(request, cancellationToken);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return ServerResponse.Plain(500, $"The simulator failed: {e.GetType().Name}: {e.Message}");
        }
    }

    private static async Task UpgradeAsync(
        ServerLink link, ServerRequest request, ServerResponse response, Func<ServerWebSocket, Task> session)
    {
        var head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
            .Append("Sec-WebSocket-Accept: ").Append(WebSocketFrames.Accept(request.Header("Sec-WebSocket-Key"))).Append("\r\n");
        foreach (var (name, value) in response.Headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        if (!await link.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString())))
            return;
        await using var channel = new ServerWebSocket(link);
        await session(channel);
    }

    private static byte[] Encode(ServerResponse response, bool keepAlive)
    {
        var head = new StringBuilder("HTTP/1.1 ").Append(response.Status).Append(' ').Append(ReasonOf(response.Status)).Append("\r\n");
        if (response.Status is not 204)
            head.Append("Content-Length: ").Append(response.Body.Length).Append("\r\n");
        if (response.Body.Length > 0)
            head.Append("Content-Type: ").Append(response.ContentType).Append("\r\n");
        foreach (var (name, value) in response.Headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        head.Append(keepAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. response.Body.Span];
    }

    private static string ReasonOf(int status) => status switch
    {
        < 300 => "OK",
        < 400 => "Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        < 500 => "Refused",
        _ => "Error",
    };
}
