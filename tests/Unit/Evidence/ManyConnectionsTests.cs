using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// A thousand connections in one process. The three platforms are those that let one user open so many: RingCentral gives
/// five tokens a minute, Yeastar eight sessions.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ManyConnectionsTests(ITestOutputHelper output)
{
    private const int PerPlatform = 334;

    private static readonly string[] Platforms = ["TelecomX", "OneCloud", "PortSIP"];

    [Fact]
    public async Task A_thousand_connections_each_get_their_events_and_leave_nothing_behind()
    {
        // The first round pays for what a process makes once: the pool's threads, the compiled code.
        await RunAsync(20);
        var before = Usage.Measure();
        var clock = Stopwatch.StartNew();
        var (clients, ports) = await RunAsync(PerPlatform);
        var took = clock.Elapsed;

        var limit = Stopwatch.StartNew();
        var after = Usage.Measure();
        while (IsMore() && limit.Elapsed < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(250);
            after = Usage.Measure();
        }
        output.WriteLine($"{clients.Length} connections in {took.TotalSeconds:0.0} s. Before: {before}. After: {after}.");
        Assert.Equal(0, OpenSockets(ports));
        Assert.InRange(after.Timers, 0, before.Timers + 20);
        Assert.InRange(after.Threads, 0, before.Threads + 20);
        Assert.InRange(after.Megabytes, 0, before.Megabytes + 20);

        // What a task, a timer or a table still held would be alive.
        Assert.InRange(clients.Count(c => c.IsAlive), 0, 3);

        bool IsMore() => OpenSockets(ports) > 0 || after.Timers > before.Timers + 20 || after.Threads > before.Threads + 20
            || after.Megabytes > before.Megabytes + 20 || clients.Count(c => c.IsAlive) > 3;
    }

    /// <summary>Of its own, so that no local variable of a test keeps a connection alive.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference[] Clients, int[] Ports)> RunAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var limit = patience.Token;
        var simulators = Platforms.Select(p => PbxSimulator.Start(new SimulatorOptions { Provider = p })).ToArray();
        var clients = new PbxClient[simulators.Length * count];
        var spread = new ParallelOptions { MaxDegreeOfParallelism = 32 };
        try
        {
            await UseAsync(simulators, clients, spread, limit);
        }
        finally
        {
            // What fails here must not be found by the next test that counts what is left over.
            await Parallel.ForEachAsync(clients.Where(c => c is not null), spread, async (client, _) => await client.DisposeAsync());
            foreach (var simulator in simulators)
                await simulator.DisposeAsync();
        }
        Assert.All(clients, c => Assert.Equal(PbxConnectionState.Disconnected, c.State));
        return ([.. clients.Select(c => new WeakReference(c))], [.. simulators.Select(s => s.Server.Port)]);
    }

    private static async Task UseAsync(PbxSimulator[] simulators, PbxClient[] clients, ParallelOptions spread, CancellationToken limit)
    {
        await Parallel.ForAsync(0, clients.Length, spread, async (i, _) =>
        {
            var client = clients[i] = await PbxClient.ConnectAsync(OptionsOf(simulators[i % simulators.Length]), limit);
            await client.SubscribeAsync(
                new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = client.Provider == "TelecomX" ? [] : ["1001"] }, limit);
        });

        for (var s = 0; s < simulators.Length; s++)
        {
            var call = (await simulators[s].PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero }, limit)).Single();
            for (var i = s; i < clients.Length; i += simulators.Length)
            {
                // The place is taken before the look, so that what comes in between ends the wait.
                var head = clients[i].Events.Head;
                while (!HasMissed(clients[i], call.CallId))
                {
                    await clients[i].Events.WaitAsync(head, limit);
                    head = clients[i].Events.Head;
                }
                Assert.Equal((PbxConnectionState.Connected, 0, 0L), (clients[i].State, clients[i].Gaps.Count, clients[i].Dropped));
            }
        }
    }

    private static bool HasMissed(PbxClient client, string callId) =>
        client.GetCalls().Any(c => c.CallId == callId && c.Outcome == PbxOutcome.Missed);

    private static PbxConnectOptions OptionsOf(PbxSimulator simulator) => new()
    {
        Provider = simulator.Provider,
        Server = simulator.Server.ToString(),
        UserName = simulator.UserName,
        Password = new Secret(simulator.Password),
        Domain = simulator.Provider == "PortSIP" ? simulator.Domain : null,
        ClientId = simulator.ClientId,
        ClientSecret = simulator.ClientSecret is { } secret ? new Secret(secret) : null,
        BufferSize = 100,
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static int OpenSockets(int[] ports) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(c => c.State == TcpState.Established && (ports.Contains(c.LocalEndPoint.Port) || ports.Contains(c.RemoteEndPoint.Port)));

    private readonly record struct Usage(long Timers, int Threads, long Megabytes)
    {
        public static Usage Measure()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            return new Usage(Timer.ActiveCount, process.Threads.Count, GC.GetTotalMemory(forceFullCollection: true) >> 20);
        }

        public override string ToString() => $"{Timers} timers, {Threads} threads, {Megabytes} MB";
    }
}
