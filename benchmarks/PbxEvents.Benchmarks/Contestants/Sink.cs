using System.Net.Sockets;
using System.Text;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>
/// Takes the bytes of the events off the socket and looks at none of them: how fast the server can be. An event counts as
/// the bytes of an average one.
/// </summary>
/// <param name="path">The path of the server's WebSocket.</param>
/// <param name="port">The server's port.</param>
/// <param name="ready">The words after which the server is ready for it.</param>
/// <param name="eventBytes">The size of an average event with its frame.</param>
internal sealed class Sink(string path, int port, string ready, double eventBytes) : IContestant
{
    private readonly TcpClient _client = new();
    private string _seen = "";
    private long _bytes;

    public long Count => (long)(Volatile.Read(ref _bytes) / eventBytes);

    /// <summary>It looked at nothing.</summary>
    public string Proof => "-";

    public async Task ConnectAsync()
    {
        await _client.ConnectAsync("127.0.0.1", port);
        var stream = _client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));

        var buffer = new byte[256 * 1024];
        await ReadUntilAsync("\r\n\r\n");
        if (path.Contains("EIO=", StringComparison.Ordinal))
            await ReadUntilAsync("pingInterval");
        if (path.Contains("EIO=4", StringComparison.Ordinal))
            await stream.WriteAsync(new byte[] { 0x81, 0x82, 0, 0, 0, 0, (byte)'4', (byte)'0' });
        await ReadUntilAsync(ready);
        _ = Task.Run(async () =>
        {
            try
            {
                while (await stream.ReadAsync(buffer) is var read and > 0)
                    Volatile.Write(ref _bytes, _bytes + read);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The round is over.
            }
        });

        async Task ReadUntilAsync(string words)
        {
            while (!_seen.Contains(words, StringComparison.Ordinal))
                _seen += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }
}
