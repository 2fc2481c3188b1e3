using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Whatever breaks, an event comes once and in order, or a gap says that it was lost. The seeds are fixed, so that a failure
/// can be told from chance; <c>PBXEVENTS_SEED</c> sets another one, and <c>./build.sh soak</c> draws new ones for hours.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("TelecomX")]
    [InlineData("OneCloud")]
    [InlineData("RingCentral")]
    [InlineData("PortSIP")]
    [InlineData("Yeastar")]
    public async Task Nothing_is_lost_in_silence(string platform)
    {
        var seed = EvidenceSettings.Seed;
        var figures = await ChaosRun.RunAsync(ChaosPlatform.Of(platform), seed, rounds: 2, callsPerStep: 12);
        output.WriteLine($"{figures}");
        Assert.True(figures.Faults.Count == 0, $"PBXEVENTS_SEED={seed}: {figures}{Environment.NewLine}{string.Join(Environment.NewLine, figures.Faults)}");
        Assert.True(figures.Sent > 300, $"Only {figures.Sent} events.");
        Assert.True(figures.Delivered > figures.Sent / 4, $"Only {figures.Delivered} of {figures.Sent} came.");
    }
}
