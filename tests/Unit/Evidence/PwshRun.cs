using System.Diagnostics;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A simulator here and a script in a PowerShell of its own, by the real clock.</summary>
internal static class PwshRun
{
    /// <summary>Calls that begin at once.</summary>
    private const int CallsAtATime = 25;

    /// <summary>So long the pauses between attempts may have grown.</summary>
    private static readonly TimeSpan RestoreLimit = TimeSpan.FromSeconds(120);

    /// <summary>How long the script has to come to its end, beside its slow actions.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(90);

    private static readonly string[] Scenarios = ["Answered", "Missed", "Transferred", "Held", "Internal"];

    /// <summary>What is broken by the real clock within seconds.</summary>
    private static readonly string[] Kinds =
    [
        SimulatorFaults.Drop, SimulatorFaults.Restart, SimulatorFaults.BrokenFraming, SimulatorFaults.Refuse, SimulatorFaults.Delay,
        SimulatorFaults.Duplicate, SimulatorFaults.Malformed, SimulatorFaults.LateSubscribe,
    ];

    /// <summary>Breaks the connection by plan, starves the script's thread pool, and compares what each reader had with the simulator's log.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="steps">How many faults there are; the pool starves at the middle one.</param>
    public static async Task<ChaosFigures> ChaosAsync(ChaosPlatform platform, int seed, int steps)
    {
        var random = new Random(seed);
        var (faults, injected) = (new List<string>(), new List<string>());
        await using var simulator = platform.StartSimulator(TimeProvider.System);
        await using var listener = await PwshListener.StartAsync(platform, simulator, 10, TimeSpan.FromMilliseconds(5), EndTime, waits: true);
        string[] wanted = [.. simulator.Subscriptions.Select(s => s.Topic).Distinct()];
        var kinds = Kinds.ToArray();
        for (var step = 0; step < steps; step++)
        {
            if (step % kinds.Length == 0)
                random.Shuffle(kinds);
            await RestoredAsync(simulator, wanted.Length);
            if (step == steps / 2)
                await StarveAsync(simulator, listener, random, faults);
            var calls = PlayAsync(simulator, random, CallsAtATime);
            await Task.Delay(random.Next(600));
            foreach (var fault in FaultsOf(kinds[step % kinds.Length], random))
            {
                await simulator.InjectAsync(fault);
                injected.Add(fault.Name);
            }
            await calls;
            simulator.ClearFaults();
        }
        var last = await LastCallAsync(simulator, wanted.Length);
        var sight = await listener.FinishAsync(last, EndTime + EndTime);
        await Task.WhenAll(simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.Settled)).InTime();
        var figures = ChaosOracle.Compare(simulator.Log.Entries, sight.Raised, wanted);
        return figures with
        {
            Platform = platform.Name,
            Seed = seed,
            Reconnects = sight.Reconnects,
            Injected = injected.GroupBy(f => f).ToDictionary(g => g.Key, g => g.Count()),
            Faults = [.. faults, .. figures.Faults, .. sight.FaultsOfReaders(waits: true)],
        };
    }

    /// <summary>A backlog of engine events and slow actions on a link that stands.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="events">How many events are raised; as many actions run, a quarter of them slow.</param>
    /// <param name="slow">How long a slow action takes.</param>
    public static async Task<LoadFigures> LoadAsync(ChaosPlatform platform, int events, TimeSpan slow)
    {
        const int slowEvery = 4;
        var work = slow * (events / slowEvery) + TimeSpan.FromMilliseconds(10) * events;
        await using var simulator = platform.StartSimulator(TimeProvider.System);
        await using var listener = await PwshListener.StartAsync(platform, simulator, slowEvery, slow, EndTime + work, waits: false);
        string[] wanted = [.. simulator.Subscriptions.Select(s => s.Topic).Distinct()];
        var clock = Stopwatch.StartNew();
        while (simulator.Log.Of(SimulatorLogKind.Event).Count(e => e.Topics.Any(wanted.Contains)) < events)
            await simulator.PlayAsync("Answered", new ScenarioOptions { Count = CallsAtATime, Pace = TimeSpan.Zero, Interval = TimeSpan.Zero }).InTime();
        var last = await LastCallAsync(simulator, wanted.Length);
        var sight = await listener.FinishAsync(last, EndTime + EndTime + work);
        var late = sight.Late.Order().ToArray();
        var faults = sight.FaultsOfReaders(waits: false).ToList();
        if (sight.Reconnects > 0 || sight.Raised.Any(e => e.Gap is not null))
            faults.Add($"A link that stood was lost: {sight.Reconnects} reconnects.");
        if (late is [.., var worst] && worst > LoadFigures.MostLate + slow.TotalMilliseconds)
            faults.Add($"A wait came back {worst:0} ms too late.");
        return new LoadFigures(platform.Name, sight.Raised.Count, sight.Acted.Count / slowEvery, clock.Elapsed, late.Length,
            late.ElementAtOrDefault(late.Length / 2), late.LastOrDefault(), sight.SeenLate.DefaultIfEmpty().Max(), sight.Reconnects)
        { Faults = faults };
    }

    private static async Task StarveAsync(PbxSimulator simulator, PwshListener listener, Random random, List<string> faults)
    {
        var links = simulator.Log.Of(SimulatorLogKind.Connected).Count;
        listener.Starve();
        for (var i = 0; i < 4; i++)
            await Task.WhenAll(PlayAsync(simulator, random, 5), Task.Delay(1000));
        if (simulator.Log.Of(SimulatorLogKind.Connected).Count != links)
            faults.Add("The link was lost while the pool starved.");
    }

    private static IReadOnlyList<SimulatorFault> FaultsOf(string kind, Random random)
    {
        var drop = new SimulatorFault(SimulatorFaults.Drop);
        return kind switch
        {
            SimulatorFaults.Refuse => [new(kind) { Count = 1 }, drop],
            SimulatorFaults.Restart => [new(kind) { Duration = TimeSpan.FromMilliseconds(random.Next(800)) }],
            SimulatorFaults.Delay => [new(kind) { Duration = TimeSpan.FromMilliseconds(random.Next(500)) }],
            SimulatorFaults.Duplicate => [new(kind) { Count = random.Next(1, 40) }],
            SimulatorFaults.LateSubscribe => [new(kind) { Duration = TimeSpan.FromMilliseconds(random.Next(2000)) }, drop],
            _ => [new(kind)],
        };
    }

    private static async Task PlayAsync(PbxSimulator simulator, Random random, int calls)
    {
        var playing = Enumerable.Range(0, calls).Select(_ =>
            simulator.PlayAsync(Scenarios[random.Next(Scenarios.Length)], new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(random.Next(20, 200)) })).ToArray();
        await Task.WhenAll(playing).InTime();
    }

    private static async Task RestoredAsync(PbxSimulator simulator, int topics)
    {
        var limit = Stopwatch.StartNew();
        while (simulator.LinkCount != 1 || simulator.Subscriptions.Select(s => s.Topic).Distinct().Count() != topics)
        {
            if (limit.Elapsed > RestoreLimit)
                throw new TimeoutException("The script did not connect again.");
            await Task.Delay(20);
        }
    }

    /// <summary>Plays a call that reaches the script whole.</summary>
    private static async Task<string> LastCallAsync(PbxSimulator simulator, int topics)
    {
        while (true)
        {
            await RestoredAsync(simulator, topics);
            var before = simulator.Log.Of(SimulatorLogKind.Connected).Count;
            var call = (await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero })).Single();

            // A link that is about to be found broken may still stand at the simulator.
            await Task.Delay(1000);
            if (simulator.LinkCount == 1 && simulator.Log.Of(SimulatorLogKind.Connected).Count == before)
                return call.CallId;
        }
    }
}
