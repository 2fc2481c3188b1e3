using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What a script gets in a real PowerShell, beside faults, a starved thread pool and a backlog of actions. <c>./build.sh soak</c> does more of it.</summary>
[Collection(nameof(Alone))]
public sealed class PwshTests(ITestOutputHelper output)
{
    [PwshFact]
    public async Task A_script_has_every_event_once_or_a_gap_whatever_breaks()
    {
        var figures = await PwshRun.ChaosAsync(ChaosPlatform.Of("TelecomX"), EvidenceSettings.Seed, steps: 5);
        output.WriteLine($"{figures}");
        Assert.True(figures.Faults.Count == 0, $"PBXEVENTS_SEED={figures.Seed}: {figures}{Environment.NewLine}{string.Join(Environment.NewLine, figures.Faults)}");
        Assert.True(figures.Delivered > figures.Sent / 2, $"{figures}");
    }

    [PwshTheory]
    [InlineData("TelecomX")]
    [InlineData("OneCloud")]
    [InlineData("RingCentral")]
    [InlineData("PortSIP")]
    [InlineData("Yeastar")]
    public async Task A_backlog_of_engine_events_and_slow_actions_loses_no_link_and_holds_up_no_deadline(string platform)
    {
        var figures = await PwshRun.LoadAsync(ChaosPlatform.Of(platform), events: EvidenceSettings.LoadEvents, slow: TimeSpan.FromMilliseconds(10));
        output.WriteLine($"{figures}");
        Assert.True(figures.Faults.Count == 0, $"{figures}{Environment.NewLine}{string.Join(Environment.NewLine, figures.Faults)}");
        Assert.True(figures.SlowActions >= EvidenceSettings.LoadEvents / 4, $"{figures}");
        Assert.True(figures.Waits >= 2, $"{figures}");
    }
}
