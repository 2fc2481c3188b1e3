using System.Collections.Concurrent;
using System.Diagnostics;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;
using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Journal;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>A journal in a database: what it takes, and what workers that share it do. Server, listener and workers have this machine's processors between them.</summary>
internal sealed class WorkerRow : IRow
{
    private const int Ring = 10_000;
    private const int Workers = 4;
    private const int Slots = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public string Name => "workers";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        var section = new Section("A journal in a database, and workers", "What", "Measured");
        if (PostgresServer.WhyMissing is { } whyMissing)
        {
            section.Notes.Add($"Left out: {whyMissing}.");
            return [section];
        }
        await using var server = await PostgresServer.StartAsync();
        var append = await AppendAsync(server, setup.IsQuick ? 30_000 : 100_000);
        section.Rows.Add(["append, all columns, groups of at most 1,000, on the server's disk", $"{Figures.Rate(append)}/s"]);
        section.Aims.Add(new Aim("8,000 events a second into the database", $"{Figures.Rate(append)}/s", append >= 8_000));
        var ordered = await ReactAsync(server, setup.IsQuick ? 5_000 : 20_000);
        section.Rows.Add([$"ordered reactions with an empty action, {Workers} workers of {Slots} slots", $"{Figures.Rate(ordered)}/s"]);
        section.Aims.Add(new Aim("1,000 ordered reactions a second", $"{Figures.Rate(ordered)}/s", ordered >= 1_000));
        var waits = await WaitsAsync(server, TimeSpan.FromSeconds(setup.IsQuick ? 3 : 10));
        section.Rows.Add(["from the log to a worker's action at 100 events/s", $"p50 {Figures.Milli(waits[waits.Length / 2])}, p99 {Figures.Milli(waits[waits.Length * 99 / 100])}"]);
        section.Aims.Add(new Aim("99 of 100 in an action within 50 ms", Figures.Milli(waits[waits.Length * 99 / 100]), waits[waits.Length * 99 / 100] < 50));
        var over = await TakeOverAsync(server);
        section.Rows.Add(["all parts of a worker whose session ended are another's", Figures.Milli(over)]);
        section.Aims.Add(new Aim("another has the parts within a second", Figures.Milli(over), over < 1_000));
        return [section];
    }

    private static async Task<double> AppendAsync(PostgresServer server, int events)
    {
        await using var journal = (await SharedJournal.MakeAsync(server)).Open();
        await FillAsync(journal, 10_000);
        return await FillAsync(journal, events);
    }

    private static async Task<double> FillAsync(EventJournal journal, int events)
    {
        var log = new EventLog(Ring);
        var kept = journal.Keep(JournalEvents.Stream(log));
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < events; i++)
        {
            if (i % 1000 == 0 && i >= Ring / 2)
                await kept.KeptAsync(i - Ring / 2, CancellationToken.None).WaitAsync(Limit);
            log.Append(JournalEvents.Make(i));
        }
        await kept.KeptAsync(events, CancellationToken.None).WaitAsync(Limit);
        for (var waited = Stopwatch.StartNew(); journal.Behind > 0 && waited.Elapsed < Limit;)
            await Task.Delay(1);
        return events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> ReactAsync(PostgresServer server, int events)
    {
        var shared = await SharedJournal.MakeAsync(server);
        await using (var listener = shared.Open())
            await FillAsync(listener, events);
        var left = events;
        var done = new TaskCompletionSource();
        var journals = Enumerable.Range(0, Workers).Select(_ => shared.Open()).ToArray();
        var started = Stopwatch.GetTimestamp();
        await RunAsync(journals, () =>
        {
            if (Interlocked.Decrement(ref left) == 0)
                done.TrySetResult();
        }, done.Task);
        return events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task RunAsync(EventJournal[] journals, Action act, Task until)
    {
        using var stop = new CancellationTokenSource();
        var runners = journals.Select(j => j.React(
            new ReactionOptions { Name = "bench", StartAfter = 0, Concurrency = Slots },
            (_, _) =>
            {
                act();
                return Task.CompletedTask;
            })).ToArray();
        var runs = runners.Select(r => r.RunAsync(untilIdle: false, stop.Token)).ToArray();
        await until.WaitAsync(Limit);
        await stop.CancelAsync();
        await Task.WhenAll(runs);
        foreach (var runner in runners)
            runner.Dispose();
        foreach (var journal in journals)
            await journal.DisposeAsync();
    }

    private static async Task<double[]> WaitsAsync(PostgresServer server, TimeSpan length)
    {
        var shared = await SharedJournal.MakeAsync(server);
        await using var listener = shared.Open();
        await using var worker = shared.Open();
        var waits = new ConcurrentBag<double>();
        using var stop = new CancellationTokenSource();
        using var runner = worker.React(new ReactionOptions { Name = "bench", StartAfter = 0, Concurrency = Slots }, (d, _) =>
        {
            waits.Add((DateTimeOffset.UtcNow - d.Event.ReceivedUtc).TotalMilliseconds);
            return Task.CompletedTask;
        });
        var run = runner.RunAsync(untilIdle: false, stop.Token);
        var log = new EventLog(Ring);
        var kept = listener.Keep(JournalEvents.Stream(log));
        var clock = Stopwatch.StartNew();
        var sent = 0;
        for (; clock.Elapsed < length; sent++)
        {
            log.Append(JournalEvents.Make(sent));
            await Task.Delay(10);
        }
        await kept.KeptAsync(sent, CancellationToken.None).WaitAsync(Limit);
        while (waits.Count < sent && clock.Elapsed < length + Limit)
            await Task.Delay(10);
        await stop.CancelAsync();
        await run;
        return [.. waits.Order()];
    }

    private static async Task<double> TakeOverAsync(PostgresServer server)
    {
        var shared = await SharedJournal.MakeAsync(server);
        await using var journal = shared.Open();
        var options = new ReactionOptions { Name = "bench" };
        var first = PostgresReactionStore.Open(new PostgresDatabase(shared.Server), options, 0);
        using var second = PostgresReactionStore.Open(new PostgresDatabase(shared.Server), options, 0);
        var started = Stopwatch.GetTimestamp();
        first.Dispose();
        while (second.Parts!.Held.Length < Part.Count)
        {
            second.Share(DateTimeOffset.UtcNow);
            await Task.Delay(1);
        }
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
