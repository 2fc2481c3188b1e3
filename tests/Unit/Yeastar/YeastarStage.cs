using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Yeastar;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>
/// A client and a simulated PBX on real sockets and one clock that the test moves: an hour passes as fast as the machine
/// can live it, with the real lifetimes and intervals, and never faster than client and PBX can follow.
/// </summary>
internal sealed class YeastarStage : IAsyncDisposable
{
    private readonly PbxConnectOptions _options;
    private StageNetwork _network = null!;
    private int _lastMarker;

    private YeastarStage(YeastarSimulator simulator, ManualTimeProvider clock, PbxConnectOptions options)
    {
        Simulator = simulator;
        Clock = clock;
        _options = options;
    }

    public YeastarSimulator Simulator { get; }

    public ManualTimeProvider Clock { get; }

    public PbxClient Client { get; private set; } = null!;

    public ClientWatch Watch { get; private set; } = null!;

    public static async Task<YeastarStage> OpenAsync(
        YeastarSimulatorOptions? options = null, Func<PbxConnectOptions, PbxConnectOptions>? change = null)
    {
        var clock = new ManualTimeProvider();
        var simulator = (YeastarSimulator)PbxSimulator.Start((options ?? new YeastarSimulatorOptions { Provider = "Yeastar" }) with { Clock = clock });
        var wanted = OptionsOf(simulator, clock);
        wanted = change?.Invoke(wanted) ?? wanted;
        var stage = new YeastarStage(simulator, clock, wanted);
        try
        {
            await stage.StartClientAsync();
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public static PbxConnectOptions OptionsOf(PbxSimulator simulator, TimeProvider? clock = null) => new()
    {
        Provider = "Yeastar",
        Server = simulator.Server.ToString(),
        UserName = simulator.UserName,
        Password = new Secret(simulator.Password),
        TimeZone = TimeZoneInfo.Utc,
        Timeout = TimeSpan.FromSeconds(60),
        BufferSize = 200_000,
        Transport = new TransportOptions { Clock = clock ?? TimeProvider.System, ConnectTimeout = TimeSpan.FromSeconds(60) },
    };

    /// <summary>Connects a client; the one before it must have been stopped.</summary>
    /// <param name="statePath">Its state file; null for that of the options.</param>
    public async Task StartClientAsync(string? statePath = null)
    {
        var options = statePath is null ? _options : _options with { StatePath = statePath };
        _network = new StageNetwork(options.Transport);
        Client = PbxClient.Start(options, PbxProviders.Get(options.Provider), _network, _network);
        Watch = new ClientWatch(Client);
        await Client.WaitUntilConnectedAsync(Limits.Patience);
    }

    /// <summary>Ends the client; the PBX goes on.</summary>
    public async Task StopClientAsync()
    {
        // A link that does not answer the goodbye is given up after a while, by the clock.
        var ending = Client.DisposeAsync().AsTask();
        while (await Task.WhenAny(ending, Task.Delay(20)) != ending)
            Clock.Advance(TimeSpan.FromSeconds(1));
        await ending;
        _network.Dispose();
    }

    public Task<PbxSubscription> SubscribeAsync(PbxSubscriptionType type) =>
        Client.SubscribeAsync(new PbxSubscriptionFilter { Type = type }, Limits.Patience);

    /// <summary>Lets time pass in small steps; after each of them client and PBX have done all that it brought.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(5))
        {
            Clock.Advance(left < TimeSpan.FromSeconds(5) ? left : TimeSpan.FromSeconds(5));
            await SettleAsync();
        }
    }

    /// <summary>Lets time pass until something is so, and fails when an hour has brought nothing.</summary>
    public async Task PassUntilAsync(Func<bool> isSo, TimeSpan step, string what)
    {
        for (var passed = TimeSpan.Zero; !isSo(); passed += step)
        {
            if (passed > TimeSpan.FromHours(1))
                throw new TimeoutException($"No {what} within an hour. {Client.State}; {string.Join(", ", Client.Gaps)}");
            await PassAsync(step);
        }
    }

    /// <summary>Lets the time of all askings pass, none faster than it is answered.</summary>
    public Task FillAsync() => PassUntilAsync(() => Client.Gaps[^1].Recovery != PbxGapRecovery.Pending, TimeSpan.FromSeconds(5), "end of the askings");

    /// <summary>Waits for the end of a call while time passes; its record waits for others.</summary>
    public async Task<PbxEvent> EndAsync(string callId)
    {
        var ending = Watch.EndAsync(callId);
        while (await Task.WhenAny(ending, Task.Delay(20)) != ending)
            Clock.Advance(TimeSpan.FromMilliseconds(100));
        return await ending;
    }

    /// <summary>Waits until the client and the PBX have noticed the loss of the link and the time of the next attempt is set.</summary>
    public async Task LostAsync()
    {
        // What the PBX writes to a link that only the client knows to be gone counts as written.
        var (link, _) = NewestLink();
        await Watch.ConnectionAsync("Reconnecting");
        await Simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Disconnected && e.Link == link).InTime();
        await TurnAsync();
    }

    /// <summary>Waits until the client has finished what it is at: its loop takes one thing after the other.</summary>
    public Task TurnAsync() =>
        Client.UnsubscribeAsync(new PbxSubscription { Filter = new PbxSubscriptionFilter { Topic = ["none"] } }, Limits.Patience);

    /// <summary>
    /// Waits until all that became due is done: timers have run, no request is under way, every heartbeat has been answered, and
    /// everything that was sent has arrived.
    /// </summary>
    public async Task SettleAsync()
    {
        await TurnAsync();
        var limit = Limits.Patience;
        while (_network.RequestsUnderWay > 0 || HeartbeatsHeard() < _network.HeartbeatsSent)
            await Task.Delay(2, limit);

        // What comes after the answer to the heartbeat shows that the answer has come.
        var marker = $"marker {++_lastMarker}";
        await Simulator.SendEventAsync(30009, $$"""{"extension":"9999","status":"{{marker}}"}""");
        await Watch.WaitAsync(e => e.Name == "30009" && e.Raw.Contains($"\"{marker}\"", StringComparison.Ordinal), marker);
    }

    private int HeartbeatsHeard()
    {
        var (link, _) = NewestLink();
        return Simulator.Log.Of(SimulatorLogKind.Request).Count(e => e.Name == "heartbeat" && e.Link == link);
    }

    /// <summary>The link that a client opened last, and when.</summary>
    public (int Link, DateTimeOffset Opened) NewestLink()
    {
        var entry = Simulator.Log.Of(SimulatorLogKind.Connected)[^1];
        return (entry.Link!.Value, entry.Time);
    }

    public async Task<SimulatedCall> PlayAsync(string scenario, string extension = "1001", TimeSpan pace = default) =>
        Assert.Single(await Simulator.PlayAsync(
            scenario, new ScenarioOptions { Pace = pace, Extension = extension, OtherExtension = $"{extension}9" }, Limits.Patience));

    public Task InjectAsync(string fault, int? count = null) => Simulator.InjectAsync(new SimulatorFault(fault) { Count = count });

    public async ValueTask DisposeAsync()
    {
        await StopClientAsync();
        await Simulator.DisposeAsync();
    }
}
