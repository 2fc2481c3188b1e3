using System.Diagnostics;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Calls of every kind, and a client whose link is dropped, whose PBX restarts, and which is killed and started again an hour later, at
/// moments that come from a seed. In the end every call was told, once.
/// </summary>
internal sealed class LostCallsRun
{
    private const int Speed = 16;
    private const int CallsAtATime = 12;
    private const int CallsABlow = 25;

    private static readonly TimeSpan Downtime = TimeSpan.FromHours(1);

    /// <summary>Far more than connecting and all askings take.</summary>
    private static readonly TimeSpan FillLimit = TimeSpan.FromSeconds(90);

    /// <summary>So long before a kill an end may have been told that its file does not know: what a busy machine takes to write it, by the fast clock.</summary>
    private static readonly TimeSpan WriteTime = TimeSpan.FromSeconds(60);

    private readonly LostCallsPlatform _platform;
    private readonly int _seed;
    private readonly Func<LostCallsPlatform, SimulatorLogin, FastClock, string, Task<ILostCallsClient>> _start;
    private readonly FastClock _clock = new(Speed);
    private readonly Random _random;
    private readonly PbxSimulator _simulator;
    private readonly StateCopy _state = new();
    private readonly List<ToldEnd> _told = [];
    private readonly List<ToldEnd> _unsure = [];
    private readonly List<Task<IReadOnlyList<SimulatedCall>>> _playing = [];
    private readonly List<SimulatedCall> _calls = [];
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _blind = [];
    private readonly Dictionary<string, int> _blows = [];
    private readonly List<string> _faults = [];
    private ILostCallsClient _client = null!;
    private int _lastCaller;

    private LostCallsRun(LostCallsPlatform platform, int seed, Func<LostCallsPlatform, SimulatorLogin, FastClock, string, Task<ILostCallsClient>> start)
    {
        (_platform, _seed, _start) = (platform, seed, start);
        _random = new Random(seed);
        _simulator = platform.Chaos.StartSimulator(_clock);
    }

    /// <summary>Runs.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="calls">How many calls are played.</param>
    /// <param name="start">Starts a client.</param>
    public static async Task<LostCallsFigures> RunAsync(
        LostCallsPlatform platform, int seed, int calls, Func<LostCallsPlatform, SimulatorLogin, FastClock, string, Task<ILostCallsClient>> start)
    {
        var run = new LostCallsRun(platform, seed, start);
        var time = Stopwatch.StartNew();
        try
        {
            await run.StartClientAsync();
            await run.PlayAsync(calls);
            await run.SettleAsync();
            return run.Judge() with { Elapsed = time.Elapsed };
        }
        catch (Exception e)
        {
            return new LostCallsFigures(platform.Name, seed) { Blows = run._blows, Faults = [$"{e}{Environment.NewLine}{run._client?.Describe()}"] };
        }
        finally
        {
            if (run._client is { } client)
                await client.DisposeAsync();
            await run._simulator.DisposeAsync();
            run._state.Dispose();
        }
    }

    private async Task PlayAsync(int calls)
    {
        var kinds = Deck.Of(_platform.Scenarios, _random).GetEnumerator();
        var blows = Deck.Of(["drop", "outage", "restart", "kill", "late records"], _random).GetEnumerator();
        for (var i = 1; i <= calls; i++)
        {
            kinds.MoveNext();
            await BeginAsync(kinds.Current);
            if (i % CallsABlow != 0 && i != calls)
                continue;
            await Task.Delay(_random.Next(500));
            blows.MoveNext();
            await StrikeAsync(blows.Current);
            if (_random.Next(2) == 0)
                await UntilAsync(() => _simulator.LinkCount > 0, "link");
        }
    }

    private async Task BeginAsync(string scenario)
    {
        while (_playing.Count >= CallsAtATime)
            await TakeEndedAsync(Task.WhenAny(_playing));
        _playing.Add(_simulator.PlayAsync(scenario, new ScenarioOptions
        {
            Pace = TimeSpan.FromMilliseconds(_random.Next(50, 1500)),
            From = _platform.FromOf(scenario, ++_lastCaller),
        }));
    }

