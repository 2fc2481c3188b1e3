using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// One caller, one ticket, on a real Request Tracker, however often the service that keeps it and the desk are killed. <c>./build.sh soak</c> does the
/// same with 300 missed calls, 30 kills and 10 stops.
/// </summary>
public sealed class DeskTests(ITestOutputHelper output)
{
    private static readonly DeskPlan Plan = new(EvidenceSettings.DeskCalls, Kills: EvidenceSettings.DeskCalls / 10, Stops: Math.Max(1, EvidenceSettings.DeskCalls / 30));

    [RequestTrackerFact(needsPwsh: true)]
    public async Task Every_caller_has_one_ticket_and_none_is_open_for_who_was_reached()
    {
        var run = await DeskRun.RunAsync([.. ChaosPlatform.All.Select(p => new LostCallsPlatform(p))], EvidenceSettings.Seed, Plan);
        output.WriteLine($"{run}");
        Assert.True(run.Faults.Count == 0, $"PBXEVENTS_SEED={EvidenceSettings.Seed}: {run}{Environment.NewLine}{string.Join(Environment.NewLine, run.Faults)}");
        Assert.Equal((Plan.Missed, Plan.Kills, Plan.Stops), (run.Missed, run.Kills, run.Stops));
    }
}
