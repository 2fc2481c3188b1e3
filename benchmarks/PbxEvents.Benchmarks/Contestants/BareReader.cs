using System.Net.WebSockets;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>
/// What one can do without any library: a ClientWebSocket, and some work with each event's JSON. It tracks nothing and would not
/// notice a dead link.
/// </summary>
/// <param name="path">The path of the server's WebSocket.</param>
/// <param name="port">The server's port.</param>
/// <param name="greetings">How many messages come before the events.</param>
/// <param name="work">What it does with an event.</param>
internal sealed class BareReader(string path, int port, int greetings, EventWork work) : IContestant
{
    private static readonly byte[] Join = "40"u8.ToArray();

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public string Proof => work.Proof;

    public async Task ConnectAsync()
    {
        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}{path}"), CancellationToken.None);
        if (path.Contains("EIO=4", StringComparison.Ordinal))
            await _socket.SendAsync(Join, WebSocketMessageType.Text, true, CancellationToken.None);
        for (var i = 0; i < greetings; i++)
            await _socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None);
        _ = Task.Run(ReadAsync);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return default;
    }

    private async Task ReadAsync()
    {
        try
        {
            var length = 0;
            while (true)
            {
                var result = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                    return;
                length += result.Count;
                if (!result.EndOfMessage)
                    continue;

                // 42 before a Socket.IO event; the packets of Engine.IO are shorter.
                var message = _buffer.AsMemory(0, length);
                length = 0;
                if (message.Span.StartsWith("42"u8))
                    message = message[2..];
                else if (message.Length < 4)
                    continue;
                work.Take(message);
                Volatile.Write(ref _count, _count + 1);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The round is over.
        }
    }
}
