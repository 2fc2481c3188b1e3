using System.Diagnostics;
using System.Text.Json.Nodes;
using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Journal;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>How large a run is.</summary>
/// <param name="Calls">How many calls there are, of all platforms together. Two of three are missed.</param>
/// <param name="Listeners">How often a listener is killed.</param>
/// <param name="Workers">How often a worker is.</param>
/// <param name="Databases">How often the database is.</param>
internal sealed record WorkersPlan(int Calls, int Listeners, int Workers, int Databases)
{
    /// <summary>With kills in proportion: 2000 calls have 8, 12 and 8, and few have no fewer than 2, 2 and 1.</summary>
    public static WorkersPlan Of(int calls) => new(calls, Math.Max(2, calls / 250), Math.Max(2, calls * 3 / 500), Math.Max(1, calls / 250));
}

/// <summary>
/// Calls of all platforms by the real clock; two listeners, of which one is connected and one stands by; three workers that file a ticket for each
/// missed call; and a database that they share. Each is a process of its own, and is killed and started again at moments that come from a seed. In the
/// end each missed call has one ticket, and no other has any.
/// </summary>
internal sealed class WorkersRun : IAsyncDisposable
{
    private const int CallsAtATime = 12;

    /// <summary>How many tickets a worker files at once.</summary>
    private const int Slots = 4;

    /// <summary>After one kill in so many the next blow comes while the script starts.</summary>
    private const int OneOf = 6;

    /// <summary>Nothing is done for so long: it hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-workers-").FullName;
    private readonly LostCallsPlatform[] _platforms;
    private readonly int _seed;
    private readonly WorkersPlan _plan;
    private readonly Random _random;
    private readonly PbxSimulator[] _simulators;
    private readonly PostgresServer _server;
    private readonly JournalServer _journal;
    private readonly TicketDesk _desk;
    private readonly TicketClient[] _listeners, _workers;
    private readonly List<Task<Played>> _playing = [];
    private readonly List<Played> _played = [];
    private readonly List<string> _said = [];
    private TicketClient? _connected;
    private int _lastCaller, _listenerKills, _takeovers, _workerKills, _databaseKills, _ended;

    private WorkersRun(IReadOnlyList<LostCallsPlatform> platforms, PostgresServer server, string database, int seed, WorkersPlan plan)
    {
        (_platforms, _server, _seed, _plan) = ([.. platforms], server, seed, plan);
        _random = new Random(seed);
        _simulators = [.. _platforms.Select(p => p.Chaos.StartSimulator(TimeProvider.System))];
        _desk = new TicketDesk(seed);
        _journal = new JournalServer
        {
            Host = "127.0.0.1",
            Port = server.Port,
            Database = database,
            User = PostgresServer.User,
            Password = new Secret(server.Password),
            SslMode = PbxSslMode.Disable,
            Folder = _folder,
        };
        _listeners = [MakeClient("left", "TicketListener.ps1", isListener: true), MakeClient("right", "TicketListener.ps1", isListener: true)];
        _workers = [.. Enumerable.Range(1, 3).Select(i => MakeClient($"worker{i}", "TicketClient.ps1", isListener: false))];
    }

    /// <summary>Runs.</summary>
    /// <param name="platforms">Whose calls take part.</param>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="plan">How large it is.</param>
    public static async Task<WorkersFigures> RunAsync(IReadOnlyList<LostCallsPlatform> platforms, int seed, WorkersPlan plan)
    {
        var time = Stopwatch.StartNew();

        // It is the process that is killed, not the machine.
        await using var server = await PostgresServer.StartAsync(null, "fsync=off");
        await using var run = new WorkersRun(platforms, server, await server.MakeDatabaseAsync(), seed, plan);
        try
        {
            await run.StartAsync();
            await run.PlayAsync();
            await run.SettleAsync();
            return (await run.JudgeAsync()) with { Elapsed = time.Elapsed };
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            foreach (var client in run._listeners.Concat(run._workers))
            {
                await client.DisposeAsync();
                run._said.Add(await client.Said);
            }
            return new WorkersFigures(seed) { Elapsed = time.Elapsed, Faults = [$"{e}", .. run._said] };
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _listeners.Concat(_workers))
            await client.DisposeAsync();
        await Task.WhenAll(_playing);
        foreach (var simulator in _simulators)
            await simulator.DisposeAsync();
        await _desk.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>On a machine of its own, as it were: each has a folder, and a listener's spool is in it.</summary>
    private TicketClient MakeClient(string name, string script, bool isListener)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        var client = new TicketClient(folder, script);
        var server = new JsonObject { ["Port"] = _journal.Port, ["Database"] = _journal.Database, ["User"] = _journal.User, ["Password"] = _server.Password };
        client.SetUp(_desk.Uri, server, Slots, isListener
            ? [.. _platforms.Zip(_simulators, (p, s) => TicketClient.Connection(p.Name, p, SimulatorLogin.Of(s), TicketMoments.QuickTakeover(p.Name)))]
            : []);
        return client;
    }

