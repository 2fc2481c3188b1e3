using PbxEvents.Tests.Unit.Evidence;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>A process that keeps events and reacts to them is killed in the middle of it, again and again. The soak does it 2000 times.</summary>
public sealed class JournalKillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_is_lost_or_out_of_order_and_what_ends_its_process_is_dead_after_its_last_try()
    {
        var figures = await JournalKillRun.RunAsync(EvidenceSettings.JournalKills, EvidenceSettings.Seed);
        output.WriteLine($"{figures}");
        Check(figures, EvidenceSettings.JournalKills);
    }

    [Fact]
    public async Task A_file_that_a_killed_process_had_is_free_at_once_and_one_that_lives_is_named()
    {
        using var folder = new JournalFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(folder.Target)!);
        using var process = JournalKillRun.Start("keep", folder.Target, folder.Target + ".effects", "1");
        await process.StandardOutput.ReadLineAsync();
        var refusal = Assert.Throws<PbxException>(() => folder.Open());
        Assert.Equal(PbxErrorKind.JournalInUse, refusal.Kind);
        Assert.Contains($"process {process.Id}", refusal.Message, StringComparison.Ordinal);
        process.Kill();
        await process.WaitForExitAsync();
        await using var journal = folder.Open();
        Assert.True(journal.IsOpen);
    }

    /// <summary>What must be so however often it was killed.</summary>
    internal static void Check(JournalKillFigures figures, int kills)
    {
        Assert.True(figures with { Kills = 0, Died = 0, Events = 0, Repeats = 0, Dead = 0 } == new JournalKillFigures(0, 0, 0, 0, 0, 0, 0, 0, 0), $"{figures}");
        Assert.True(figures.Kills == kills && figures.Events > 20 * kills && figures.Dead > kills / 10, $"It was killed before it did anything: {figures}");

        // At most one of each slot is cut off between its effect and its end mark.
        Assert.True(figures.Repeats <= figures.Kills + figures.Died, $"{figures}");
    }
}
