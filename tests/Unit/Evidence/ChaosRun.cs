using PbxEvents.Providers;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A simulator that plays calls and breaks by plan, and a client that must lose nothing in silence.</summary>
internal sealed class ChaosRun
{
    private const int Speed = 16;
    private const int CallsAtATime = 12;

    /// <summary>Far more than a client takes that is going to connect.</summary>
    private static readonly TimeSpan CalmLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(90);

    /// <summary>Far more than closing takes.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    private readonly ChaosPlatform _platform;
    private readonly PbxSimulator _simulator;
    private readonly PbxClient _client;
    private readonly string[] _wanted;
    private readonly List<Task<IReadOnlyList<SimulatedCall>>> _playing = [];
    private readonly List<SimulatedCall> _calls = [];
    private readonly List<string> _injected = [];

    private ChaosRun(ChaosPlatform platform, PbxSimulator simulator, PbxClient client)
    {
        _platform = platform;
        _simulator = simulator;
        _client = client;
        _wanted = [.. simulator.Subscriptions.Select(s => s.Topic).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Runs a plan from the first call to the last socket.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="rounds">How often each kind of fault comes.</param>
    /// <param name="callsPerStep">How many calls begin before each fault.</param>
    /// <returns>What happened, and what was wrong.</returns>
    public static async Task<ChaosFigures> RunAsync(ChaosPlatform platform, int seed, int rounds, int callsPerStep)
    {
        ChaosRun run;
        try
        {
            run = await StartAsync(platform);
        }
        catch (Exception e)
        {
            return new ChaosFigures(platform.Name, seed) { Faults = [$"It did not start: {e}"] };
        }
        ChaosFigures figures;
        try
        {
            await run.PlayAsync(ChaosPlan.Make(platform, seed, rounds, callsPerStep));
            await run.SettleAsync();
            figures = await run.JudgeAsync(seed);
        }
        catch (Exception e)
        {
            figures = new ChaosFigures(platform.Name, seed) { Faults = [$"{e}{Environment.NewLine}{run.Describe()}"] };
        }
        try
        {
            await run.EndAsync().WaitAsync(EndLimit);
        }
        catch (Exception e)
        {
            figures = figures with { Faults = [.. figures.Faults, $"It does not end: {e.Message}"] };
        }
        return figures;
    }

    private static async Task<ChaosRun> StartAsync(ChaosPlatform platform)
    {
        var clock = new FastClock(Speed);
        var simulator = platform.StartSimulator(clock);
        var client = platform.StartClient(SimulatorLogin.Of(simulator), clock);
        using var patience = new CancellationTokenSource(SettleLimit);
        await client.WaitUntilConnectedAsync(patience.Token);
        foreach (var filter in platform.Subscriptions)
            await client.SubscribeAsync(filter, patience.Token);
        return new ChaosRun(platform, simulator, client);
    }

    private async Task EndAsync()
    {
        await _client.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    /// <summary>Plays the calls and injects the faults, until the last call was played.</summary>
    private async Task PlayAsync(IReadOnlyList<ChaosStep> plan)
    {
        // Set by a fault that must not cost the link: what stood then stands when the next fault comes.
        (string Fault, int Reconnects)? spared = null;
        foreach (var step in plan)
        {
            if (step.IsCalm)
                await BecomeCalmAsync();
            foreach (var call in step.Calls)
            {
                while (_playing.Count >= CallsAtATime)
                    await TakePlayedAsync();
                _playing.Add(_simulator.PlayAsync(call.Scenario, new ScenarioOptions { Pace = call.Pace }));
            }
            await Task.Delay(step.Pause);
            while (ChaosPlatform.NeedsQuiet(step.Faults[^1].Name) && _playing.Count > 0)
                await TakePlayedAsync();

            // Only on a link that stands: what shows with the next one is not to go unseen.
            if (step is { Clears: true, IsCalm: true })
                _simulator.ClearFaults();
            if (step.IsCalm)
                await BecomesAsync(() => _client.State == PbxConnectionState.Connected);
            var reconnects = _client.ReconnectCount;
            CheckSpared(spared);
            foreach (var fault in step.Faults)
            {
                await _simulator.InjectAsync(fault);
                _injected.Add(fault.Name);
            }

            // So that the next step does not take the link that was dropped, or is silent, for one that stands.
            var kind = step.Faults[^1].Name;
            if (_platform.EndsLink(kind)
                && !await BecomesAsync(() => _client.State != PbxConnectionState.Connected || _client.ReconnectCount > reconnects)
                && step.IsCalm)
            {
                throw new TimeoutException($"The client did not notice the {kind}.");
            }
            spared = step.IsCalm && ChaosPlatform.SparesLink(kind) ? (kind, reconnects) : null;
        }
        await BecomeCalmAsync();
        CheckSpared(spared);
        _simulator.ClearFaults();
        while (_playing.Count > 0)
            await TakePlayedAsync();
    }

    private async Task TakePlayedAsync()
    {
        var played = await Task.WhenAny(_playing).InTime();
        _playing.Remove(played);
        _calls.AddRange(await played);
    }

    /// <summary>Connected means that every subscription is in place, on the server as well.</summary>
    private async Task BecomeCalmAsync()
    {
        if (!await BecomesAsync(() => _client.State == PbxConnectionState.Connected))
            throw new TimeoutException("The client did not connect again.");
        if (!await BecomesAsync(() => _simulator.Subscriptions is { Count: > 0 } held && held.Max(h => h.Link) is var newest
            && TopicsOf(held.Where(h => h.Link == newest)).SequenceEqual(_wanted)))
        {
            throw new TimeoutException($"The client is {_client.State}, and the server holds only: {string.Join("; ", _simulator.Subscriptions)}.");
        }
    }

    private void CheckSpared((string Fault, int Reconnects)? spared)
    {
        if (spared is { } last && (_client.ReconnectCount != last.Reconnects || _client.State != PbxConnectionState.Connected))
            throw new InvalidOperationException($"The client gave up its link for a {last.Fault}.");
    }

    /// <summary>Everything is mended: waits until a call that begins now comes through whole.</summary>
    private async Task SettleAsync()
    {
        var limit = DateTime.UtcNow + SettleLimit;
        while (DateTime.UtcNow < limit && _client.Subscriptions.All(s => s.State != PbxSubscriptionState.Rejected))
        {
            _simulator.ClearFaults();
            var call = (await _simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero })).Single();
            for (var i = 0; i < 30; i++)
            {
                if (_client.State == PbxConnectionState.Connected && _client.GetCalls().Any(c => c.CallId == call.CallId && c.State == PbxCallState.Ended))
                    return;
                await Task.Delay(100);
            }
        }
        throw new TimeoutException("No call came through after the chaos.");
    }

    private async Task<ChaosFigures> JudgeAsync(int seed)
    {
        await Task.WhenAll(_simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.Settled)).InTime();

        // Where nothing is said any more a link is silent, and is given up after a while: what gaps that brings hides no call.
        var gaps = _client.Gaps;
        if (!await BecomesAsync(() => gaps.All(g => g.Recovery != PbxGapRecovery.Pending)))
            throw new TimeoutException($"Not every gap came to an end: {string.Join("; ", _client.Gaps)}");

        // Of a call that a gap hid a part of a client waits for the record until a minute after the last asking.
        await BecomesAsync(() => CountCalls().Unaccounted == 0);
        var (unaccounted, twice, callFaults) = CountCalls();
        var figures = ChaosOracle.Compare(_simulator.Log.Entries, ClientEvents.Of(_client), _wanted) with
        {
            Platform = _platform.Name,
            Seed = seed,
            Reconnects = _client.ReconnectCount,
            Calls = _calls.Count,
            CallsUnaccounted = unaccounted,
            CallsTwice = twice,
            Injected = _injected.GroupBy(f => f).ToDictionary(g => g.Key, g => g.Count()),
        };
        var faults = figures.Faults.Concat(callFaults).ToList();
        await CheckSubscriptionsAsync(faults);
        using var patience = new CancellationTokenSource(SettleLimit);
        await _client.DisconnectAsync(patience.Token);
        if (!await BecomesAsync(() => _simulator.LinkCount == 0))
            faults.Add($"{_simulator.LinkCount} links are left on the server.");
        if (faults.Count > 0)
            faults.Add(Describe());
        return figures with { Faults = faults };
    }

