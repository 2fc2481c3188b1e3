using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>
/// What one can do without any library: a ClientWebSocket, and a look at each event's JSON for its name and its call. It keeps
/// nothing, tracks nothing and would not notice a dead link.
/// </summary>
/// <param name="path">The path of the server's WebSocket.</param>
/// <param name="port">The server's port.</param>
/// <param name="fields">The names of the two fields to look for.</param>
/// <param name="greetings">How many messages come before the events.</param>
/// <param name="usesDocument">True for JsonDocument, false for Utf8JsonReader.</param>
internal sealed class BareReader(string path, int port, (string Name, string Call) fields, int greetings, bool usesDocument) : IContestant
{
    private static readonly byte[] Join = "40"u8.ToArray();

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _name = Encoding.UTF8.GetBytes(fields.Name);
    private readonly byte[] _call = Encoding.UTF8.GetBytes(fields.Call);
    private long _count;

    public long Count => Volatile.Read(ref _count);

    /// <summary>What was read last, so that reading it is not for nothing.</summary>
    public (string? Name, string? Call) Last { get; private set; }

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
                Last = usesDocument ? EventDocument.Read(message, _name, _call) : ReadTokens(message.Span);
                Volatile.Write(ref _count, _count + 1);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The round is over.
        }
    }

    private (string? Name, string? Call) ReadTokens(ReadOnlySpan<byte> json)
    {
        string? name = null, call = null;
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals(_name))
            {
                reader.Read();
                name = TextOf(ref reader);
            }
            else if (reader.ValueTextEquals(_call))
            {
                reader.Read();
                call = TextOf(ref reader);
            }
        }
        return (name, call);
    }

    private static string? TextOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString() : Encoding.UTF8.GetString(reader.ValueSpan);
}
