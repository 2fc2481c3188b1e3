using System.Diagnostics;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;
using PbxEvents.Journal;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>What a journal takes, and how long an event waits until it is on the disk.</summary>
internal sealed class JournalRow : IRow
{
    private const int Ring = 10_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public string Name => "journal";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        var section = new Section("A journal", "What", "Measured");
        var perSecond = new List<double>();
        var events = setup.IsQuick ? 100_000 : 300_000;
        for (var round = -1; round < setup.Rounds; round++)
        {
            // The first is for the compiler.
            var measured = await AppendAsync(events);
            if (round >= 0)
                perSecond.Add(measured);
        }
        section.Rows.Add(["append, all columns, groups of at most 1,000, on the disk", $"{Figures.Rate(perSecond.Median())}/s"]);
        section.Aims.Add(new Aim("80,000 events a second onto the disk", $"{Figures.Rate(perSecond.Median())}/s", perSecond.Median() >= 80_000));
        section.Rows.Add(["  of it making the records, without writing them", $"{Figures.Rate(Records(events))}/s"]);
        foreach (var (rate, aim) in new[] { (100, 5.0), (1_000, 10.0), (10_000, 20.0) })
        {
            var waits = await WaitsAsync(rate, TimeSpan.FromSeconds(setup.IsQuick ? 3 : 10));
            section.Rows.Add([$"from the log to the disk at {rate:#,0} events/s", $"p50 {Figures.Milli(waits[waits.Length / 2])}, p99 {Figures.Milli(waits[waits.Length * 99 / 100])}"]);
            section.Aims.Add(new Aim($"at {rate:#,0} events/s the median wait under {aim:0} ms", Figures.Milli(waits[waits.Length / 2]), waits[waits.Length / 2] < aim));
        }
        await OpenAsync(section, setup.IsQuick ? 200_000 : 1_000_000);
        return [section];
    }

    /// <summary>As many as it takes. The log gets on only as the journal does, so that nothing falls out of it.</summary>
    private static async Task<double> AppendAsync(int events)
    {
        using var folder = new JournalEvents();
        await using var journal = folder.Open();
        return await FillAsync(journal, events);
    }

    /// <summary>What the writer's thread does for each event before the store has it.</summary>
    private static double Records(int events)
    {
        var made = Enumerable.Range(0, Ring).Select(JournalEvents.Make).ToArray();
        var bytes = 0L;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < events; i++)
            bytes += EventMapping.ToRecord(i < Ring ? made[i] : JournalEvents.Make(i), i + 1, 1, 1, JournalEvents.Mask).Weight;
        return bytes == 0 ? 0 : events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> FillAsync(EventJournal journal, int events)
    {
        var log = new EventLog(Ring);
        var kept = journal.Keep(JournalEvents.Stream(log));
        var made = Enumerable.Range(0, Ring).Select(JournalEvents.Make).ToArray();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < events; i++)
        {
            if (i % 1000 == 0 && i >= Ring / 2)
                await kept.KeptAsync(i - Ring / 2, CancellationToken.None).WaitAsync(Limit);
            log.Append(i < made.Length ? made[i] : JournalEvents.Make(i));
        }
        await kept.KeptAsync(events, CancellationToken.None).WaitAsync(Limit);
        return events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double[]> WaitsAsync(int rate, TimeSpan length)
    {
        using var folder = new JournalEvents();
        await using var journal = folder.Open();
        var log = new EventLog(Ring);
        var kept = journal.Keep(JournalEvents.Stream(log));
        var waits = new List<Task<double>>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed < length; i++)
        {
            // In small bursts, as a timer of a millisecond allows.
            while (clock.Elapsed.TotalSeconds * rate < i)
                await Task.Delay(1);
            log.Append(JournalEvents.Make(i));
            waits.Add(MeasureAsync(kept, i + 1));
        }
        var measured = await Task.WhenAll(waits).WaitAsync(Limit);
        Array.Sort(measured);
        return measured;
    }

    private static async Task<double> MeasureAsync(IEventKeeping kept, long sequence)
    {
        var started = Stopwatch.GetTimestamp();
        await kept.KeptAsync(sequence, CancellationToken.None);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task OpenAsync(Section section, int events)
    {
        using var folder = new JournalEvents();
        await using (var journal = folder.Open())
            await FillAsync(journal, events);
        section.Rows.Add(["size of an event of 700 B with its call", Figures.Bytes((double)JournalSize(folder) / events)]);
        var started = Stopwatch.GetTimestamp();
        await using var again = folder.Open();
        var open = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        section.Rows.Add([$"open with {events:#,0} events", Figures.Milli(open)]);
        section.Aims.Add(new Aim("open under 300 ms", Figures.Milli(open), open < 300));
        started = Stopwatch.GetTimestamp();
        var since = again.Newest!.Value.AddMilliseconds(-1);
        var found = again.Read(new EventQuery(since)).First();
        var first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        section.Rows.Add(["the first event since a moment near the end", Figures.Milli(first)]);
        section.Aims.Add(new Aim("the first event at a moment under 50 ms", Figures.Milli(first), found is not null && first < 50));
        started = Stopwatch.GetTimestamp();
        var read = again.Read(EventQuery.Everything).Take(100_000).Count();
        var rate = read / Stopwatch.GetElapsedTime(started).TotalSeconds;
        section.Rows.Add(["read as PbxEvent", $"{Figures.Rate(rate)}/s"]);
        section.Aims.Add(new Aim("100,000 events a second read", $"{Figures.Rate(rate)}/s", rate >= 100_000));
    }

    private static long JournalSize(JournalEvents folder) => new FileInfo(folder.Target).Length;
}