    /// <summary>Every call that ended was told once, live or from records.</summary>
    private (int Unaccounted, int Twice, IReadOnlyList<string> Faults) CountCalls() => LostCallsOracle.Count(
        new LostCallsPlatform(_platform), _calls, [.. ClientEvents.Ended(_client).Select(ToldEnd.Of)], new AbandonedClient(_client).Gaps);

    /// <summary>The simulator's side: one link, and on it each subscription once. Then the client's.</summary>
    private async Task CheckSubscriptionsAsync(List<string> faults)
    {
        if (!await BecomesAsync(() => _simulator.Subscriptions is var held && held.Select(h => h.Link).Distinct().Count() == 1
                && TopicsOf(held).SequenceEqual(_wanted)))
        {
            faults.Add($"Subscribed at the end: {string.Join("; ", _simulator.Subscriptions)}. Wanted: {string.Join("; ", _wanted)}.");
        }
        foreach (var subscription in _client.Subscriptions.Where(s => s.State != PbxSubscriptionState.Active))
            faults.Add($"Subscription {subscription} is {subscription.State}: {subscription.Error?.Message}");
    }

    /// <summary>
    /// What the server holds, in order. On OneCloud a subscription that is confirmed too late stands twice, as there is no way to take one back
    /// (onecloud.md section 3); its events come twice then, and are told once.
    /// </summary>
    private IEnumerable<string> TopicsOf(IEnumerable<SimulatorSubscription> held)
    {
        var topics = held.Select(h => h.Topic).Order(StringComparer.Ordinal);
        return _platform.Name == "OneCloud" && _injected.Contains(SimulatorFaults.LateSubscribe) ? topics.Distinct() : topics;
    }

    /// <summary>Waits for something that takes a moment.</summary>
    private static async Task<bool> BecomesAsync(Func<bool> condition)
    {
        var limit = DateTime.UtcNow + CalmLimit;
        while (!condition() && DateTime.UtcNow < limit)
            await Task.Delay(10);
        return condition();
    }

    private string Describe()
    {
        var position = 0L;
        var activity = _client.Activity.Read(ref position).Select(l => $"{l.Time:HH:mm:ss.fff} {l.Text}").ToList();

        // Where a subscription was given up is more telling than the end.
        var refused = activity.FindIndex(l => l.Contains(" Subscription ", StringComparison.Ordinal) && l.Contains(" is refused: ", StringComparison.Ordinal));
        var lines = refused < 0 ? activity.TakeLast(60) : activity.Take(refused + 5).TakeLast(60);
        return $"{_client.State}; faults: {string.Join(' ', _injected)}; activity:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}";
    }
}
