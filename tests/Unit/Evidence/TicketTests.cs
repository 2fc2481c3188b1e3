using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Every missed call has exactly one ticket at a desk that honours the key, however often the script that files them is killed and the PBX
/// restarts. <c>./build.sh soak</c> does the same with 500 calls, and with the moments at which the product really asks for records.
/// </summary>
public sealed class TicketTests(ITestOutputHelper output)
{
    private static readonly TicketPlan Plan = new(Missed: 40, Kills: 5, Restarts: 2, IsQuick: true);

    [PwshFact]
    public async Task Every_missed_call_has_one_ticket_on_every_platform()
    {
        // All at once: most of it is waiting.
        var runs = await Task.WhenAll(ChaosPlatform.All.Select(p => TicketRun.RunAsync(new LostCallsPlatform(p), EvidenceSettings.Seed, Plan)));
        foreach (var run in runs)
            output.WriteLine($"{run}{Environment.NewLine}{string.Join(Environment.NewLine, run.Reasons.Select(r => $"{r.Value} times: {r.Key}"))}");
        var faults = runs.SelectMany(r => r.Faults.Select(f => $"{r}{Environment.NewLine}{f}")).ToArray();
        Assert.True(faults.Length == 0, $"PBXEVENTS_SEED={EvidenceSettings.Seed}: {string.Join(Environment.NewLine, faults)}");
        foreach (var run in runs)
        {
            Assert.Equal((Plan.Missed, Plan.Kills, Plan.Restarts), (run.Missed, run.Kills, run.Restarts));
            Assert.Equal((0, 0, 0), (run.Without, run.Twice, run.Wrong));
        }
    }
}
