using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>A journal on a real disk that becomes full, and then may only be read.</summary>
public sealed class SmallDiskTests
{
    [SmallDiskFact]
    public async Task A_disk_that_is_full_or_only_read_has_its_error_and_nothing_is_lost_or_damaged()
    {
        const string journal = $"{SmallDisk.Folder}/kept/journal.db", ballast = $"{SmallDisk.Folder}/ballast";
        var program = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "PbxEvents.Tests.Journal.dll")}'";
        using var process = SmallDisk.Start(
            $"head -c 5000000 /dev/zero > {ballast} && {program} fill {journal} {ballast} && mount -o remount,ro {SmallDisk.Folder} && {program} read {journal}");
        var (said, failed) = (process.StandardOutput.ReadToEndAsync().InTime(), process.StandardError.ReadToEndAsync().InTime());
        var lines = (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(await failed == "", await failed);
        var appended = lines.Single(l => l.StartsWith("appended ", StringComparison.Ordinal))["appended ".Length..];
        Assert.Equal(["full JournalFull False", "reaction JournalFailed", "goes on True", $"appended {appended}", "write JournalFailed", $"read {appended} True"], lines);
    }
}
