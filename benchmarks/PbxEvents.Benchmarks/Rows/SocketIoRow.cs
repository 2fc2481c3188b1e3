using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>Events per second over one Socket.IO connection, from a real server.</summary>
/// <param name="version">The server's version, 2 or 4.</param>
internal sealed class SocketIoRow(string version) : IRow
{
    private const string Platform = "TelecomX";

    private const string Ours = "PbxEvents", NodeKeeps = "Node socket.io-client, ring and tracked call", Node = "Node socket.io-client, keeps nothing",
        LibraryKeeps = "SocketIOClient 3.0.6, ring", Library = "SocketIOClient 3.0.6, keeps nothing", BareKeeps = "bare ClientWebSocket, keep and read",
        Bare = "bare ClientWebSocket, Utf8JsonReader, keeps nothing", Sink = "server alone (bytes discarded)";

    public string Name => $"socketio{version}";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        if (setup.NodeModules is null)
            return [Section.LeftOut($"Socket.IO, server version {version}: events per second", "Node.js or npm is missing, and the server comes from npm")];
        using var server = setup.StartNode($"the Socket.IO server {version}", "server.js", "--version", version, "--frames", CallFrames.PathOf(Platform));
        Contestant[] contestants =
        [
            Self(Ours, "ours", setup.Events, Proof.Last),
            NodeClient(NodeKeeps, Proof.Ring, "--ring", $"{Load.Platform.BufferSize}"),
            NodeClient(Node, Proof.Last),
            Self(LibraryKeeps, "keepsocketio", setup.Events / 4, Proof.Ring),
            Self(Library, "socketio", setup.Events / 4, Proof.Last),
            Self(BareKeeps, "keep", setup.Events, Proof.Ring),
            Self(Bare, "tokens", setup.Events, Proof.Last),
            Self(Sink, "sink", setup.Events, Proof.None),
        ];
        var (rounds, serverRate) = await Contest.RunAsync(server, Platform, contestants, setup.Rounds);
        var section = ContestTable.Make($"Socket.IO, server version {version}: one connection, {setup.Events:#,0} call events of about 600 bytes", contestants, rounds);
        var ours = rounds[Ours];
        section.Aims.Add(ContestTable.Ratio("at least 3.5 times Node's client that does equal work", ours, rounds[NodeKeeps], 3.5));
        section.Aims.Add(ContestTable.CpuRatio("by CPU at least 3 times Node's client that does equal work", ours, rounds[NodeKeeps], 3));
        section.Aims.Add(ContestTable.Ratio("at least 1.4 times Node's client that keeps nothing", ours, rounds[Node], 1.4));
        section.Aims.Add(ContestTable.Ratio("at least 3 times SocketIOClient with a ring", ours, rounds[LibraryKeeps], 3));
        section.Aims.Add(ContestTable.Ratio("at least 0.65 of the bare reader that keeps and reads", ours, rounds[BareKeeps], 0.65));
        section.Aims.Add(ContestTable.Bytes(ours, Platform));
        section.Notes.Add($"The server is socket.io from npm. Emitting one by one it makes {Figures.Rate(serverRate)} events a second, less than a good client takes, so it "
            + "sends again, byte by byte, what it made before (benchmarks/node/server.js). PbxEvents plays TelecomX: to `PbxEvent` in the buffer with the call tracked. "
            + $"Node's client with a ring does the same (benchmarks/node/tracker.js). {ContestTable.WhatPeersDo} SocketIOClient gets a quarter of the events.");
        return [section];

        Contestant Self(string name, string kind, int count, Proof proof) =>
            new(name, port => Child.StartSelf(name, "contestant", kind, Platform, $"{port}", version), count, proof);

        Contestant NodeClient(string name, Proof proof, params string[] options) =>
            new(name, port => setup.StartNode(name, "client.js", ["--version", version, "--port", $"{port}", .. options]), setup.Events, proof);
    }
}
