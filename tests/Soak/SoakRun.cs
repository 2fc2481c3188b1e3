using System.Diagnostics;
using PbxEvents.Tests.Journal;
using PbxEvents.Tests.Postgres;
using PbxEvents.Tests.Unit.Evidence;
using PbxEvents.Tests.Unit.Journal;

namespace PbxEvents.Soak;

/// <summary>Chaos and fuzz, platform after platform, with a new seed each time. One at a time, so that what is left over can be told.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="figures">Where the figures go.</param>
internal sealed class SoakRun(SoakOptions options, SoakFigures figures)
{
    private const int Rounds = 4;
    private const int CallsPerStep = 25;
    private const int Frames = 60_000;

    /// <summary>What a run's garbage, tables and code may add once; a leak adds it with each run.</summary>
    private const long MemoryAllowance = 8 * 1024 * 1024;

    /// <summary>The thread pool grows and shrinks as it thinks best; threads of our own would be many more.</summary>
    private const int ThreadAllowance = 24;

    /// <summary>How many faults a script in a PowerShell of its own gets in a turn, and how many engine events its backlog has.</summary>
    private const int ScriptFaults = 8;

    /// <summary>Far more than the frames take; a session that hangs takes longer.</summary>
    private static readonly TimeSpan FuzzLimit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan SlowAction = TimeSpan.FromMilliseconds(20);

    private readonly List<string> _violations = [];

    /// <summary>Runs until the time is over.</summary>
    /// <returns>For each violation the command that runs it again.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        ResourceProbe.CountTasks();
        if (PwshHost.WhyMissing is { } whyMissing)
            Console.WriteLine($"Without the scripts in a PowerShell: {whyMissing}");
        if (RequestTrackerServer.WhyMissing is { } whyNoDesk)
            Console.WriteLine($"Without a real desk: {whyNoDesk}");
        Console.WriteLine($"{options.CommandLine}: warming up.");
        foreach (var platform in options.Platforms)
        {
            await ChaosRun.RunAsync(platform, seed: 1, rounds: 1, callsPerStep: 2);
            SessionFuzz.Run(platform.Name, seed: 1, frames: 1000);
        }

        var clock = Stopwatch.StartNew();

