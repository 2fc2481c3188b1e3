using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>Events per second over one connection of the platforms that speak plain WebSocket.</summary>
internal sealed class WebSocketRow : IRow
{
    private const string Ours = "PbxEvents", Library = "Websocket.Client 5.5.1, JsonDocument", Bare = "bare ClientWebSocket, JsonDocument",
        Script = "PowerShell loop, ConvertFrom-Json", Sink = "server alone (bytes discarded)";

    public string Name => "websocket";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        var sections = new List<Section>();
        foreach (var platform in (string[])["RingCentral", "Yeastar", "PortSIP"])
            sections.Add(await MeasureAsync(setup, platform));
        return sections;
    }

    private static async Task<Section> MeasureAsync(Setup setup, string platform)
    {
        using var server = Child.StartSelf("the WebSocket server", "serve", platform);
        Contestant Self(string name, string kind) => new(name, port => Child.StartSelf(name, "contestant", kind, platform, $"{port}", ""), setup.Events);
        List<Contestant> contestants = [Self(Ours, "ours"), Self(Library, "websocket"), Self(Bare, "document")];
        if (setup.PowerShell.Count > 0)
            contestants.Add(new Contestant(Script, port => setup.StartPowerShell(Script, "Loop.ps1", "-Platform", platform, "-Port", $"{port}"), setup.Events / 20));
        contestants.Add(Self(Sink, "sink"));
        var (rounds, _) = await Contest.RunAsync(server, contestants, setup.Rounds);
        var section = ContestTable.Make($"WebSocket, {platform}: one connection, {setup.Events:#,0} call events", contestants, rounds);
        section.Aims.Add(ContestTable.Ratio("at least 0.6 of the bare reader", rounds[Ours], rounds[Bare], 0.6, ContestTable.WhereTimeGoes));
        if (rounds.TryGetValue(Script, out var script))
        {
            section.Aims.Add(ContestTable.Ratio("at least 20 times the script loop", rounds[Ours], script, 20,
                $"The bare reader itself is {Figures.Times(rounds[Bare].RatioTo(script))} the script loop. {ContestTable.WhereTimeGoes}"));
        }
        else
        {
            section.Notes.Add("Without PowerShell the script loop is left out.");
        }
        section.Aims.Add(ContestTable.Bytes(rounds[Ours], platform));
        section.Notes.Add("PbxEvents: to `PbxEvent` in the buffer with the call tracked. The others look up the event's name and call and keep nothing.");
        return section;
    }
}
