using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;
using static System.FormattableString;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>Events per second over one connection of a platform that speaks plain WebSocket.</summary>
/// <param name="platform">The platform.</param>
/// <param name="leastOfBare">How fast it is to be beside the bare reader that keeps what it reads.</param>
/// <param name="leastOfScript">How many times as fast as the script loop it is to be.</param>
internal sealed class WebSocketRow(string platform, double leastOfBare, double leastOfScript) : IRow
{
    private const string Ours = "PbxEvents", LibraryKeeps = "Websocket.Client 5.5.1, JsonDocument, ring", Library = "Websocket.Client 5.5.1, JsonDocument, keeps nothing",
        Sdk = "RingCentral SDK (@rc-ex/ws 1.4.2), ring", Bare = "bare ClientWebSocket, JsonDocument, keeps nothing", Script = "PowerShell loop, ConvertFrom-Json",
        Sink = "server alone (bytes discarded)";

    public string Name => platform.ToLowerInvariant();

    private bool IsRingCentral => platform == "RingCentral";

    /// <summary>Yeastar's payload is JSON within JSON: a document of it is what one keeps to look at it later.</summary>
    private (string Name, string Kind) BareKeeps =>
        platform == "Yeastar" ? ("bare ClientWebSocket, JsonDocument, ring", "keepdocument") : ("bare ClientWebSocket, keep and read", "keep");

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        using var server = Child.StartSelf("the WebSocket server", "serve", platform);
        var (rounds, contestants) = await RunAsync(setup, server);
        var section = ContestTable.Make($"WebSocket, {platform}: one connection, {setup.Events:#,0} call events", contestants, rounds);
        var ours = rounds[Ours];
        if (rounds.TryGetValue(Sdk, out var sdk))
            section.Aims.Add(ContestTable.Ratio("at least 2.5 times the RingCentral SDK with a ring", ours, sdk, 2.5));
        else if (IsRingCentral)
            section.Notes.Add("Without Node.js and npm the RingCentral SDK is left out.");
        section.Aims.Add(ContestTable.Ratio("at least 1.5 times Websocket.Client with a ring", ours, rounds[LibraryKeeps], 1.5));
        section.Aims.Add(ContestTable.Ratio(Invariant($"at least {leastOfBare} of the {BareKeeps.Name}"), ours, rounds[BareKeeps.Name], leastOfBare));
        if (rounds.TryGetValue(Script, out var script))
            section.Aims.Add(ContestTable.Ratio(Invariant($"at least {leastOfScript} times the script loop"), ours, script, leastOfScript));
        else
            section.Notes.Add("Without PowerShell the script loop is left out.");
        section.Aims.Add(ContestTable.Bytes(ours, platform));
        section.Notes.Add($"PbxEvents: to `PbxEvent` in the buffer with the call tracked. {ContestTable.WhatPeersDo}"
            + (sdk is null ? "" : " The SDK has a fresh process for each round, which takes as many events before, so that it is warm."));
        return [section];
    }

    private async Task<(Dictionary<string, Round[]> Rounds, IReadOnlyList<Contestant> Contestants)> RunAsync(Setup setup, Child server)
    {
        List<Contestant> contestants =
        [
            Self(Ours, "ours", Proof.Last), Self(LibraryKeeps, "keepwebsocket", Proof.Ring), Self(Library, "websocket", Proof.Last),
            Self(BareKeeps.Name, BareKeeps.Kind, Proof.Ring), Self(Bare, "document", Proof.Last),
        ];
        if (IsRingCentral && setup.NodeModules is not null)
        {
            // A user of its own for each process, as for ours: the platform counts logins by user.
            contestants.Add(new Contestant(Sdk, port => setup.StartNode(Sdk, "ringcentral.js", "--port", $"{port}", "--jwt", $"jwt {Guid.NewGuid()}",
                "--ring", $"{Load.Platform.BufferSize}"), setup.Events, Proof.Ring, IsFresh: true));
        }
        if (setup.PowerShell.Count > 0)
            contestants.Add(new Contestant(Script, port => setup.StartPowerShell(Script, "Loop.ps1", "-Platform", platform, "-Port", $"{port}"), setup.Events / 20));
        contestants.Add(Self(Sink, "sink", Proof.None));
        var (rounds, _) = await Contest.RunAsync(server, platform, contestants, setup.Rounds);
        return (rounds, contestants);

        Contestant Self(string name, string kind, Proof proof) =>
            new(name, port => Child.StartSelf(name, "contestant", kind, platform, $"{port}", ""), setup.Events, proof);
    }
}
