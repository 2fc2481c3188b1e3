using System.Globalization;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Postgres;

/// <summary>Server, publishers and workers are killed in the middle of it. The soak does it in full size: 8, 12 and 24 times.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_is_lost_or_stored_twice_each_call_keeps_its_order_and_what_repeats_was_running_at_a_kill()
    {
        var size = int.TryParse(Environment.GetEnvironmentVariable("PBXEVENTS_POSTGRES_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 2;
        var figures = await KillRun.RunAsync(servers: size, publishers: size * 3 / 2, workers: size * 3, seed: 22);
        output.WriteLine($"{figures}");
        Check(figures);
    }

    /// <summary>What must be so however often they were killed.</summary>
    internal static void Check(KillFigures figures) => Assert.True(figures.IsRight, $"{figures}");
}
