using PbxEvents.Simulator;
using PbxEvents.Tests.Unit.Simulator;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Whatever breaks, an event comes once and in order, or a gap says that it was lost.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    public static TheoryData<string> Platforms => ["TelecomX", "OneCloud", "RingCentral", "PortSIP"];

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task Nothing_is_lost_in_silence(string platform)
    {
        var seed = EvidenceSettings.Seed;
        await using var run = await ChaosRun.StartAsync(platform, seed);
        await run.RunAsync(EvidenceSettings.ChaosTime / 4);
        var last = await run.SettleAsync();
        await Task.WhenAll(run.Simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.Settled)).InTime();

        var seen = run.ReadAll();
        var (faults, delivered, inGaps) = ChaosOracle.Compare(run.Simulator.Log.Entries, seen);
        output.WriteLine($"{platform}: PBXEVENTS_SEED={seed}, {delivered} events came, {inGaps} lie in {run.Client.Gaps.Count} gaps, "
            + $"{run.Client.ReconnectCount} reconnects, {run.Client.Dropped} dropped, {run.Injected.Count} faults.");
        Assert.True(faults.Count == 0, $"PBXEVENTS_SEED={seed}: {faults.Count} faults{Environment.NewLine}"
            + $"{string.Join(Environment.NewLine, faults.Take(10))}{Environment.NewLine}{run.Describe()}");
        Assert.True(delivered > 0, "Nothing came at all.");

        // The simulator's view: the last call went to one link, and on it to each subscription once.
        Assert.All(run.Client.Subscriptions, s => Assert.Equal(PbxSubscriptionState.Active, s.State));
        var written = run.Simulator.Log.Of(SimulatorLogKind.Event).Where(e => e.CallId == last.CallId && e.WrittenTo.Count > 0).ToArray();

        // A call that RingCentral replayed is not in the log as written; that it came once the comparison above has shown.
        if (platform != "RingCentral" || written.Length > 0)
            Assert.Single(written.SelectMany(e => e.WrittenTo).Distinct());
        Assert.All(written, e => Assert.Single(e.WrittenTo));
        if (platform != "RingCentral")
        {
            var byLink = run.Simulator.Log.Of(SimulatorLogKind.Subscribed).GroupBy(e => e.Link).OrderBy(g => g.Key).ToArray();
            Assert.Equal(byLink[0].Select(e => e.Name).Order(), byLink[^1].Select(e => e.Name).Order());
        }

        await run.Client.DisconnectAsync(Limits.Patience);
        while (run.Simulator.LinkCount > 0)
            await run.Simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Disconnected, run.Simulator.Log.Of(SimulatorLogKind.Disconnected).Count + 1).InTime();
    }
}
