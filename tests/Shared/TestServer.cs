using System.Security.Cryptography.X509Certificates;
using System.Text;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Tests.Shared;

/// <summary>The simulator's server core as a test wants it: any answer to any request, or bytes that no good server writes.</summary>
internal static class TestServer
{
    /// <summary>Starts a server on loopback.</summary>
    public static LoopbackServer Start(Func<ServerRequest, Task<ServerResponse>> handle, X509Certificate2? certificate = null)
    {
        var server = new LoopbackServer((request, _) => handle(request), 0, certificate, TimeProvider.System);
        server.Open();
        return server;
    }

    public static LoopbackServer Start(Func<ServerRequest, ServerResponse> handle, X509Certificate2? certificate = null) =>
        Start(request => Task.FromResult(handle(request)), certificate);

    /// <summary>Starts a server that takes every WebSocket and leaves the rest to the test, frame by frame.</summary>
    public static LoopbackServer StartWebSocket(Func<ServerWebSocket, Task> session) => Start(_ => ServerResponse.Upgrade(session));

    /// <summary>An HTTP answer.</summary>
    public static ServerResponse Answer(int status, string body = "", params (string Name, string Value)[] headers) =>
        ServerResponse.Plain(status, body) with { Headers = headers.ToDictionary(h => h.Name, h => h.Value) };

    /// <summary>An answer that is written as it is.</summary>
    public static ServerResponse Bytes(string text) => new(0) { Raw = link => link.WriteAsync(Encoding.UTF8.GetBytes(text)) };

    /// <summary>No answer, for as long as the client stays.</summary>
    public static ServerResponse Silence() => new(0) { Raw = DrainAsync };

    /// <summary>Reads on until the client closes.</summary>
    public static async Task DrainAsync(ServerLink link)
    {
        var buffer = new byte[4096];
        while (await link.ReadAsync(buffer) > 0)
        {
        }
    }

    public static Task DrainAsync(this ServerWebSocket socket) => DrainAsync(socket.Link);

    /// <summary>Does nothing, reads nothing, until the connection is reset.</summary>
    public static Task FreezeAsync(this ServerWebSocket socket) => Task.Delay(Timeout.Infinite, socket.Link.Closed);

    /// <summary>One unmasked frame with any first byte, reserved bits included.</summary>
    public static byte[] FrameOf(byte firstByte, ReadOnlySpan<byte> payload)
    {
        var frame = WebSocketFrames.Make(WebSocketFrames.Continuation, payload).ToArray();
        frame[0] = firstByte;
        return frame;
    }

    public static byte[] TextFrame(string text) => WebSocketFrames.Make(WebSocketFrames.Text, Encoding.UTF8.GetBytes(text)).ToArray();
}
