using System.Diagnostics;
using System.Globalization;
using PbxEvents.Journal;
using PbxEvents.Tests.Journal;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>A process that keeps events is killed in the middle of it, again and again.</summary>
public sealed class JournalKillTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "PbxEvents.Tests.Journal.dll");

    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_said_to_be_kept_is_there_once_and_in_order_however_often_the_process_is_killed() =>
        await RunAsync(_folder, kills: 12, seed: 18);

    [Fact]
    public async Task A_file_that_a_killed_process_had_is_free_at_once_and_one_that_lives_is_named()
    {
        using var process = Start("keep", _folder.Target);
        await process.StandardOutput.ReadLineAsync();
        var refusal = Assert.Throws<PbxException>(() => _folder.Open());
        Assert.Equal(PbxErrorKind.JournalInUse, refusal.Kind);
        Assert.Contains($"process {process.Id}", refusal.Message, StringComparison.Ordinal);
        process.Kill();
        await process.WaitForExitAsync();
        await using var journal = _folder.Open();
        Assert.True(journal.IsOpen);
    }

    /// <summary>Kills the process at any moment, and looks after each kill whether everything is there that it had said was kept.</summary>
    internal static async Task<int> RunAsync(JournalFolder folder, int kills, int seed)
    {
        var random = new Random(seed);
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = Start("keep", folder.Target);
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
            var end = Environment.TickCount64 + random.Next(5, 150);
            var said = 0L;
            while (Environment.TickCount64 < end && await process.StandardOutput.ReadLineAsync() is { } line)
                said = long.Parse(line, CultureInfo.InvariantCulture);
            process.Kill();

            // What it had said before it died counts as well.
            while (await process.StandardOutput.ReadLineAsync() is { } line)
                said = long.TryParse(line, CultureInfo.InvariantCulture, out var number) && number > said ? number : said;
            await process.WaitForExitAsync();

            await using var journal = folder.Open(o => o with { ReadOnly = true });
            var expected = 0L;
            foreach (var e in journal.Read(EventQuery.Everything))
            {
                expected++;
                Assert.StartsWith($$"""{"number":{{expected}},""", e.Raw, StringComparison.Ordinal);
                Assert.Equal(expected * 37 % 5000 + $$"""{"number":{{expected}},"filling":""}""".Length, e.Raw.Length);
            }
            Assert.True(said > 0, "It was killed before it did anything.");
            Assert.InRange(expected, said, long.MaxValue);
        }
        return kills;
    }

    [Fact]
    public async Task A_reaction_runs_for_every_event_in_order_and_what_kills_its_process_is_dead_after_its_last_try() =>
        await ReactAsync(_folder, events: 600, kills: 12, seed: 18);

    /// <summary>Kills the process while it reacts, then lets one come to its end, and counts.</summary>
    /// <returns>How often a process died, by itself or not.</returns>
    internal static async Task<int> ReactAsync(JournalFolder folder, int events, int kills, int seed)
    {
        var random = new Random(seed);
        var effects = folder.Target + ".effects";
        Directory.CreateDirectory(Path.GetDirectoryName(effects)!);
        var (died, end) = (0, "");
        while (end.Length == 0)
        {
            using var process = Start("react", folder.Target, effects, events.ToString(CultureInfo.InvariantCulture));
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
            if (died < kills)
            {
                await Task.WhenAny(Task.Delay(random.Next(5, 250)), process.WaitForExitAsync());
                process.Kill();
            }
            end = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (end.Length == 0)
                died++;
            Assert.InRange(died, 0, kills + 100);
        }
        var ran = File.ReadAllLines(effects).Select(l => l.Split(' ')).Select(w => (Call: w[0], Number: long.Parse(w[1], CultureInfo.InvariantCulture))).ToArray();
        var expected = Enumerable.Range(1, events).Select(n => (long)n).Where(n => !Reactor.IsPoison(n) && !Reactor.IsKiller(n));
        Assert.Equal(expected, ran.Select(r => r.Number).Distinct().Order());

        // At most one of each slot is cut off between its effect and its end mark.
        Assert.InRange(ran.Length - expected.Count(), 0, Reactor.Slots * died);
        Assert.DoesNotContain(ran, r => r.Call == "overlap");
        foreach (var call in ran.GroupBy(r => r.Call))
        {
            var firsts = call.Select(r => r.Number).Distinct().ToArray();
            Assert.Equal(firsts.Order(), firsts);
        }
        var dead = end.Trim().Split(' ').Skip(1).Select(d => d.Split('/').Select(int.Parse).ToArray()).ToArray();
        Assert.Equal(Enumerable.Range(1, events).Where(n => Reactor.IsPoison(n) || Reactor.IsKiller(n)), dead.Select(d => d[0]));
        Assert.All(dead, d => Assert.Equal(Reactor.MaxAttempts, d[1]));
        return died;
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true })!;
}
