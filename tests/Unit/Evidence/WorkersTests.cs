using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Every missed call has exactly one ticket, whichever of two listeners, three workers and their database is killed. <c>./build.sh soak</c> does the same
/// with 2000 calls, 8 kills of a listener, 12 of a worker and 8 of the database.
/// </summary>
public sealed class WorkersTests(ITestOutputHelper output)
{
    private static readonly WorkersPlan Plan = WorkersPlan.Of(EvidenceSettings.WorkerCalls);

    [WorkersFact]
    public async Task Every_missed_call_has_one_ticket_whichever_process_is_killed()
    {
        var run = await WorkersRun.RunAsync([.. ChaosPlatform.All.Select(p => new LostCallsPlatform(p))], EvidenceSettings.Seed, Plan);
        output.WriteLine($"{run}{Environment.NewLine}{string.Join(Environment.NewLine, run.Reasons.Select(r => $"{r.Value} times: {r.Key}"))}");
        Assert.True(run.Faults.Count == 0, $"PBXEVENTS_SEED={EvidenceSettings.Seed}: {run}{Environment.NewLine}{string.Join(Environment.NewLine, run.Faults)}");
        Assert.Equal((Plan.Calls, Plan.Listeners, Plan.Workers, Plan.Databases), (run.Missed + run.Others, run.Listeners, run.Workers, run.Databases));
        Assert.Equal((0, 0, 0), (run.Without, run.Twice, run.Wrong));
    }
}
