using System.Diagnostics;
using PbxEvents.Journal;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>How large a run is.</summary>
/// <param name="Missed">How many calls are missed, of all platforms together. Half as many are talks.</param>
/// <param name="Kills">How often the client is killed.</param>
/// <param name="Stops">How often the desk is.</param>
internal sealed record DeskPlan(int Missed, int Kills, int Stops);

/// <summary>
/// Callers of all platforms by the real clock, some of whom try again and some of whom are reached, and one service in a PowerShell of its own that
/// keeps one ticket for each at a real Request Tracker. The service and the desk are killed and started again at moments that come from a seed. In the
/// end the desk's own search is asked.
/// </summary>
internal sealed class DeskRun : IAsyncDisposable
{
    private const int CallsAtATime = 12;

    /// <summary>One life in so many is ended while the script starts.</summary>
    private const int OneOf = 6;

    /// <summary>A caller's calls do not overlap, and records have whole seconds.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(4);

    /// <summary>Nothing is done for so long: it hangs. The pause after the eighth attempt is shorter.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(7);

    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-desk-").FullName;
    private readonly LostCallsPlatform[] _platforms;
    private readonly int _seed;
    private readonly DeskPlan _plan;
    private readonly Random _random;
    private readonly PbxSimulator[] _simulators;
    private readonly RequestTrackerServer _desk;
    private readonly DeskGate _gate;
    private readonly TicketClient _client;
    private readonly List<Task<Played>> _playing = [];
    private readonly List<Played> _played = [];
    private readonly List<Caller> _callers = [];
    private int _kills, _stops;

    private DeskRun(IReadOnlyList<LostCallsPlatform> platforms, RequestTrackerServer desk, int seed, DeskPlan plan)
    {
        (_platforms, _desk, _seed, _plan) = ([.. platforms], desk, seed, plan);
        _random = new Random(seed);
        _simulators = [.. _platforms.Select(p => p.Chaos.StartSimulator(TimeProvider.System))];
        _gate = new DeskGate(desk.Uri, seed);
        _client = new TicketClient(_folder, "DeskClient.ps1");
        _client.SetUp(_gate.Uri, [.. _platforms.Zip(_simulators, (p, s) => TicketClient.Connection(p.Name, p, SimulatorLogin.Of(s), TicketMoments.Quick(p.Name)))]);
    }

    private string JournalPath => Path.Combine(_folder, "journal.db");