    private async Task StartAsync()
    {
        // The one that makes the schema comes first.
        _listeners[0].Start();
        await ReadyAsync(_listeners);
        foreach (var client in _workers.Append(_listeners[1]))
            client.Start();
        foreach (var worker in _workers)
            await ReadyAsync(worker);
    }

    private async Task PlayAsync()
    {
        string[] blows =
        [
            .. Enumerable.Repeat("listener", _plan.Listeners), .. Enumerable.Repeat("worker", _plan.Workers), .. Enumerable.Repeat("database", _plan.Databases),
        ];
        foreach (var (blow, before, meanwhile) in Deck.Spread(Cards(), blows, _random))
        {
            await PlayAsync(before);
            await Task.Delay(_random.Next(700));
            await StrikeAsync(blow, meanwhile);
        }
    }

    private async Task PlayAsync(IEnumerable<Card> cards)
    {
        foreach (var card in cards)
        {
            while (_playing.Count >= CallsAtATime)
                await TakeEndedAsync();
            _playing.Add(PlayAsync(card, new ScenarioOptions
            {
                Pace = TimeSpan.FromMilliseconds(_random.Next(5, 150)),
                From = _platforms[card.Platform].FromOf(card.Scenario, ++_lastCaller),
            }));
            await Task.Delay(_random.Next(60));
        }
    }

    private async Task<Played> PlayAsync(Card card, ScenarioOptions options) => new(card.Platform, await _simulators[card.Platform].PlayAsync(card.Scenario, options));

    private async Task StrikeAsync(string blow, IReadOnlyList<Card> meanwhile)
    {
        switch (blow)
        {
            case "database":
                _databaseKills++;
                await _server.KillAsync();
                await PlayAsync(meanwhile);
                await Task.Delay(_random.Next(2000));
                await _server.StartAsync();
                break;
            case "listener":
                _listenerKills++;

                // Two times of three the one that is connected.
                var listener = _random.Next(3) > 0 ? _connected! : _listeners.First(l => l != _connected);
                await listener.KillAsync();
                await PlayAsync(meanwhile);
                listener.Start();
                if (!IsNextSoon())
                    await ReadyAsync(_listeners);
                break;
            default:
                _workerKills++;
                var worker = _workers[_random.Next(_workers.Length)];
                await worker.KillAsync();
                await PlayAsync(meanwhile);
                worker.Start();
                if (!IsNextSoon())
                    await ReadyAsync(worker);
                break;
        }
        await ReviveAsync();
    }

    private bool IsNextSoon() => _random.Next(OneOf) == 0;

    /// <summary>Waits until one of them is ready. Of listeners that is the connected one.</summary>
    private async Task ReadyAsync(params TicketClient[] clients)
    {
        for (var limit = Stopwatch.StartNew(); !clients.Any(c => c.IsReady); await Task.Delay(50))
        {
            await ReviveAsync();
            if (limit.Elapsed > PwshHost.StartLimit)
                throw new TimeoutException("No script got ready.");
        }
        if (clients.Intersect(_listeners).FirstOrDefault(c => c.IsReady) is { } connected && connected != _connected)
        {
            _takeovers += _connected is null ? 0 : 1;
            _connected = connected;
        }
    }

