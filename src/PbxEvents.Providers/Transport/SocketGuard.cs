using System.Net.Sockets;

namespace PbxEvents.Providers.Transport;

/// <summary>
/// Opens a handler's sockets and keeps hold of them, so that a cancelled attempt or an aborted link leaves nothing open.
/// Left alone, .NET's handler goes on connecting after the request was cancelled, and keeps the connection for later.
/// </summary>
internal sealed class SocketGuard : IDisposable
{
    private readonly object _gate = new();
    private readonly List<Socket> _sockets = [];
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>The handler's way to open a connection.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="cancellationToken">The handler's own.</param>
    /// <returns>The stream.</returns>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            Keep(socket);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
            await socket.ConnectAsync(context.DnsEndPoint, either.Token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Closes every socket that was opened, and those that are about to be. Any thread, any number of times.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested)
                return;
            _disposed.Cancel();
            foreach (var socket in _sockets)
                socket.Dispose();
        }
    }

    private void Keep(Socket socket)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            _sockets.RemoveAll(old => old.SafeHandle.IsClosed);
            _sockets.Add(socket);
        }
    }
}
