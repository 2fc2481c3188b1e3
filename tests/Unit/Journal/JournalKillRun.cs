using System.Diagnostics;
using System.Globalization;
using PbxEvents.Journal;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Tests.Journal;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>Kills a process that keeps events and reacts to them, at any moment, also while it starts; then lets one come to its end, and counts.</summary>
internal sealed class JournalKillRun
{
    private const int Lanes = 4;

    /// <summary>One kill in so many comes while the process starts.</summary>
    private const int EarlyOneOf = 10;

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "PbxEvents.Tests.Journal.dll");

    private readonly JournalFolder _folder;
    private readonly Random _random;
    private readonly int _concurrency;
    private readonly string _effects;
    private long _said, _seen, _lost;
    private int _kills, _died;

    private JournalKillRun(JournalFolder folder, int seed, int concurrency)
    {
        (_folder, _random, _concurrency, _effects) = (folder, new Random(seed), concurrency, folder.Target + ".effects");
        Directory.CreateDirectory(Path.GetDirectoryName(_effects)!);
    }

    /// <summary>Runs several at once, a journal each: half of them one action at a time, half of them four.</summary>
    /// <param name="kills">How many kills there are in all.</param>
    /// <param name="seed">Where the moments come from.</param>
    public static async Task<JournalKillFigures> RunAsync(int kills, int seed) =>
        JournalKillFigures.Sum(await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            using var folder = new JournalFolder();
            var run = new JournalKillRun(folder, seed + lane, concurrency: lane % 2 == 0 ? 1 : 4);
            return await run.RunAsync(kills * (lane + 1) / Lanes - kills * lane / Lanes);
        })));

    /// <summary>Starts such a process.</summary>
    public static Process Start(params string[] arguments) => System.Diagnostics.Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true })!;

    private async Task<JournalKillFigures> RunAsync(int kills)
    {
        while (_kills < kills)
        {
            using var process = Start("keep", _folder.Target, _effects, $"{_concurrency}");
            var saying = new Saying(process);

            // It is let come some way first, however busy the machine is: what is cut off at each of its tries is rightly dead.
            if (_random.Next(EarlyOneOf) > 0)
                await saying.UntilAsync(_said + _random.Next(20, 120)).InTime();
            await Task.WhenAny(Task.Delay(_random.Next(20)), process.WaitForExitAsync());
            if (process.HasExited)
                _died++;
            else
                _kills++;
            process.Kill();
            await process.WaitForExitAsync();
            await saying.Over.InTime();
            _said = Math.Max(_said, saying.Last);
            Look();
        }
        await FinishAsync();
        return Count();
    }

    /// <summary>Looks whether what came since the last look is there, each event once and as it was.</summary>
    private void Look()
    {
        if (!File.Exists(_folder.Target) || new FileInfo(_folder.Target).Length == 0)
            return;
        using var reader = new SqliteStoreFactory().OpenReader(_folder.Target);
        for (var records = reader.Read(EventQuery.Everything, _seen); records.Count > 0; records = reader.Read(EventQuery.Everything, _seen))
        {
            foreach (var record in records)
            {
                if (record.Seq != ++_seen || !record.Raw.Span.SequenceEqual(Numbered.Make(_seen).GetUtf8().Span))
                    _lost++;
            }
        }
        _lost += Math.Max(0, _said - _seen);
    }

    private async Task FinishAsync()
    {
        for (var end = ""; !end.Contains("end", StringComparison.Ordinal);)
        {
            using var process = Start("finish", _folder.Target, _effects, $"{_concurrency}");
            end = await process.StandardOutput.ReadToEndAsync().InTime();
            await process.WaitForExitAsync();
            if (!end.Contains("end", StringComparison.Ordinal))
                _died++;
            Assert.InRange(_died, 0, _seen);
        }
        _seen = 0;
        Look();
    }

    private JournalKillFigures Count()
    {
        using var reactions = new SqliteStoreFactory().OpenReactions(_folder.Target, isReadOnly: true);
        var dead = reactions.GetDead(Reactor.Name);
        var events = Enumerable.Range(1, (int)_seen).Select(n => (long)n).ToArray();
        var due = events.Where(n => !Reactor.IsPoison(n) && !Reactor.IsKiller(n)).ToArray();
        var ran = File.ReadAllLines(_effects).Select(l => l.Split(' ')).Select(w => (Call: w[0], Number: long.Parse(w[1], CultureInfo.InvariantCulture))).ToArray();
        Assert.DoesNotContain(ran, r => r.Call == Reactor.Overlap);
        var firsts = ran.DistinctBy(r => r.Number).ToArray();
        return new JournalKillFigures(
            _kills, _died, _seen, _lost,
            NeverRun: due.Except(ran.Select(r => r.Number)).Count(),
            OutOfOrder: firsts.GroupBy(r => r.Call).Sum(c => c.Zip(c.Skip(1)).Count(p => p.Second.Number < p.First.Number)),
            Repeats: ran.Length - firsts.Length,
            dead.Count,
            WronglyDead: events.Except(due).Except(dead.Select(d => d.Seq)).Count() + dead.Count(d => due.Contains(d.Seq) || d.Tries != Reactor.MaxAttempts));
    }

    /// <summary>What a process says: up to which number all is kept. What it had said before it died counts as well.</summary>
    private sealed class Saying
    {
        private readonly SemaphoreSlim _news = new(0);
        private long _last;

        public Saying(Process process) => Over = Task.Run(() => ReadAsync(process));

        public Task Over { get; }

        public long Last => Interlocked.Read(ref _last);

        /// <summary>Waits until it has said a number, or ends.</summary>
        public async Task UntilAsync(long number)
        {
            while (Last < number && !Over.IsCompleted)
                await _news.WaitAsync(TimeSpan.FromMilliseconds(20));
        }

        private async Task ReadAsync(Process process)
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (long.TryParse(line, CultureInfo.InvariantCulture, out var number))
                    Interlocked.Exchange(ref _last, number);
                _news.Release();
            }
        }
    }
}
