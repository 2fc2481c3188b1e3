using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.OneCloud;
using PbxEvents.Providers.Platforms.PortSip;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Providers.Platforms.Yeastar;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Simulator.PortSip;
using PbxEvents.Simulator.RingCentral;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.TelecomX;
using PbxEvents.Simulator.Yeastar;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>How a platform takes part in the chaos.</summary>
/// <param name="Name">The platform.</param>
/// <param name="Faults">The kinds of faults it is given. Left out is only what it rightly answers by giving up for good.</param>
internal sealed record ChaosPlatform(string Name, IReadOnlyList<string> Faults)
{
    /// <summary>Pauses between attempts are this share of what they would be at most: a run of seconds has links to break, not a minute's pause.</summary>
    private const double ShareOfPause = 0.1;

    private static readonly string[] Common =
    [
        SimulatorFaults.Drop, SimulatorFaults.HalfOpen, SimulatorFaults.Refuse, SimulatorFaults.Restart, SimulatorFaults.Delay, SimulatorFaults.Duplicate,
        SimulatorFaults.Malformed, SimulatorFaults.BrokenFraming, SimulatorFaults.LateSubscribe, SimulatorFaults.SilentSubscribe,
        SimulatorFaults.RefuseSubscribe,
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ChaosPlatform> All { get; } =
    [
        new("TelecomX", [.. Common, SimulatorFaults.ExpireToken, SimulatorFaults.RateLimit]),
        new("OneCloud", [.. Common, SimulatorFaults.ExpireToken, SimulatorFaults.RateLimit, OneCloudSimulator.SubscriptionErrorFault]),
        new("RingCentral",
        [
            .. Common, SimulatorFaults.ExpireToken, SimulatorFaults.RateLimit, RingCentralSimulator.AbsoluteTimeoutFault, RingCentralSimulator.IdleTimeoutFault,
            RingCentralSimulator.FailRecoveryFault, RingCentralSimulator.BadRecoveryTokenFault, RingCentralSimulator.RevokeSessionsFault,
        ]),

        // It has no tokens and no HTTP.
        new("PortSIP", [.. Common, PortSipSimulator.SilentLoginFault]),
        new("Yeastar", [.. Common, SimulatorFaults.ExpireToken, SimulatorFaults.RateLimit, YeastarSimulator.SilentHeartbeatFault]),
    ];

    /// <summary>What the client subscribes to.</summary>
    public IReadOnlyList<PbxSubscriptionFilter> Subscriptions => Name switch
    {
        "OneCloud" =>
        [
            new() { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002"] }, new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] },
        ],
        "PortSIP" => [new() { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002"] }],
        _ => [new() { Type = PbxSubscriptionType.Call }],
    };

    /// <summary>The platform with moments for records that pass in seconds; each is later than the longest call that is played.</summary>
    private PbxProvider Provider => Name switch
    {
        "OneCloud" => new QuickProvider(Name, c => new OneCloudDriver(c)
        {
            RecordTimes = new RecordTimes { Asks = QuickAsks, Settling = Settling, Breath = TimeSpan.Zero },
        }),
        "TelecomX" => new QuickProvider(Name, c => new TelecomXDriver(c)
        {
            RecordTimes = new RecordTimes { Asks = QuickAsks, Settling = Settling, Breath = TimeSpan.Zero },
        }),
        "PortSIP" => new QuickProvider(Name, c => new PortSipDriver(c) { RecordTimes = new RecordTimes { Asks = QuickAsks, Breath = TimeSpan.Zero } }),
        "Yeastar" => new QuickProvider(Name, c => new YeastarDriver(c, YeastarTokens.OfProcess) { RecordTimes = new RecordTimes { Asks = QuickAsks } }),
        _ => new RingCentralProvider(QuickTiming),
    };

    /// <summary>Longer than the last steps of any call that is played, which on a real PBX lie moments apart.</summary>
    private static TimeSpan Settling { get; } = TimeSpan.FromSeconds(12);

    /// <summary>
    /// The last is later than the longest call that is played, and sooner than the 50 s after which an idle PortSIP link is taken for dead: its
    /// pings go by the real clock.
    /// </summary>
    private static IReadOnlyList<TimeSpan> QuickAsks { get; } = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(18), TimeSpan.FromSeconds(44)];

    /// <summary>The platform's own limit of five tokens a minute would leave a run of seconds with five links.</summary>
    private static RingCentralTiming QuickTiming { get; } = new()
    {
        Backoff = new BackoffPolicy(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2)),
        TokenWindow = TimeSpan.FromSeconds(2),
        Penalty = TimeSpan.FromSeconds(3),
        RetryPause = TimeSpan.FromSeconds(1),
        HeartbeatAfter = TimeSpan.FromSeconds(10),
        HeartbeatReply = TimeSpan.FromSeconds(10),
        RecordAsks = QuickAsks,
        RecordPause = TimeSpan.FromSeconds(0.1),
        RecordSettling = Settling,
        RecordRetry = TimeSpan.FromSeconds(1),
    };

    /// <summary>The platform of a name.</summary>
    public static ChaosPlatform Of(string name) => All.Single(p => p.Name == name);

    /// <summary>True for a platform's own fault that does nothing to a link that stands.</summary>
    public static bool ShowsWithNextLink(string fault) =>
        fault is RingCentralSimulator.FailRecoveryFault or RingCentralSimulator.BadRecoveryTokenFault or RingCentralSimulator.RevokeSessionsFault
            or PortSipSimulator.SilentLoginFault;

    /// <summary>True for a fault that ends a link, whether the server says so or the client has to see it.</summary>
    public bool EndsLink(string fault) => fault switch
    {
        SimulatorFaults.Drop or SimulatorFaults.HalfOpen or SimulatorFaults.BrokenFraming or SimulatorFaults.Restart => true,
        SimulatorFaults.ExpireToken => Name == "Yeastar",
        RingCentralSimulator.AbsoluteTimeoutFault or RingCentralSimulator.IdleTimeoutFault or OneCloudSimulator.SubscriptionErrorFault
            or YeastarSimulator.SilentHeartbeatFault => true,
        _ => false,
    };

    /// <summary>True for a fault that only shows on a link where nothing else happens: any frame is a sign of life.</summary>
    public static bool NeedsQuiet(string fault) => fault == YeastarSimulator.SilentHeartbeatFault;

    /// <summary>True for a fault that must not cost the link: to give it up would be a gap for nothing.</summary>
    public static bool SparesLink(string fault) => fault is SimulatorFaults.Delay or SimulatorFaults.Duplicate or SimulatorFaults.Malformed;

    /// <summary>Starts the simulator.</summary>
    public PbxSimulator StartSimulator(TimeProvider clock)
    {
        var beat = TimeSpan.FromSeconds(10);
        SimulatorOptions options = Name switch
        {
            "RingCentral" => new RingCentralSimulatorOptions
            {
                Provider = Name,
                SocketTokenWindow = TimeSpan.FromSeconds(1),
                HeavyLimit = 1000,
                HeavyWindow = TimeSpan.FromSeconds(1),
            },
            "OneCloud" => new OneCloudSimulatorOptions { Provider = Name, HeartbeatInterval = beat, HeartbeatTimeout = beat },

            // It closes what is silent for a minute; its other times are the client's. What is killed leaves its token behind for half an hour,
            // and with eight of them the next one would have to wait so long.
            "Yeastar" => new YeastarSimulatorOptions { Provider = Name, MaxTokens = 1000 },
            _ => new SimulatorOptions { Provider = Name, HeartbeatInterval = beat, HeartbeatTimeout = beat },
        };
        return PbxSimulator.Start(options with { Clock = clock, SlowClientTimeout = TimeSpan.FromMinutes(5) });
    }

    /// <summary>Starts the client.</summary>
    /// <param name="login">Where to, and as whom.</param>
    /// <param name="clock">The clock that it shares with its simulator.</param>
    /// <param name="statePath">Its state file; null for none.</param>
    public PbxClient StartClient(SimulatorLogin login, TimeProvider clock, string? statePath = null)
    {
        var connect = login.ToOptions() with
        {
            Timeout = TimeSpan.FromMinutes(20),
            BufferSize = 200_000,
            StatePath = statePath,
            Transport = new TransportOptions { Clock = clock, ConnectTimeout = TimeSpan.FromMinutes(1) },
        };
        return PbxClient.Start(connect, Provider, null, null, () => Random.Shared.NextDouble() * ShareOfPause);
    }

    /// <summary>The ids that a client may tell a call by.</summary>
    public IReadOnlyList<string> IdsOf(SimulatedCall call) => Name switch
    {
        // Of a call that no live event has told, records name the leg of its caller only (history/telecomx-history.md section 4).
        "TelecomX" => [call.CallId, $"cdr:{TelecomXPbx.Host}:{TelecomXRenderer.Channel(call, "0")}"],

        // Whoever saw only what came of a transfer knows the call by the id of that part (history/onecloud-history.md section 4).
        "OneCloud" when call.Scenario == "Transferred" => [call.CallId, OneCloudRenderer.LegPair(call, 2).Origin],
        _ => [call.CallId],
    };

    public override string ToString() => Name;
}
