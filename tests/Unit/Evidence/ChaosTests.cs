using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Whatever breaks, an event comes once and in order, or a gap says that it was lost. The seeds are fixed, so that a failure
/// can be told from chance; <c>PBXEVENTS_SEED</c> sets another one, and <c>./build.sh soak</c> draws new ones for hours.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ChaosTests(ITestOutputHelper output)
{
    /// <summary>Code that ran for the first time and tables of the runtime; a run's events and frames are many times that.</summary>
    private const long MemoryAllowance = 8 * 1024 * 1024;

    [Theory]
    [InlineData("TelecomX")]
    [InlineData("OneCloud")]
    [InlineData("RingCentral")]
    [InlineData("PortSIP")]
    [InlineData("Yeastar")]
    public async Task Nothing_is_lost_in_silence(string platform)
    {
        var seed = EvidenceSettings.Seed;
        ResourceProbe.CountTasks();
        var before = ResourceProbe.Look();
        var figures = await ChaosRun.RunAsync(ChaosPlatform.Of(platform), seed, rounds: 1, callsPerStep: 30);
        output.WriteLine($"{figures}");
        Assert.True(figures.Faults.Count == 0, $"PBXEVENTS_SEED={seed}: {figures}{Environment.NewLine}{string.Join(Environment.NewLine, figures.Faults)}");
        Assert.True(figures.Sent > 300, $"Only {figures.Sent} events.");
        Assert.True(figures.Calls > 100, $"Only {figures.Calls} calls.");
        Assert.True(figures.Delivered > figures.Sent / 4, $"Only {figures.Delivered} of {figures.Sent} came.");

        // The process is the test host's as well, whose own tasks and timers come and go.
        var after = await ResourceProbe.LookUntilAsync(before with { Timers = long.MaxValue, Tasks = int.MaxValue });
        var tasks = TasksOfProduct();
        for (var i = 0; i < 50 && tasks.Length > 0; i++)
        {
            await Task.Delay(100);
            tasks = TasksOfProduct();
        }

        // What the last tasks held is gone with them.
        after = await ResourceProbe.LookUntilAsync(before with { Timers = long.MaxValue, Tasks = int.MaxValue });
        output.WriteLine($"before {before}; after {after}");
        Assert.Empty(tasks);
        Assert.True(after.Sockets <= before.Sockets, $"{before} became {after}.");
        Assert.True(after.Memory <= before.Memory + MemoryAllowance, $"{before} became {after}.");
    }

    private static string[] TasksOfProduct() => [.. ResourceProbe.DescribeTasks().Split(Environment.NewLine)
        .Where(t => t.Contains("PbxEvents.Providers", StringComparison.Ordinal) || t.Contains("PbxEvents.Simulator", StringComparison.Ordinal))];
}