    /// <summary>Runs.</summary>
    /// <param name="platforms">Whose callers take part.</param>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="plan">How large it is.</param>
    public static async Task<DeskFigures> RunAsync(IReadOnlyList<LostCallsPlatform> platforms, int seed, DeskPlan plan)
    {
        var time = Stopwatch.StartNew();
        await using var desk = await RequestTrackerServer.StartNewAsync();
        await using var run = new DeskRun(platforms, desk, seed, plan);
        try
        {
            run._client.Start();
            await run._client.ReadyAsync();
            await run.PlayAsync();
            await run.SettleAsync();
            return (await run.JudgeAsync()) with { Elapsed = time.Elapsed };
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            await run._client.DisposeAsync();
            return new DeskFigures(seed) { Elapsed = time.Elapsed, Faults = [$"{e}{Environment.NewLine}{await run._client.Said}"] };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await Task.WhenAll(_playing);
        foreach (var simulator in _simulators)
            await simulator.DisposeAsync();
        await _gate.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task PlayAsync()
    {
        string[] blows = [.. Enumerable.Repeat("kill", _plan.Kills), .. Enumerable.Repeat("stop", _plan.Stops)];
        foreach (var (blow, before, meanwhile) in Deck.Spread(Cards(), blows, _random))
        {
            await PlayAsync(before);
            await Task.Delay(_random.Next(2000));
            await StrikeAsync(blow, meanwhile);
        }
    }

    private async Task PlayAsync(IEnumerable<Card> cards)
    {
        foreach (var card in cards)
        {
            while (_playing.Count >= CallsAtATime)
                await TakeEndedAsync();
            _playing.Add(PlayAsync(card, ChooseCaller(card)));
            await Task.Delay(_random.Next(100));
        }
    }

    private async Task<Played> PlayAsync(Card card, Caller caller)
    {
        caller.IsBusy = true;
        var options = new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(_random.Next(5, 150)) };
        var calls = await _simulators[card.Platform].PlayAsync(
            card.Scenario, card.IsOutbound ? options with { To = caller.Number } : options with { From = caller.Number });
        (caller.IsBusy, caller.EndedAt) = (false, DateTimeOffset.UtcNow);
        return new Played(card, caller, calls[0]);
    }

    /// <summary>Somebody who has called before and is at rest, or somebody new.</summary>
    private Caller ChooseCaller(Card card)
    {
        var known = _callers.Where(c => !c.IsBusy && DateTimeOffset.UtcNow - c.EndedAt > Rest).ToArray();
        if (known.Length > 0 && _random.Next(card.IsMissed ? 2 : 8) > 0)
            return known[_random.Next(known.Length)];
        var caller = new Caller($"+1202555{_callers.Count + 1:0000}");
        _callers.Add(caller);
        return caller;
    }

    private async Task StrikeAsync(string blow, IEnumerable<Card> meanwhile)
    {
        if (blow == "stop")
        {
            _stops++;
            await _desk.KillAsync();
            await PlayAsync(meanwhile);
            await Task.Delay(_random.Next(3000));
            await _desk.StartAsync();
            return;
        }
        _kills++;
        await _client.KillAsync();
        await PlayAsync(meanwhile);
        _client.Start();
        if (_random.Next(OneOf) == 0 && _kills < _plan.Kills)
            await Task.Delay(_random.Next(1500));
        else
            await _client.ReadyAsync();
    }

    /// <summary>Everything is mended: waits until all calls are over and told, and the reaction has nothing left to do.</summary>
    private async Task SettleAsync()
    {
        while (_playing.Count > 0)
            await TakeEndedAsync();
        await _client.ReadyAsync();
        await Task.Delay(TicketMoments.QuickEnd);
        var (last, since) = ("", Stopwatch.StartNew());
        while (true)
        {
            await Task.Delay(500);
            await using var journal = EventJournal.Open(new JournalOptions { Path = JournalPath, ReadOnly = true }, new SqliteStoreFactory());
            using var book = journal.OpenReactions(isReadOnly: true);
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

    private async Task<DeskFigures> JudgeAsync()
    {
        var entries = await _desk.SearchAsync("Queue = 'Calls'");
        var byCall = entries.SelectMany(e => e.Calls.Select(c => (Call: c, Entry: e))).ToLookup(c => c.Call, c => c.Entry);
        var (order, told, dead) = await ReadJournalAsync();
        var faults = new List<string>(dead);
        var (without, twice, tooMany, outOfOrder, openReached, resolvedWaiting) = (0, 0, 0, 0, 0, 0);
        foreach (var missed in _played.Where(p => p.Card.IsMissed))
        {
            var own = IdsOf(missed).SelectMany(id => byCall[id]).ToArray();
            without += own.Length == 0 ? 1 : 0;
            twice += own.Length > 1 ? 1 : 0;
            if (own.Length != 1)
                faults.Add($"{own.Length} notes of {missed}: {string.Join("; ", own.Select(e => $"ticket {e.Id}"))}");
        }
        foreach (var talk in _played.Where(p => !p.Card.IsMissed && IdsOf(p).Any(byCall.Contains)))
            faults.Add($"a note of a talk: {talk}");
        foreach (var caller in _callers)
        {
            var own = _played.Where(p => p.Caller == caller).ToArray();
            var tickets = own.SelectMany(IdsOf).SelectMany(id => byCall[id]).Distinct().ToArray();
            var missed = own.Where(p => p.Card.IsMissed).Select(p => TimeOf(p, c => c.StartedAt)).ToArray();
            var talks = own.Where(p => !p.Card.IsMissed).Select(p => TimeOf(p, c => c.AnsweredAt ?? c.StartedAt)).ToArray();
            var waits = missed.Length > 0 && missed.Max() > talks.DefaultIfEmpty(DateTimeOffset.MinValue).Max();
            var open = tickets.Count(t => t.IsOpen);

            // A new one comes only after the last was resolved.
            if (tickets.Length > 1 + talks.Length || open > 1 || (missed.Length > 0 && tickets.Length == 0))
            {
                tooMany++;
                faults.Add($"{tickets.Length} tickets, {open} open, of {caller.Number} with {missed.Length} missed calls and {talks.Length} talks: {string.Join("; ", tickets.Select(t => $"{t.Id} {t.Status}"))}");
            }
            openReached += !waits && open > 0 ? 1 : 0;
            resolvedWaiting += waits && open == 0 ? 1 : 0;
            if (waits != open > 0)
                faults.Add($"{caller.Number} {(waits ? "waits, and no ticket is open" : "was reached, and a ticket is open")}: {string.Join("; ", own.Select(p => $"{p}"))}: {string.Join("; ", tickets.Select(t => $"{t.Id} {t.Status}: {string.Join(" | ", t.Texts)}"))}{await DescribeAsync(own)}");
        }
        foreach (var entry in entries)
        {
            int[] places = [.. entry.Calls.Select(c => order.GetValueOrDefault(c, -1))];
            if (!places.SequenceEqual(places.Order()) || places.Contains(-1))
            {
                outOfOrder++;
                faults.Add($"ticket {entry.Id} is out of order: {string.Join(", ", entry.Calls)} came as {string.Join(", ", places)}");
            }
        }
        return new DeskFigures(_seed)
        {
            Missed = _played.Count(p => p.Card.IsMissed),
            Talks = _played.Count(p => !p.Card.IsMissed),
            Callers = _callers.Count,
            Tickets = entries.Count,
            Comments = entries.Sum(e => e.Calls.Count - 1),
            Open = entries.Count(e => e.IsOpen),
            Without = without,
            Twice = twice,
            TooMany = tooMany,
            OutOfOrder = outOfOrder,
            OpenReached = openReached,
            ResolvedWaiting = resolvedWaiting,
            Kills = _kills,
            Stops = _stops,
            Refused = _gate.Refused,
            Forgot = _gate.Forgot,
            Away = _gate.Away,
            Faults = faults,
        };

        DateTimeOffset TimeOf(Played played, Func<PbxCall, DateTimeOffset> read) =>
            IdsOf(played).Select(id => told.GetValueOrDefault(id)).FirstOrDefault(c => c is not null) is { } call ? read(call) : played.Call.StartedAt;
    }

    /// <summary>The calls that ended as the journal has them: which came when, and what was told of each last. And the dead letters, of which there are to be none.</summary>
    private async Task<(Dictionary<string, int> Order, Dictionary<string, PbxCall> Told, string[] Dead)> ReadJournalAsync()
    {
        await using var journal = EventJournal.Open(new JournalOptions { Path = JournalPath, ReadOnly = true }, new SqliteStoreFactory());
        var (order, told) = (new Dictionary<string, int>(), new Dictionary<string, PbxCall>());
        foreach (var e in journal.Read(EventQuery.Everything).Where(e => e is { CallState: PbxCallState.Ended, Call.Outcome: not null }))
        {
            order.TryAdd($"{e.Connection}/{e.CallId}", order.Count);
            told[$"{e.Connection}/{e.CallId}"] = e.Call!;
        }
        using var book = journal.OpenReactions(isReadOnly: true);
        return (order, told, [.. book.GetDead("desk").Select(d => $"a dead letter: {d.Failure.Error}")]);
    }

    /// <summary>Everything that the journal has of some calls.</summary>
    private async Task<string> DescribeAsync(IEnumerable<Played> calls)
    {
        await using var journal = EventJournal.Open(new JournalOptions { Path = JournalPath, ReadOnly = true }, new SqliteStoreFactory());
        string[] ids = [.. calls.SelectMany(p => _platforms[p.Card.Platform].Chaos.IdsOf(p.Call))];
        return string.Concat(journal.Read(new EventQuery(CallIds: ids)).Where(e => e.Gap is null).Select(e =>
            $"{Environment.NewLine}    {e.ReceivedUtc:HH:mm:ss.fff} {e.Name} {e.CallId} {e.CallState} {e.Outcome} {e.Call?.Origin} news {e.IsCallNews} {e.Raw}"));
    }

    private IEnumerable<string> IdsOf(Played played) => _platforms[played.Card.Platform].Chaos.IdsOf(played.Call).Select(id => $"{_platforms[played.Card.Platform].Name}/{id}");

    /// <summary>The calls, in an order that comes from the seed; every kind comes before one comes twice.</summary>
    private Card[] Cards()
    {
        Card[] all = [.. _platforms.SelectMany((p, i) => p.Scenarios.Select(s => CardOf(p, i, s)).OfType<Card>())];
        var missed = all.ToLookup(c => c.IsMissed);
        Card[] cards = [.. Deck.Of(missed[true], _random).Take(_plan.Missed), .. Deck.Of(missed[false], _random).Take(_plan.Missed / 2)];
        _random.Shuffle(cards);
        return cards;
    }

    /// <summary>Of a call that shows its number and is missed or answered: who is at the other end is to be known.</summary>
    private static Card? CardOf(LostCallsPlatform platform, int index, string scenario)
    {
        var row = OutcomeTable.Expect(platform.Name, scenario);
        var outcome = platform.Expect(scenario);
        var isOutbound = row["Direction"] == "Outbound";
        return outcome is PbxOutcome.Missed or PbxOutcome.Abandoned && row["Direction"] == "Inbound" && scenario != "HiddenCaller" ? new Card(index, scenario, IsMissed: true, IsOutbound: false)
            : outcome == PbxOutcome.Answered && (isOutbound || scenario == "Answered") ? new Card(index, scenario, IsMissed: false, isOutbound)
            : null;
    }

    private sealed record Card(int Platform, string Scenario, bool IsMissed, bool IsOutbound);

    private sealed class Caller(string number)
    {
        public string Number => number;

        public bool IsBusy { get; set; }

        public DateTimeOffset EndedAt { get; set; }
    }

    private sealed record Played(Card Card, Caller Caller, SimulatedCall Call)
    {
        public override string ToString() => $"{Card.Scenario} {Caller.Number} {Call.CallId} {Call.StartedAt:HH:mm:ss.fff} to {Call.EndedAt:HH:mm:ss.fff}";
    }
}
