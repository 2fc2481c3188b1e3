using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;
using static System.FormattableString;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>Events per second that reach a script.</summary>
internal sealed class PipelineRow : IRow
{
    private const string Pipeline = "Get-PbxEvent -Wait | ForEach-Object", Action = "Register-PbxSubscription -Action", Script = "PowerShell loop, ConvertFrom-Json",
        ObjectEvent = "Register-ObjectEvent on a plain client";

    private const string Platform = "RingCentral";

    public string Name => "pipeline";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        if (setup.PowerShell.Count == 0)
            return [Section.LeftOut("Events per second into a script", "there is no PowerShell")];
        var module = Path.Combine(setup.Root, "out", "PbxEvents");
        using var server = Child.StartSelf("the WebSocket server", "serve", Platform);
        Contestant[] contestants =
        [
            new(Pipeline, port => setup.StartPowerShell(Pipeline, "Pipeline.ps1", "-Port", $"{port}", "-ModulePath", module), setup.Events / 5),
            new(Action, port => setup.StartPowerShell(Action, "Pipeline.ps1", "-Port", $"{port}", "-ModulePath", module, "-Action"), setup.Events / 5),
            new(Script, port => setup.StartPowerShell(Script, "Loop.ps1", "-Platform", Platform, "-Port", $"{port}"), setup.Events / 40),
            new(ObjectEvent, port => setup.StartPowerShell(ObjectEvent, "ObjectEvent.ps1", "-Port", $"{port}"), 20),
        ];
        var (rounds, _) = await Contest.RunAsync(server, Platform, contestants, setup.Rounds);
        var section = ContestTable.Make("Events per second into a script", contestants, rounds);
        foreach (var (way, least) in new[] { (Pipeline, 5.4), (Action, 5.0) })
        {
            section.Aims.Add(ContestTable.Ratio(Invariant($"{way}: {least} times the script loop"), rounds[way], rounds[Script], least,
                "Up to the event in the buffer the client has used most of this already (the row of RingCentral); the rest is PowerShell's own call of the script block."));
            section.Aims.Add(ContestTable.Ratio($"{way}: 5 times Register-ObjectEvent", rounds[way], rounds[ObjectEvent], 5));
        }
        section.Notes.Add($"{Platform} events; every contestant takes the call's id. The scripts with actions wait: ours in Wait-PbxEvent, the plain client's in Wait-Event, "
            + "which runs two actions each 200 ms, so it gets 20 events only.");
        return [section];
    }
}
