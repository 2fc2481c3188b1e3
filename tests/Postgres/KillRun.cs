using System.Diagnostics;
using System.Globalization;
using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Tests.Journal;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Postgres;

/// <summary>Two publishers and four workers on one server; any of them is killed at any moment, and starts again. Then all comes to its end, and is counted.</summary>
internal sealed class KillRun
{
    private static readonly int[] Slots = [1, 4, 1, 4];

    private static readonly string[] Connections = ["left", "right"];

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "PbxEvents.Tests.Journal.dll");

    private readonly PostgresServer _server;
    private readonly string _database;
    private readonly Random _random;
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-kill").FullName;
    private readonly Process[] _publishers = new Process[Connections.Length];
    private readonly Process[] _workers = new Process[Slots.Length];
    private readonly long[] _said = new long[Connections.Length];
    private readonly List<Task> _reading = [];
    private int _files;
    private int _died;
    private int _mostRepeats;

    private KillRun(PostgresServer server, string database, int seed) => (_server, _database, _random) = (server, database, new Random(seed));

    /// <summary>Runs it.</summary>
    /// <param name="servers">How often the server is killed.</param>
    /// <param name="publishers">How often a publisher is.</param>
    /// <param name="workers">How often a worker is.</param>
    /// <param name="seed">Where the moments come from.</param>
    public static async Task<KillFigures> RunAsync(int servers, int publishers, int workers, int seed)
    {
        await using var server = await PostgresServer.StartAsync(null, "fsync=off");
        var run = new KillRun(server, await server.MakeDatabaseAsync(), seed);
        try
        {
            return await run.RunAsync(servers, publishers, workers);
        }
        finally
        {
            foreach (var process in run._publishers.Concat(run._workers).Where(p => p is { HasExited: false }))
                process.Kill();
            Directory.Delete(run._folder, recursive: true);
        }
    }

    private async Task<KillFigures> RunAsync(int servers, int publishers, int workers)
    {
        for (var i = 0; i < Connections.Length; i++)
            StartPublisher(i);
        for (var i = 0; i < Slots.Length; i++)
            StartWorker(i);
        string[] plan = [.. Enumerable.Repeat("server", servers), .. Enumerable.Repeat("publisher", publishers), .. Enumerable.Repeat("worker", workers)];
        _random.Shuffle(plan);
        foreach (var target in plan)
        {
            await ProgressAsync();
            await Task.Delay(_random.Next(50));
            switch (target)
            {
                case "server":
                    await _server.KillAsync();
                    _mostRepeats += Slots.Sum();
                    await Task.Delay(_random.Next(300));
                    await _server.StartAsync();
                    break;
                case "publisher":
                    await PublisherAsync(_random.Next(Connections.Length));
                    break;
                default:
                    await WorkerAsync(_random.Next(Slots.Length));
                    break;
            }
        }
        await ProgressAsync();
        foreach (var publisher in _publishers)
        {
            publisher.Kill();
            await publisher.WaitForExitAsync();
        }
        foreach (var drain in Connections.Select(c => Start("drain", c)).ToArray())
        {
            _reading.Add(drain.StandardOutput.ReadToEndAsync());
            await drain.WaitForExitAsync().InTime();
            drain.Dispose();
        }
        await FinishAsync();
        foreach (var worker in _workers)
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
        await Task.WhenAll(_reading).InTime();
        return Count(servers, publishers, workers);
    }

    /// <summary>Lets them come some way first, however busy the machine is.</summary>
    private async Task ProgressAsync()
    {
        var (from, way) = (_said.Sum(), _random.Next(60, 200));
        for (var began = Stopwatch.StartNew(); _said.Sum() < from + way;)
        {
            Revive();
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(60), "Nothing was kept for a minute.");
            await Task.Delay(10);
        }
    }

    /// <summary>Workers that ended themselves start again.</summary>
    private void Revive()
    {
        for (var i = 0; i < _workers.Length; i++)
        {
            if (!_workers[i].HasExited)
                continue;
            _died++;
            _mostRepeats += Slots[i];
            StartWorker(i);
        }
    }

    private async Task PublisherAsync(int index)
    {
        _publishers[index].Kill();
        await _publishers[index].WaitForExitAsync();
        StartPublisher(index);
    }

    private async Task WorkerAsync(int index)
    {
        Revive();
        _workers[index].Kill();
        await _workers[index].WaitForExitAsync();
        _mostRepeats += Slots[index];
        StartWorker(index);
    }

    private void StartPublisher(int index)
    {
        var process = _publishers[index] = Start("publish", Connections[index]);
        _reading.Add(Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (long.TryParse(line, CultureInfo.InvariantCulture, out var number))
                    Interlocked.Exchange(ref _said[index], number);
            }
        }));
    }

    private void StartWorker(int index)
    {
        var process = _workers[index] = Start("work", Path.Combine(_folder, $"{++_files}.effects"), Slots[index].ToString(CultureInfo.InvariantCulture));
        _reading.Add(process.StandardOutput.ReadToEndAsync());
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true };
        start.Environment[ServerJournal.Variable] = ServerJournal.Describe(_server, _database, Path.Combine(_folder, "local"));
        return Process.Start(start)!;
    }

    private async Task FinishAsync()
    {
        using var book = Factory().OpenReactions("", isReadOnly: true);
        for (var began = Stopwatch.StartNew(); ;)
        {
            Revive();
            var figures = Assert.Single(book.GetAll());
            if (figures is { Lag: 0, Running: 0, Waiting: 0, Retrying: 0 })
                return;
            Assert.True(began.Elapsed < TimeSpan.FromMinutes(3), $"It did not come to its end: {figures}");
            await Task.Delay(100);
        }
    }

    private ISharedStoreFactory Factory() => new PostgresServers().Of(SharedServer.At(_server, _database));

    private KillFigures Count(int servers, int publishers, int workers)
    {
        var factory = Factory();
        using var reader = factory.OpenReader("");
        var (events, lost, twice) = (new List<(string Connection, long Number, long Seq)>(), 0L, 0L);
        for (var records = reader.Read(EventQuery.Everything, 0); records.Count > 0; records = reader.Read(EventQuery.Everything, records[^1].Seq))
        {
            foreach (var record in records)
            {
                var (connection, number) = (reader.FindRun(record.Run).Connection, long.Parse(record.EventId, CultureInfo.InvariantCulture));
                if (record.Seq != events.Count + 1 || !record.Raw.Span.SequenceEqual(Numbered.Make(number, connection).GetUtf8().Span))
                    lost++;
                events.Add((connection, number, record.Seq));
            }
        }
        for (var i = 0; i < Connections.Length; i++)
        {
            var numbers = events.Where(e => e.Connection == Connections[i]).Select(e => e.Number).ToArray();
            twice += numbers.Zip(numbers.Skip(1)).Count(p => p.Second <= p.First);
            lost += numbers.Zip(numbers.Skip(1)).Sum(p => Math.Max(0, p.Second - p.First - 1)) + Math.Max(0, _said[i] - numbers.LastOrDefault());
        }
        using var book = factory.OpenReactions("", isReadOnly: true);
        var dead = book.GetDead(Reactor.Name).Select(d => d.Seq).ToHashSet();
        var doomed = events.Where(e => Reactor.IsPoison(e.Number) || Reactor.IsKiller(e.Number)).Select(e => e.Seq).ToHashSet();
        var ran = Directory.GetFiles(_folder).SelectMany(File.ReadAllLines).Select(l => l.Split(' ')).Where(w => w.Length == 3)
            .Select(w => (Call: w[0], Number: long.Parse(w[1], CultureInfo.InvariantCulture), At: long.Parse(w[2], CultureInfo.InvariantCulture)))
            .OrderBy(r => r.At).ToArray();
        var firsts = ran.DistinctBy(r => (r.Call, r.Number)).ToArray();
        var due = events.Where(e => !doomed.Contains(e.Seq)).Select(e => ($"{e.Connection}/c{e.Number % 7}", e.Number)).ToHashSet();
        return new KillFigures(
            servers, publishers, workers, _died, events.Count, lost, twice,
            NeverRun: due.Except(firsts.Select(r => (r.Call, r.Number))).Count(),
            OutOfOrder: firsts.GroupBy(r => r.Call).Sum(c => c.Zip(c.Skip(1)).Count(p => p.Second.Number < p.First.Number)),
            Repeats: ran.Length - firsts.Length,
            _mostRepeats,
            dead.Count,
            WronglyDead: doomed.Except(dead).Count() + dead.Except(doomed).Count());
    }
}