        await RunDurableAsync(options.Seed ?? Random.Shared.Next(), clock);
        var time = TimeSpan.FromMinutes(options.Minutes);
        for (var turn = 0; turn == 0 || (clock.Elapsed < time && options.Seed is null); turn++)
        {
            foreach (var platform in options.Platforms)
            {
                if (turn == 0 || clock.Elapsed < time)
                    await TakeTurnAsync(platform, options.Seed ?? Random.Shared.Next(), clock);
            }
            var seed = options.Seed ?? Random.Shared.Next();
            Note(await WithLimitAsync("Socket.IO", seed, () => CodecFuzz.Run(seed, Frames)), options.Platforms[0], clock);
        }
        figures.Elapsed = clock.Elapsed;
        return _violations;
    }

    /// <summary>What has to outlive its process. Once, and all together, as most of it is waiting.</summary>
    private async Task RunDurableAsync(int seed, Stopwatch clock)
    {
        var tickets = PwshHost.WhyMissing is null ? options.Platforms.Select(p => FileTicketsAsync(p, seed, clock)).ToArray() : [];
        if (options.Seed is null)
            await KillAsync(seed, clock);
        foreach (var (platform, run) in options.Platforms.Zip(await Task.WhenAll(tickets)))
        {
            Report(run.Faults, platform, seed);
            figures.Add(run);
        }
        if (PwshHost.WhyMissing is null && RequestTrackerServer.WhyMissing is null)
            await KeepDeskAsync(seed, clock);
        if (PwshHost.WhyMissing is null && PostgresServer.WhyMissing is null)
            await ShareWorkAsync(seed, clock);
    }

    /// <summary>Listeners and workers that share a database, for the calls of all platforms, while each is killed in its turn.</summary>
    private async Task ShareWorkAsync(int seed, Stopwatch clock)
    {
        var run = await WorkersRun.RunAsync([.. options.Platforms.Select(p => new LostCallsPlatform(p))], seed, options.Workers);
        Say(clock, $"one ticket for each missed call by {run}");
        figures.Add(run);
        if (run.Faults.Count == 0)
            return;
        _violations.Add($"{options.CommandLine} (workers, seed {seed})");
        Console.WriteLine($"VIOLATION: the workers, seed {seed}");
        foreach (var fault in run.Faults)
            Console.WriteLine($"  {fault}");
    }

    /// <summary>One service for the callers of all platforms that keeps one ticket for each at a real desk, while both are killed.</summary>
    private async Task KeepDeskAsync(int seed, Stopwatch clock)
    {
        var run = await DeskRun.RunAsync([.. options.Platforms.Select(p => new LostCallsPlatform(p))], seed, options.Desk);
        Say(clock, $"one ticket for each caller on {run}");
        figures.Add(run);
        if (run.Faults.Count == 0)
            return;
        _violations.Add($"{options.CommandLine} (desk, seed {seed})");
        Console.WriteLine($"VIOLATION: the desk, seed {seed}");
        foreach (var fault in run.Faults)
            Console.WriteLine($"  {fault}");
    }

    /// <summary>Processes that keep events in a journal and react to them, and are killed. It is the same on every platform.</summary>
    private async Task KillAsync(int seed, Stopwatch clock)
    {
        try
        {
            var kills = await JournalKillRun.RunAsync(options.Kills, seed);
            Say(clock, $"a process with a journal: {kills}");
            JournalKillTests.Check(kills, options.Kills);
            if (PostgresServer.WhyMissing is { } whyMissing)
            {
                Console.WriteLine($"Without a journal in a database: {whyMissing}");
                return;
            }
            var shared = await KillRun.RunAsync(servers: 8, publishers: 12, workers: 24, seed);
            Say(clock, $"a journal in a database: {shared}");
            KillTests.Check(shared);
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or InvalidOperationException or PbxException or TimeoutException)
        {
            Say(clock, $"A process with a journal, killed: {e}");
            _violations.Add($"{options.CommandLine} (kills)");
        }
    }

    /// <summary>A service that files a ticket for each missed call, in a PowerShell of its own, is killed, and the PBX restarts.</summary>
    private async Task<TicketFigures> FileTicketsAsync(ChaosPlatform platform, int seed, Stopwatch clock)
    {
        var run = await TicketRun.RunAsync(new LostCallsPlatform(platform), seed, options.Tickets);
        Say(clock, $"tickets on {run}");
        return run;
    }

    private async Task TakeTurnAsync(ChaosPlatform platform, int seed, Stopwatch clock)
    {
        var before = figures.ResourcesBefore(platform.Name) ?? ResourceProbe.Look();
        var chaos = await ChaosRun.RunAsync(platform, seed, Rounds, CallsPerStep);
        Say(clock, $"{chaos}");
        Report(chaos.Faults, platform, seed);
        figures.Add(chaos);

        Note(await WithLimitAsync(platform.Name, seed, () => SessionFuzz.Run(platform.Name, seed, Frames)), platform, clock);

        // Once, as it takes minutes: a thousand calls at the full length, fewer in a short soak.
        if (figures.IsFirstCallsOf(platform.Name))
        {
            var calls = await LostCallsRun.RunAsync(new LostCallsPlatform(platform), seed, options.LostCalls, ClientProcess.StartAsync);
            Say(clock, $"calls on {calls}");
            Report(calls.Faults, platform, seed);
            figures.Add(calls);
        }

        if (PwshHost.WhyMissing is null)
            await RunScriptsAsync(platform, seed, clock);

        var after = await ResourceProbe.LookUntilAsync(before);
        figures.Add(platform.Name, before, after);
        var leaks = LeaksOf(before, after).ToArray();
        if (leaks.Length > 0)
            Say(clock, ResourceProbe.DescribeTasks());
        Report(leaks, platform, seed);
    }

    /// <summary>The same from a script's side, in a PowerShell of its own: faults in every turn, the backlog once.</summary>
    private async Task RunScriptsAsync(ChaosPlatform platform, int seed, Stopwatch clock)
    {
        try
        {
            if (figures.IsFirstOf(platform.Name))
            {
                var load = await PwshRun.LoadAsync(platform, options.LoadEvents, SlowAction);
                Say(clock, $"{load}");
                Report(load.Faults, platform, seed);
                figures.Add(load);
            }
            var script = await PwshRun.ChaosAsync(platform, seed, ScriptFaults);
            Say(clock, $"script on {script}");
            Report(script.Faults, platform, seed);
            figures.AddScript(script);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or OperationCanceledException)
        {
            Report([$"The script: {e}"], platform, seed);
        }
    }

    /// <summary>Where the first turn began is where every later one must come back to.</summary>
    private static IEnumerable<string> LeaksOf(Resources before, Resources after)
    {
        if (after.Sockets > before.Sockets)
            yield return $"{after.Sockets - before.Sockets} sockets are left over.";
        if (after.Timers > before.Timers)
            yield return $"{after.Timers - before.Timers} timers are left over.";
        if (after.Tasks > before.Tasks)
            yield return $"{after.Tasks - before.Tasks} tasks are left over.";
        if (after.Threads > before.Threads + ThreadAllowance)
            yield return $"{after.Threads - before.Threads} threads are left over.";
        if (after.Memory > before.Memory + MemoryAllowance)
            yield return $"{(after.Memory - before.Memory) / 1024} kB are left over.";
    }

    private static async Task<FuzzFigures> WithLimitAsync(string target, int seed, Func<FuzzFigures> run)
    {
        try
        {
            var result = await Task.Run(run).WaitAsync(FuzzLimit);

            // What follows must not run inside the end of that wait, whose timer would be counted.
            await Task.Yield();
            return result;
        }
        catch (TimeoutException)
        {
            return new FuzzFigures(target, seed, 0, 0, "") { Failures = [$"It hangs: nothing came of it within {FuzzLimit}."] };
        }
    }

    private void Note(FuzzFigures fuzz, ChaosPlatform platform, Stopwatch clock)
    {
        Say(clock, $"{fuzz}");
        Report(fuzz.Failures, platform, fuzz.Seed);
        figures.Add(fuzz);
    }

    private void Report(IReadOnlyList<string> faults, ChaosPlatform platform, int seed)
    {
        if (faults.Count == 0)
            return;
        var again = $"./build.sh soak --platform {platform} --seed {seed}";
        _violations.Add(again);
        Console.WriteLine($"VIOLATION: {again}");
        foreach (var fault in faults)
            Console.WriteLine($"  {fault}");
    }

    private static void Say(Stopwatch clock, string text) => Console.WriteLine($"{clock.Elapsed:hh\\:mm\\:ss}  {text}");
}
