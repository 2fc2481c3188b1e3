using PbxEvents.Providers;
using PbxEvents.Providers.Protocol.RingCentral;
using PbxEvents.Providers.Runtime;
using PbxEvents.Providers.Transport;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Simulator.RingCentral;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A simulator that plays calls and breaks at random, and a client that must lose nothing in silence.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private const int Speed = 10;

    private static readonly string[] Calls = ["Answered", "Missed", "Transferred", "Held", "QueueAnswered", "AnsweredElsewhere", "Internal", "Outbound"];

    private readonly Random _random;
    private readonly List<Task> _playing = [];

    private ChaosRun(PbxSimulator simulator, PbxClient client, int seed)
    {
        Simulator = simulator;
        Client = client;
        _random = new Random(seed);
    }

    public PbxSimulator Simulator { get; }

    public PbxClient Client { get; }

    /// <summary>The faults that were injected, in order.</summary>
    public List<string> Injected { get; } = [];

    public static async Task<ChaosRun> StartAsync(string platform, int seed)
    {
        var clock = new FastClock(Speed);
        var beat = TimeSpan.FromSeconds(10);
        SimulatorOptions options = platform switch
        {
            "RingCentral" => new RingCentralSimulatorOptions { Provider = platform, Clock = clock, SocketTokenWindow = TimeSpan.FromSeconds(1) },
            "OneCloud" => new OneCloudSimulatorOptions { Provider = platform, Clock = clock, HeartbeatInterval = beat, HeartbeatTimeout = beat },
            _ => new SimulatorOptions { Provider = platform, Clock = clock, HeartbeatInterval = beat, HeartbeatTimeout = beat },
        };
        var simulator = PbxSimulator.Start(options with { SlowClientTimeout = TimeSpan.FromMinutes(5) });
        var connect = new PbxConnectOptions
        {
            Provider = platform,
            Server = simulator.Server.ToString(),
            UserName = simulator.Jwt is null ? simulator.UserName : null,
            Password = simulator.Jwt is null ? new Secret(simulator.Password) : null,
            Domain = platform == "PortSIP" ? simulator.Domain : null,
            ClientId = simulator.ClientId,
            ClientSecret = simulator.ClientSecret is { } secret ? new Secret(secret) : null,
            Jwt = simulator.Jwt is { } jwt ? new Secret(jwt) : null,
            Timeout = TimeSpan.FromMinutes(20),
            BufferSize = 200_000,
            Transport = new TransportOptions { Clock = clock, ConnectTimeout = TimeSpan.FromMinutes(1) },
        };
        var client = PbxClient.Start(connect, platform == "RingCentral" ? new RingCentralProvider(QuickTiming) : PbxProviders.Get(platform), null, null);
        await client.WaitUntilConnectedAsync(Limits.Patience);
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = platform is "OneCloud" or "PortSIP" ? ["1001", "1002"] : [] }, Limits.Patience);
        if (platform == "OneCloud")
            await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }, Limits.Patience);
        return new ChaosRun(simulator, client, seed);
    }

    /// <summary>The platform's own limit of five tokens a minute would leave a run of seconds with five links.</summary>
    private static RingCentralTiming QuickTiming { get; } = new()
    {
        Backoff = new BackoffPolicy(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2)),
        TokenWindow = TimeSpan.FromSeconds(2),
        Penalty = TimeSpan.FromSeconds(3),
        RetryPause = TimeSpan.FromSeconds(1),
        HeartbeatAfter = TimeSpan.FromSeconds(10),
        HeartbeatReply = TimeSpan.FromSeconds(10),
    };

    /// <summary>Plays calls and injects faults, until the time is over and the last call was played.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        var end = DateTime.UtcNow + time;
        while (DateTime.UtcNow < end)
        {
            _playing.RemoveAll(p => p.IsCompletedSuccessfully);
            if (_playing.Count < 8)
                _playing.Add(Simulator.PlayAsync(Calls[_random.Next(Calls.Length)], new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(_random.Next(400)) }));
            await Task.Delay(_random.Next(60));
            if (_random.Next(5) == 0)
                await BreakAsync();
        }
        Simulator.ClearFaults();
        await Task.WhenAll(_playing).InTime();
    }

    /// <summary>Everything is mended: waits until the client is connected, and a call that begins now comes through whole.</summary>
    /// <returns>The call.</returns>
    public async Task<SimulatedCall> SettleAsync()
    {
        var limit = DateTime.UtcNow + TimeSpan.FromSeconds(90);
        while (DateTime.UtcNow < limit)
        {
            Simulator.ClearFaults();
            var call = (await Simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero })).Single();
            for (var i = 0; i < 30; i++)
            {
                if (ReadAll().Any(e => e.CallId is not null && e.CallState == PbxCallState.Ended && e.Call?.CallId == call.CallId))
                    return call;
                await Task.Delay(100);
            }
        }
        throw new TimeoutException($"No call came through after the chaos. {Describe()}");
    }

    /// <summary>Everything in the client's log.</summary>
    public IReadOnlyList<PbxEvent> ReadAll()
    {
        var all = new List<PbxEvent>();
        var cursor = Client.Events.OpenCursor(0);
        while (cursor.TryRead(out var found, out var gap))
        {
            if (gap is not null)
                throw new InvalidOperationException("The test's own buffer is too small.");
            all.Add(found!);
        }
        return all;
    }

    public string Describe()
    {
        var position = 0L;
        return $"{Client.State}; faults: {string.Join(' ', Injected)}; journal:{Environment.NewLine}"
            + string.Join(Environment.NewLine, Client.Journal.Read(ref position).TakeLast(60).Select(l => $"{l.Time:HH:mm:ss.fff} {l.Text}"));
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Simulator.DisposeAsync();
    }

    private async Task BreakAsync()
    {
        SimulatorFault[] faults =
        [
            new(SimulatorFaults.Drop),
            new(SimulatorFaults.Drop),
            new(SimulatorFaults.HalfOpen),
            new(SimulatorFaults.Refuse) { Count = 1 + _random.Next(3) },
            new(SimulatorFaults.Restart) { Duration = TimeSpan.FromSeconds(_random.Next(8)) },
            new(SimulatorFaults.Delay) { Duration = TimeSpan.FromMilliseconds(_random.Next(1500)) },
            new(SimulatorFaults.Duplicate) { Count = 1 + _random.Next(20) },
            new(SimulatorFaults.Malformed),
            new(SimulatorFaults.BrokenFraming),
            new(SimulatorFaults.ExpireToken),
            new(SimulatorFaults.LateSubscribe) { Duration = TimeSpan.FromSeconds(_random.Next(5)) },

            // TelecomX has no way to say no but silence: the subscription would be refused for good, and rightly.
            new(Simulator.Provider == "OneCloud" ? SimulatorFaults.SilentSubscribe : SimulatorFaults.LateSubscribe) { Count = 1 },
        ];
        var fault = faults[_random.Next(faults.Length)];
        if (_random.Next(3) == 0)
        {
            Simulator.ClearFaults();
            Injected.Add("Clear");
        }
        await Simulator.InjectAsync(fault);
        Injected.Add(fault.Name);
    }
}
