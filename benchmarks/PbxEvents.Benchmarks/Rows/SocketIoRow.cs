using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>Events per second over one Socket.IO connection, from real servers of two versions.</summary>
internal sealed class SocketIoRow : IRow
{
    private const string Ours = "PbxEvents", Node = "Node socket.io-client", Library = "SocketIOClient 3.0.6", Bare = "bare ClientWebSocket, Utf8JsonReader",
        Sink = "server alone (bytes discarded)";

    public string Name => "socketio";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        if (setup.NodeModules is null)
            return [Section.LeftOut("Socket.IO: events per second", "Node.js or npm is missing, and the server comes from npm")];
        return [await MeasureAsync(setup, "4"), await MeasureAsync(setup, "2")];
    }

    private static async Task<Section> MeasureAsync(Setup setup, string version)
    {
        using var server = setup.StartNode($"the Socket.IO server {version}", "server.js", "--version", version, "--frames", CallFrames.PathOf("TelecomX"));
        Contestant Self(string name, string kind, int count) => new(name, port => Child.StartSelf(name, "contestant", kind, "TelecomX", $"{port}", version), count);
        Contestant[] contestants =
        [
            Self(Ours, "ours", setup.Events),
            new(Node, port => setup.StartNode(Node, "client.js", "--version", version, "--port", $"{port}"), setup.Events),
            Self(Library, "socketio", setup.Events / 4),
            Self(Bare, "tokens", setup.Events),
            Self(Sink, "sink", setup.Events),
        ];
        var (rounds, serverRate) = await Contest.RunAsync(server, contestants, setup.Rounds);
        var section = ContestTable.Make($"Socket.IO, server version {version}: one connection, {setup.Events:#,0} call events of about 600 bytes", contestants, rounds);
        var ours = rounds[Ours];
        section.Aims.Add(ContestTable.Ratio("at least 2.5 times Node's client", ours, rounds[Node], 2.5, ContestTable.WhereTimeGoes));
        section.Aims.Add(ContestTable.Ratio("at least 2 times SocketIOClient", ours, rounds[Library], 2, ContestTable.WhereTimeGoes));
        section.Aims.Add(ContestTable.Ratio("at least 0.5 of the bare reader", ours, rounds[Bare], 0.5, ContestTable.WhereTimeGoes));
        section.Aims.Add(ContestTable.Bytes(ours, "TelecomX"));
        section.Notes.Add($"The server is socket.io from npm. Emitting one by one it makes {Figures.Rate(serverRate)} events a second, less than a good client takes, so it "
            + "sends again, byte by byte, what it made before (benchmarks/node/server.js). PbxEvents plays TelecomX: to `PbxEvent` in the buffer with the call tracked. "
            + "The others give the event's name and call to a handler and keep nothing. SocketIOClient gets a quarter of the events.");
        return section;
    }
}