    private async Task TakeEndedAsync(Task<Task<IReadOnlyList<SimulatedCall>>> any)
    {
        var ended = await any.InTime();
        _playing.Remove(ended);
        _calls.AddRange(await ended);
    }

    private async Task StrikeAsync(string blow)
    {
        _blows[blow] = _blows.GetValueOrDefault(blow) + 1;
        switch (blow)
        {
            case "kill":
                await KillAsync();
                break;
            case "restart":
                await _simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.FromSeconds(_random.Next(8)) });
                break;
            default:
                if (blow == "late records")
                    await _simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromSeconds(_random.Next(2, 12)) });
                if (blow == "outage")
                    await _simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Duration = TimeSpan.FromSeconds(_random.Next(2, 30)) });
                await _simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));
                break;
        }
    }

    private async Task KillAsync()
    {
        await _state.UntilAsync(_ => true);
        await _client.KillAsync();
        var kept = _state.Kill();
        var (at, wholeUntil) = (_clock.GetUtcNow(), _state.WholeUntil);
        _blind.AddRange(_client.Gaps);
        foreach (var end in _client.Told)
        {
            if (kept.Contains(end.CallId) || end.At < wholeUntil)
                _told.Add(end);
            else if (end.At < at - WriteTime)
                _faults.Add($"told long before the kill at {at:HH:mm:ss.fff}, and not in the file: {end}");
            else
                _unsure.Add(end);
        }
        await _client.DisposeAsync();

        // The last steps of a call lie moments apart, not the hour that follows.
        var over = _told.Concat(_unsure).Select(t => t.CallId).ToHashSet(StringComparer.Ordinal);
        await UntilAsync(() => !_simulator.ActiveCalls.Any(c => over.Contains(c.CallId)), "end of the calls that were told as over");
        for (var i = _random.Next(8); i > 0; i--)
            await BeginAsync(_platform.Scenarios[_random.Next(_platform.Scenarios.Count)]);
        _clock.Skip(Downtime);
        await StartClientAsync();
    }

    private async Task StartClientAsync()
    {
        // The server may be down, or refuse, just now; who starts a script starts it again.
        var limit = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                _client = await _start(_platform, SimulatorLogin.Of(_simulator), _clock, _state.Current);
                return;
            }
            catch (PbxException) when (limit.Elapsed < FillLimit)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Everything is mended: waits until all calls are over and all gaps are filled.</summary>
    private async Task SettleAsync()
    {
        while (_playing.Count > 0)
            await TakeEndedAsync(Task.WhenAny(_playing));
        _simulator.ClearFaults();
        await UntilAsync(() => _client.IsFilled && _simulator.LinkCount > 0, "end of the askings");
        await Task.WhenAll(_simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.Settled)).InTime();

        // What is on its way comes; of a call that it saw a part of, a client waits for the record until a minute after the last asking.
        for (var i = 0; i < 15 && Judge().Unaccounted > 0; i++)
            await Task.Delay(1000);
        await Task.Delay(500);
    }

    private LostCallsFigures Judge()
    {
        var figures = LostCallsOracle.Compare(_platform, _calls, [.. _told, .. _client.Told], [.. _blind, .. _client.Gaps]);
        var faults = _faults.Concat(figures.Faults).ToArray();
        return figures with
        {
            Seed = _seed,
            Blows = _blows,
            ToldAgain = _unsure.Count,
            Faults = faults.Length == 0 ? faults : [.. faults, _client.Describe()],
        };
    }

    private static async Task UntilAsync(Func<bool> isSo, string what)
    {
        var limit = Stopwatch.StartNew();
        while (!isSo())
        {
            if (limit.Elapsed > FillLimit)
                throw new TimeoutException($"No {what} within {FillLimit}.");
            await Task.Delay(20);
        }
    }
}
