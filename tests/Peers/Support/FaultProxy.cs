using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PbxEvents.Tests.Peers.Support;

/// <summary>Stands between client and server on loopback and does what networks do.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<TcpClient> _sockets = [];
    private readonly Task _accepting;
    private volatile bool _isHalfOpen;

    public FaultProxy(int serverPort)
    {
        ServerPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int ServerPort { get; set; }

    /// <summary>Cuts a connection after this many bytes from the server; null for never.</summary>
    public int? CutAfterBytes { get; set; }

    /// <summary>What becomes of a WebSocket upgrade: an HTTP answer, nothing for ever (empty), or null to let it pass.</summary>
    public string? UpgradeAnswer { get; set; }

    /// <summary>Closes each new connection at once.</summary>
    public bool IsRefusing { get; set; }

    /// <summary>From now on nothing passes and nothing is closed, as with a pulled cable.</summary>
    public void GoHalfOpen() => _isHalfOpen = true;

    /// <summary>Closes what is open.</summary>
    public void DropAll()
    {
        lock (_sockets)
        {
            _sockets.ForEach(s => s.Close());
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Stop();
        DropAll();
        await _accepting;
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopped.Token);
                if (IsRefusing)
                {
                    client.Close();
                    continue;
                }

                lock (_sockets)
                    _sockets.Add(client);
                _ = ServeAsync(client);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var server = new TcpClient();
        lock (_sockets)
            _sockets.Add(server);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, ServerPort);
            await Task.WhenAny(PumpAsync(client, server, isFromClient: true), PumpAsync(server, client, isFromClient: false));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // Dropped.
        }

        client.Close();
        server.Close();
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool isFromClient)
    {
        var buffer = new byte[16 * 1024];
        var input = from.GetStream();
        var output = to.GetStream();
        var isFirst = true;
        var total = 0;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(buffer);
                if (_isHalfOpen)
                    await Task.Delay(Timeout.Infinite, _stopped.Token);
                if (read == 0)
                    return;
                if (isFromClient && isFirst && UpgradeAnswer is { } answer
                    && Encoding.ASCII.GetString(buffer, 0, read).Contains("Upgrade: websocket", StringComparison.OrdinalIgnoreCase))
                {
                    if (answer.Length == 0)
                        await Task.Delay(Timeout.Infinite, _stopped.Token);
                    await input.WriteAsync(Encoding.ASCII.GetBytes(answer));
                    return;
                }

                isFirst = false;
                if (!isFromClient && CutAfterBytes is { } limit && (total += read) > limit)
                    return;
                await output.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Dropped.
        }
    }
}
