using System.Diagnostics;
using PbxEvents.Journal;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>How large a run is.</summary>
/// <param name="Missed">How many calls are missed. Half as many are not.</param>
/// <param name="Kills">How often the client is killed.</param>
/// <param name="Restarts">How often the PBX restarts.</param>
/// <param name="IsQuick">True to ask for records within seconds, false as the product does.</param>
internal sealed record TicketPlan(int Missed, int Kills, int Restarts, bool IsQuick);

/// <summary>
/// Calls of every kind by the real clock, and a service in a PowerShell of its own that files a ticket for each missed one. It is killed and
/// started again, and the PBX restarts, at moments that come from a seed. In the end each missed call has one ticket, and no other has any.
/// </summary>
internal sealed class TicketRun : IAsyncDisposable
{
    private const string Connection = "desk";

    private const int CallsAtATime = 12;

    /// <summary>One life in so many is ended while the script starts, and one is so long that records are asked for.</summary>
    private const int OneOf = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-tickets-").FullName;
    private readonly LostCallsPlatform _platform;
    private readonly int _seed;
    private readonly TicketPlan _plan;
    private readonly Random _random;
    private readonly PbxSimulator _simulator;
    private readonly TicketDesk _desk;
    private readonly TicketClient _client;
    private readonly List<Task<IReadOnlyList<SimulatedCall>>> _playing = [];
    private readonly List<SimulatedCall> _calls = [];
    private int _kills, _restarts, _lastCaller;

    private TicketRun(LostCallsPlatform platform, int seed, TicketPlan plan)
    {
        (_platform, _seed, _plan) = (platform, seed, plan);
        _random = new Random(seed);
        _simulator = platform.Chaos.StartSimulator(TimeProvider.System);
        _desk = new TicketDesk(seed);
        _client = new TicketClient(_folder, "TicketClient.ps1");
        _client.SetUp(_desk.Uri, TicketClient.Connection(Connection, platform, SimulatorLogin.Of(_simulator), plan.IsQuick ? TicketMoments.Quick(platform.Name) : []));
    }

    private string JournalPath => Path.Combine(_folder, "journal.db");

    /// <summary>Runs.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="plan">How large it is.</param>
    public static async Task<TicketFigures> RunAsync(LostCallsPlatform platform, int seed, TicketPlan plan)
    {
        await using var run = new TicketRun(platform, seed, plan);
        var time = Stopwatch.StartNew();
        try
        {
            await run.StartAsync();
            await run.PlayAsync();
            await run.SettleAsync();
            return (await run.JudgeAsync()) with { Elapsed = time.Elapsed };
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            await run._client.DisposeAsync();
            return (await run.JudgeAsync()) with { Elapsed = time.Elapsed, Faults = [$"{e}{Environment.NewLine}{await run._client.Said}"] };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await Task.WhenAll(_playing);
        await _simulator.DisposeAsync();
        await _desk.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task PlayAsync()
    {
        string[] blows = [.. Enumerable.Repeat("kill", _plan.Kills), .. Enumerable.Repeat("restart", _plan.Restarts)];
        foreach (var (blow, before, meanwhile) in Deck.Spread(Cards(), blows, _random))
        {
            await PlayAsync(before);
            await Task.Delay(_random.Next(700));
            await StrikeAsync(blow, meanwhile);
        }
    }

    private async Task PlayAsync(IEnumerable<string> scenarios)
    {
        foreach (var scenario in scenarios)
        {
            while (_playing.Count >= CallsAtATime)
                await TakeEndedAsync();
            _playing.Add(_simulator.PlayAsync(scenario, new ScenarioOptions
            {
                Pace = TimeSpan.FromMilliseconds(_random.Next(5, 150)),
                From = _platform.FromOf(scenario, ++_lastCaller),
            }));
            await Task.Delay(_random.Next(60));
        }
    }

    private async Task StrikeAsync(string blow, IEnumerable<string> meanwhile)
    {
        if (blow == "restart")
        {
            _restarts++;
            var restart = _simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.FromMilliseconds(_random.Next(1500)) });
            await PlayAsync(meanwhile);
            await restart;
            return;
        }
        _kills++;
        await _client.KillAsync();
        await PlayAsync(meanwhile);
        _client.Start();
        switch (_random.Next(OneOf))
        {
            case 0 when _kills < _plan.Kills:
                // The next blow may well come while it starts.
                await Task.Delay(_random.Next(1500));
                break;
            case 1 when !_plan.IsQuick:
                await _client.ReadyAsync();
                await Task.Delay(TicketMoments.RealFirst);
                break;
            default:
                await _client.ReadyAsync();
                break;
        }
    }

    private async Task StartAsync()
    {
        _client.Start();
        await _client.ReadyAsync();
    }

    /// <summary>Everything is mended: waits until all calls are over, all tickets there, and nothing more is to come.</summary>
    private async Task SettleAsync()
    {
        while (_playing.Count > 0)
            await TakeEndedAsync();
        await _client.ReadyAsync();
        await Task.Delay(_plan.IsQuick ? TicketMoments.QuickEnd : TicketMoments.RealEnd);
        var limit = Stopwatch.StartNew();
        while ((await JudgeAsync()).Without > 0 && limit.Elapsed < TimeSpan.FromSeconds(20))
            await Task.Delay(100);
    }

    private async Task TakeEndedAsync()
    {
        var ended = await Task.WhenAny(_playing).InTime();
        _playing.Remove(ended);
        _calls.AddRange(await ended);
    }

    private async Task<TicketFigures> JudgeAsync()
    {
        var judge = new TicketJudge(_desk.Tickets, () => EventJournal.Open(new JournalOptions { Path = JournalPath, ReadOnly = true }, new SqliteStoreFactory()));
        await judge.TakeAsync(Connection, _platform, _calls);
        var faults = judge.Finish();
        if (_desk.Repeats > _kills)
            faults = [.. faults, $"{_desk.Repeats} tickets were filed again in {_kills} kills."];
        return new TicketFigures(_platform.Name, _seed)
        {
            Missed = judge.Missed,
            Others = judge.Others,
            Tickets = _desk.Tickets.Count,
            Recorded = _desk.Tickets.Count(t => t.Origin == nameof(PbxCallOrigin.Record)),
            Without = judge.Without,
            Twice = judge.Twice,
            Wrong = judge.Wrong,
            Reasons = judge.Reasons,
            Repeats = _desk.Repeats,
            Refused = _desk.Refused,
            Kills = _kills,
            Restarts = _restarts,
            Faults = faults,
        };
    }

    /// <summary>The calls, in an order that comes from the seed; every kind comes before one comes twice.</summary>
    private string[] Cards()
    {
        var kinds = _platform.Scenarios.ToLookup(s => TicketJudge.IsMissed(_platform.Expect(s)));
        string[] cards = [.. Deck.Of(kinds[true], _random).Take(_plan.Missed), .. Deck.Of(kinds[false], _random).Take(_plan.Missed / 2)];
        _random.Shuffle(cards);
        return cards;
    }
}
