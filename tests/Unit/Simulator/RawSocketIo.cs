using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace PbxEvents.Tests.Unit.Simulator;

/// <summary>A Socket.IO client that knows nothing: frames as text over a WebSocket.</summary>
internal sealed class RawSocketIo : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[256 * 1024];

    public WebSocketState State => _socket.State;

    public static async Task<RawSocketIo> OpenAsync(Uri server, int revision)
    {
        var client = new RawSocketIo();
        var uri = new UriBuilder(server) { Scheme = "ws", Path = "/socket.io/", Query = $"EIO={revision}&transport=websocket" }.Uri;
        await client._socket.ConnectAsync(uri, Limits.Patience);
        return client;
    }

    /// <summary>Opens it and joins the default namespace.</summary>
    public static async Task<RawSocketIo> JoinAsync(Uri server, int revision = 4)
    {
        var client = await OpenAsync(server, revision);
        Assert.StartsWith("0{", await client.ReceiveAsync(), StringComparison.Ordinal);
        if (revision == 4)
            await client.SendAsync("40");
        Assert.StartsWith("40", await client.ReceiveAsync(), StringComparison.Ordinal);
        return client;
    }

    public Task SendAsync(string frame) => _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, Limits.Patience);

    public Task EmitAsync(string name, object argument) => SendAsync($"42[\"{name}\",{JsonSerializer.Serialize(argument)}]");

    /// <summary>The next frame; throws when there is none any more.</summary>
    public async Task<string> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), Limits.Patience);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new EndOfStreamException("The server closed the WebSocket.");
            length += part.Count;
            if (part.EndOfMessage)
                return Encoding.UTF8.GetString(_buffer, 0, length);
        }
    }

    /// <summary>The next event of a name; others are left out, heartbeats answered.</summary>
    public async Task<JsonElement> EventAsync(string name)
    {
        while (true)
        {
            var frame = await ReceiveAsync();
            if (frame == "2")
                await SendAsync("3");
            if (!frame.StartsWith($"42[\"{name}\"", StringComparison.Ordinal))
                continue;
            var arguments = JsonDocument.Parse(frame[2..]).RootElement;
            return arguments.GetArrayLength() > 1 ? arguments[1] : default;
        }
    }

    public void Dispose() => _socket.Dispose();
}