    /// <summary>What a service manager does with a script that has ended.</summary>
    private async Task ReviveAsync()
    {
        foreach (var client in _listeners.Concat(_workers).Where(c => c.HasEnded))
        {
            _ended++;
            await client.KillAsync();
            _said.Add(await client.Said);
            if (_ended > _plan.Listeners + _plan.Workers + _plan.Databases)
                throw new InvalidOperationException("Scripts end again and again.");
            client.Start();
        }
    }

    /// <summary>Everything is mended: waits until all calls are over and told, and the reaction has nothing left to do.</summary>
    private async Task SettleAsync()
    {
        while (_playing.Count > 0)
            await TakeEndedAsync();
        await ReadyAsync(_listeners);
        foreach (var worker in _workers)
            await ReadyAsync(worker);
        await Task.Delay(TicketMoments.TakeoverEnd);
        using var book = Factory().OpenReactions("", isReadOnly: true);
        for (var (last, since) = ("", Stopwatch.StartNew()); ; await Task.Delay(200))
        {
            await ReviveAsync();
            var figures = book.GetAll().Single();
            if (figures is { Lag: 0, Running: 0, Waiting: 0, Retrying: 0 })
                return;
            if ($"{figures}" != last)
                (last, since) = ($"{figures}", Stopwatch.StartNew());
            if (since.Elapsed > Patience)
                throw new TimeoutException($"The reaction does not go on: {figures}");
        }
    }

    private async Task TakeEndedAsync()
    {
        var ended = await Task.WhenAny(_playing).InTime();
        _playing.Remove(ended);
        _played.Add(await ended);
    }

    private async Task<WorkersFigures> JudgeAsync()
    {
        var tickets = _desk.Tickets;
        var judge = new TicketJudge(tickets, () => EventJournal.Open(new JournalOptions { Path = _journal.Address, Server = _journal, ReadOnly = true }, Factory(), new SqliteStoreFactory()));
        foreach (var played in _played.GroupBy(p => p.Platform))
            await judge.TakeAsync(_platforms[played.Key].Name, _platforms[played.Key], played.SelectMany(p => p.Calls));
        List<string> faults = [.. judge.Finish()];

        // A worker's session and what it runs end with the database.
        var mostRepeats = Slots * (_workerKills + (_workers.Length * _databaseKills));
        if (_desk.Repeats > mostRepeats)
            faults.Add($"{_desk.Repeats} tickets were filed again, and {mostRepeats} could.");
        using (var book = Factory().OpenReactions("", isReadOnly: true))
            faults.AddRange(book.GetDead("tickets").Select(d => $"a dead letter: {d.Failure.Error}"));
        if (faults.Count > 0)
            faults.AddRange(_said);
        return new WorkersFigures(_seed)
        {
            Missed = judge.Missed,
            Others = judge.Others,
            Listeners = _listenerKills,
            Takeovers = _takeovers,
            Workers = _workerKills,
            Databases = _databaseKills,
            Ended = _ended,
            Tickets = tickets.Count,
            Recorded = tickets.Count(t => t.Origin == nameof(PbxCallOrigin.Record)),
            Without = judge.Without,
            Twice = judge.Twice,
            Wrong = judge.Wrong,
            Reasons = judge.Reasons,
            Repeats = _desk.Repeats,
            MostRepeats = mostRepeats,
            Refused = _desk.Refused,
            Faults = faults,
        };
    }

    private ISharedStoreFactory Factory() => new PostgresServers().Of(_journal);

    /// <summary>The calls, in an order that comes from the seed; every kind comes before one comes twice.</summary>
    private Card[] Cards()
    {
        var kinds = _platforms.SelectMany((p, i) => p.Scenarios.Select(s => new Card(i, s))).ToLookup(c => TicketJudge.IsMissed(_platforms[c.Platform].Expect(c.Scenario)));
        var others = _plan.Calls / 3;
        Card[] cards = [.. Deck.Of(kinds[true], _random).Take(_plan.Calls - others), .. Deck.Of(kinds[false], _random).Take(others)];
        _random.Shuffle(cards);
        return cards;
    }

    private sealed record Card(int Platform, string Scenario);

    private sealed record Played(int Platform, IReadOnlyList<SimulatedCall> Calls);
}
