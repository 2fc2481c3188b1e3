using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>OneCloud's events over Socket.IO: its bytes for an event have an aim of their own; the peers are those of TelecomX.</summary>
internal sealed class OneCloudRow : IRow
{
    private const string Platform = "OneCloud", Ours = "PbxEvents", BareKeeps = "bare ClientWebSocket, keep and read";

    /// <summary>The one that OneCloud runs.</summary>
    private const string Version = "2";

    public string Name => "onecloud";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        if (setup.NodeModules is null)
            return [Section.LeftOut("Socket.IO, OneCloud: events per second", "Node.js or npm is missing, and the server comes from npm")];
        using var server = setup.StartNode("the Socket.IO server", "server.js", "--version", Version, "--platform", Platform, "--frames", CallFrames.PathOf(Platform));
        Contestant[] contestants = [Self(Ours, "ours", Proof.Last), Self(BareKeeps, "keep", Proof.Ring)];
        var (rounds, _) = await Contest.RunAsync(server, Platform, contestants, setup.Rounds);
        var section = ContestTable.Make($"Socket.IO, OneCloud, server version {Version}: one connection, {setup.Events:#,0} call events", contestants, rounds);
        section.Aims.Add(ContestTable.Bytes(rounds[Ours], Platform));
        section.Notes.Add($"PbxEvents: to `PbxEvent` in the buffer with the call tracked. {ContestTable.WhatPeersDo}");
        return [section];

        Contestant Self(string name, string kind, Proof proof) =>
            new(name, port => Child.StartSelf(name, "contestant", kind, Platform, $"{port}", Version), setup.Events, proof);
    }
}
