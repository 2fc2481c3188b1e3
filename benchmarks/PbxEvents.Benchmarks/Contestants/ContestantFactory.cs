using PbxEvents.Benchmarks.Load;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>Makes the contestants that are written in C#.</summary>
internal static class ContestantFactory
{
    /// <summary>Makes one.</summary>
    /// <param name="kind">ours, sink, or a peer: tokens, document, websocket, socketio; keep, keepdocument, keepwebsocket, keepsocketio with a ring.</param>
    /// <param name="platform">Whose events come.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="version">The version of the Socket.IO server; empty for plain WebSocket.</param>
    public static IContestant Create(string kind, Platform platform, int port, string version)
    {
        var path = version.Length == 0 ? "/" : $"/socket.io/?EIO={(version == "2" ? 3 : 4)}&transport=websocket";
        var fields = platform.Name switch
        {
            "TelecomX" => ("event", "sessionId"),
            "RingCentral" => ("event", "telephonySessionId"),
            "Yeastar" => ("type", "call_id"),
            "OneCloud" => ("term_call_info", "sessionId"),
            _ => ("event_type", "session_id"),
        };

        // 0{...} and 40, or what the platform says first.
        var greetings = version.Length > 0 ? 2 : platform.Greeting is null ? 0 : 1;
        return kind switch
        {
            "ours" => new OurClient(platform, port),
            "tokens" => new BareReader(path, port, greetings, new LookWork(fields, usesDocument: false)),
            "document" => new BareReader(path, port, greetings, new LookWork(fields, usesDocument: true)),
            "keep" => new BareReader(path, port, greetings, new KeepWork(fields)),
            "keepdocument" => new BareReader(path, port, greetings, new KeepDocumentWork(fields)),
            "websocket" or "keepwebsocket" => new WebSocketPeer(path, port, fields, greetings, keeps: kind == "keepwebsocket"),
            "socketio" or "keepsocketio" => new SocketIoPeer(port, int.Parse(version), keeps: kind == "keepsocketio"),
            "sink" => new Sink(path, port, version == "4" ? "40{" : version == "2" ? "\u000240" : platform.Greeting is null ? "\r\n" : "maxActiveRequests", AverageBytes(platform, isSocketIo: version.Length > 0)),
            _ => throw new ArgumentException($"There is no contestant '{kind}'."),
        };
    }

    // A little less than the truth, so that the last event is counted when its last byte is here.
    private static double AverageBytes(Platform platform, bool isSocketIo) =>
        CallFrames.Make(platform.Name, 1000).Average(f => f.Length + (f.Length < 126 ? 2 : 4) + (isSocketIo ? 2 : 0)) - 0.001;
}
