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

        // A journal in a folder where no file can be made beside it; then one of a process that was killed and left a note that it writes to it.
        const string alone = $"{SmallDisk.Folder}/alone";
        using var process = SmallDisk.Start(
            $"head -c 5000000 /dev/zero > {ballast} && {program} fill {journal} {ballast}"
            + $" && mkdir {alone} && mount -t tmpfs none {alone} && touch {alone}/journal.db && mount --bind {journal} {alone}/journal.db && mount -o remount,ro {alone}"
            + $" && {program} read {alone}/journal.db"
            + $" && echo 4711 > {journal}.writer.pid && mount -o remount,ro {SmallDisk.Folder} && {program} read {journal}");
        var (said, failed) = (process.StandardOutput.ReadToEndAsync().InTime(), process.StandardError.ReadToEndAsync().InTime());
        var lines = (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(await failed == "", await failed);
        var appended = lines.Single(l => l.StartsWith("appended ", StringComparison.Ordinal))["appended ".Length..];
        Assert.Equal(
            ["full JournalFull False", $"reaction JournalFull {journal}", $"another JournalFull {journal}.fresh", $"store JournalFull {journal}.idle", "goes on True", $"appended {appended}",
                $"write JournalReadOnly {alone}/journal.db", $"store JournalReadOnly {alone}/journal.db", $"read {appended} True",
                $"write JournalReadOnly {journal}", $"store JournalReadOnly {journal}", $"read {appended} True"],
            lines);
    }
}
