using System.Collections.Concurrent;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.SocketIo;

/// <summary>
/// The server's side of Engine.IO and Socket.IO, revisions 3 and 4, WebSocket and long-polling with the step up from one to
/// the other, on a <see cref="LoopbackServer"/>. The reference clients (socket.io-client 2, 3 and 4) can use it.
/// </summary>
/// <param name="options">How it behaves.</param>
/// <param name="ids">Where session ids come from.</param>
/// <param name="handler">What the platform does with its clients.</param>
internal sealed class SocketIoServer(SocketIoServerOptions options, SimulatedIds ids, ISocketIoHandler handler)
{
    private readonly ConcurrentDictionary<string, EngineSession> _sessions = new();
    private int _lastSession;

    /// <summary>The sessions there are.</summary>
    public IReadOnlyList<EngineSession> Sessions => [.. _sessions.Values];

    /// <summary>Answers a request to <c>/socket.io/</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancelled when the client goes away.</param>
    /// <returns>The answer.</returns>
    public async Task<ServerResponse> HandleAsync(ServerRequest request, CancellationToken cancellationToken)
    {
        var wantsWebSocket = request.Parameter("transport") == "websocket";
        if (!options.Support.HasFlag(wantsWebSocket ? SocketIoSupport.WebSocket : SocketIoSupport.Polling)
            || (!wantsWebSocket && request.Parameter("transport") != "polling"))
        {
            return Error(0, "Transport unknown");
        }

        if (request.Query.TryGetValue("sid", out var sid))
        {
            if (!_sessions.TryGetValue(sid, out var session))
                return Error(1, "Session ID unknown");
            if (wantsWebSocket)
                return request.IsWebSocket ? ServerResponse.Upgrade(session.RunUpgradeAsync) : Error(3, "Bad request");
            return await session.PollAsync(request, cancellationToken);
        }

        if (wantsWebSocket && !request.IsWebSocket)
            return Error(3, "Bad request");
        if (request.Method != "GET")
            return Error(2, "Bad handshake method");
        if (RevisionFor(request.Parameter("EIO")) is not { } revision)
        {
            // A version 4 server without its version 2 switch: 400 over polling, and over WebSocket a frame that is none
            // (socketio.md section 1).
            return wantsWebSocket
                ? ServerResponse.Upgrade(channel => channel.WriteRawAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()))
                : Error(5, "Unsupported protocol version");
        }

        return await OpenAsync(request, revision, wantsWebSocket, cancellationToken);
    }

    /// <summary>Ends every session at once, as a server does that goes down.</summary>
    /// <returns>When all are gone.</returns>
    public Task DropAllAsync()
    {
        var sessions = Sessions;
        foreach (var session in sessions)
            session.Drop();
        return Task.WhenAll(sessions.Select(s => s.Ended));
    }

    private static ServerResponse Error(int code, string message) =>
        ServerResponse.Json(400, $$"""{"code":{{code}},"message":"{{message}}"}""");

    private int? RevisionFor(string asked)
    {
        var (three, four) = (options.Support.HasFlag(SocketIoSupport.Revision3), options.Support.HasFlag(SocketIoSupport.Revision4));
        // A version 2 server answers in revision 3 whatever it is asked for.
        if (!four)
            return 3;
        if (asked == "4")
            return 4;
        return three ? 3 : null;
    }

    private async Task<ServerResponse> OpenAsync(ServerRequest request, int revision, bool webSocket, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _lastSession);
        var sid = ids.Hex($"engine {number}", 20);
        var session = new EngineSession(sid, revision, request, options, handler) { Forget = () => _sessions.TryRemove(sid, out _) };
        _sessions[sid] = session;
        session.Open(webSocket);
        return webSocket ? ServerResponse.Upgrade(session.RunWebSocketAsync) : await session.PollAsync(request, cancellationToken);
    }
}
