using System.Net.Security;
using System.Net.Sockets;

namespace PbxEvents.Simulator.Server;

/// <summary>
/// One TCP connection of a client. It can be dropped (RST), made silent (half-open: nothing is heard or written any more,
/// TCP stays up) or closed in order. Reading and writing never throw: the end of the connection reads as zero bytes and
/// writes as false. One reader at a time; writers are serialised.
/// </summary>
internal sealed class ServerLink : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _closed = new();
    private Stream _stream;
    private ReadOnlyMemory<byte> _unread;
    private byte[]? _watchBuffer;
    private Task<int>? _watch;
    private int _ended;
    private volatile bool _silent;

    /// <summary>Takes over a connection.</summary>
    /// <param name="id">Its number on this server.</param>
    /// <param name="socket">The connection.</param>
    public ServerLink(int id, Socket socket)
    {
        Id = id;
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: false);
        Closed = _closed.Token;
    }

    /// <summary>Its number on this server, from 1.</summary>
    public int Id { get; }

    /// <summary>Cancelled when the connection is gone.</summary>
    public CancellationToken Closed { get; }

    /// <summary>True once <see cref="GoSilent"/> was called.</summary>
    public bool IsSilent => _silent;

    /// <summary>Puts TLS on the connection, before anything is read.</summary>
    /// <param name="options">Certificate and the like.</param>
    /// <returns>False when the handshake failed.</returns>
    public async Task<bool> SecureAsync(SslServerAuthenticationOptions options)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        try
        {
            await tls.AuthenticateAsServerAsync(options, Closed);
            return true;
        }
        catch (Exception e) when (IsEnd(e) || e is System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>Reads what there is.</summary>
    /// <param name="buffer">Where to.</param>
    /// <returns>The number of bytes; 0 at the end.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        // What was given back came before what is read ahead.
        if (_unread.Length == 0 && _watch is { } watch)
        {
            var ahead = await watch;
            _watch = null;
            _unread = _watchBuffer.AsMemory(0, ahead);
        }

        if (_unread.Length > 0)
        {
            var n = Math.Min(buffer.Length, _unread.Length);
            _unread[..n].CopyTo(buffer);
            _unread = _unread[n..];
            return n;
        }

        return await ReadSocketAsync(buffer);
    }

    /// <summary>Puts bytes back that were read too far.</summary>
    /// <param name="bytes">They come first at the next read.</param>
    public void Unread(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length == 0)
            return;
        _unread = _unread.Length == 0 ? bytes.ToArray() : (byte[])[.. bytes.Span, .. _unread.Span];
    }

    /// <summary>Reads ahead, so that a client that goes away while it waits for an answer is noticed.</summary>
    public void Watch()
    {
        if (_watch is not null || _unread.Length > 0)
            return;
        _watchBuffer ??= new byte[4096];
        _watch = ReadSocketAsync(_watchBuffer).AsTask();
    }

    /// <summary>Writes bytes in one piece.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>True when the system has taken all of them; false when the link is silent or gone.</returns>
    public async Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _writing.WaitAsync(Closed);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        try
        {
            if (_silent)
                return false;
            await _stream.WriteAsync(bytes, Closed);
            return true;
        }
        catch (Exception e) when (IsEnd(e))
        {
            Drop();
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Half-open: from now on nothing that comes is heard and nothing is written, and the TCP connection stays up.</summary>
    public void GoSilent() => _silent = true;

    /// <summary>Waits for the end of a silent link, which is the client's to choose.</summary>
    /// <returns>When it has ended; at once for a link that is not silent.</returns>
    public async Task WaitForEndOfSilenceAsync()
    {
        if (!_silent)
            return;
        _unread = default;
        while (await ReadAsync(new byte[4096]) > 0)
        {
        }
    }

    /// <summary>Ends it at once with an RST.</summary>
    public void Drop()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Already reset by the other side: there is nothing left to reset.
        }

        _socket.Close();
        _closed.Cancel();
    }

    /// <summary>Ends it in order: FIN, then a short wait for the other side's.</summary>
    /// <returns>When it is closed.</returns>
    public async Task CloseAsync()
    {
        if (_silent || Volatile.Read(ref _ended) != 0)
            return;
        await _writing.WaitAsync();
        try
        {
            if (_stream is SslStream { IsAuthenticated: true } tls)
                await tls.ShutdownAsync();
            _socket.Shutdown(SocketShutdown.Send);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Closed);
            timeout.CancelAfter(CloseTimeout);
            var sink = new byte[4096];
            if (_watch is { } watch && await watch.WaitAsync(timeout.Token) == 0)
                return;
            while (await _stream.ReadAsync(sink, timeout.Token) > 0)
            {
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The other side is gone or takes too long; the socket is closed below either way.
        }
        finally
        {
            _writing.Release();
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                _socket.Close();
                await _closed.CancelAsync();
            }
        }
    }

    /// <summary>Releases everything; a link that is still up is dropped.</summary>
    /// <returns>When done.</returns>
    public async ValueTask DisposeAsync()
    {
        Drop();
        if (_watch is { } watch)
            await watch;
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private static bool IsEnd(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;

    private async ValueTask<int> ReadSocketAsync(Memory<byte> buffer)
    {
        var n = 0;
        try
        {
            // A silent link throws away what comes, and so still notices that the client has given up.
            do
                n = await _stream.ReadAsync(buffer, Closed);
            while (_silent && n > 0);
        }
        catch (Exception e) when (IsEnd(e))
        {
            n = 0;
        }

        if (n == 0)
            Drop();
        return n;
    }
}
