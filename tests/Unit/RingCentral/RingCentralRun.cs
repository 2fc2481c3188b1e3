using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Simulator;
using PbxEvents.Simulator.RingCentral;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>A simulator and a client connected to it over real sockets, with every wait of the client shrunk.</summary>
internal sealed class RingCentralRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string? _statePath;

    private RingCentralRun(RingCentralSimulatorOptions options, RingCentralTiming timing, string? statePath)
    {
        Simulator = (RingCentralSimulator)PbxSimulator.Start(options);
        Timing = timing;
        _statePath = statePath;
    }

    /// <summary>Short pauses; the rate limit as strict as the platform's, in a shorter window.</summary>
    public static RingCentralTiming Quick { get; } = new()
    {
        Backoff = new BackoffPolicy(TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(10)),
        TokenWindow = TimeSpan.FromMilliseconds(100),
        Penalty = TimeSpan.FromMilliseconds(200),
        RetryPause = TimeSpan.FromMilliseconds(20),
        Inherit = TimeSpan.FromSeconds(30),
    };

    public static RingCentralSimulatorOptions Options { get; } = new()
    {
        Provider = "RingCentral",
        // The client's window begins when it sends, the simulator's when it receives: a shorter one forgives that.
        SocketTokenWindow = TimeSpan.FromMilliseconds(50),
    };

    public RingCentralSimulator Simulator { get; }

    public RingCentralTiming Timing { get; }

    public PbxClient Client { get; private set; } = null!;

    /// <summary>What is in the event log now.</summary>
    public IReadOnlyList<PbxEvent> Events
    {
        get
        {
            var all = new List<PbxEvent>();
            var cursor = Client.Events.OpenCursor(0);
            while (cursor.TryRead(out var found, out _))
            {
                if (found is not null)
                    all.Add(found);
            }
            return all;
        }
    }

    public string JournalText
    {
        get
        {
            var position = 0L;
            return string.Join(Environment.NewLine, Client.Activity.Read(ref position).Select(l => $"{l.Time:HH:mm:ss.fff} {l.Text}"));
        }
    }

    public static async Task<RingCentralRun> StartAsync(
        RingCentralSimulatorOptions? options = null, RingCentralTiming? timing = null, string? statePath = null,
        Func<RingCentralSimulator, PbxConnectOptions>? connect = null)
    {
        var run = new RingCentralRun(options ?? Options, timing ?? Quick, statePath);
        await run.ConnectAsync(connect);
        return run;
    }

    /// <summary>Connects a client; the one before it stays as it is.</summary>
    public async Task ConnectAsync(Func<RingCentralSimulator, PbxConnectOptions>? connect = null)
    {
        var options = connect?.Invoke(Simulator) ?? new PbxConnectOptions
        {
            Provider = "RingCentral",
            ClientId = Simulator.ClientId,
            ClientSecret = new Secret(Simulator.ClientSecret),
            Jwt = new Secret(Simulator.Jwt),
            StatePath = _statePath,

            // What the socket itself recovers shows in the gap at once.
            HistoryLimit = TimeSpan.Zero,
        };
        options = options with { Server = Simulator.Server.ToString(), BufferSize = 100_000, Transport = new TransportOptions { ConnectTimeout = Patience } };
        Client = PbxClient.Start(options, new RingCentralProvider(Timing), null, null);
        using var limit = new CancellationTokenSource(Patience);
        await Client.WaitUntilConnectedAsync(limit.Token);
    }

    public async Task<PbxSubscription> SubscribeAsync(PbxSubscriptionType type, params string[] extension)
    {
        using var limit = new CancellationTokenSource(Patience);
        return await Client.SubscribeAsync(new PbxSubscriptionFilter { Type = type, Extension = extension }, limit.Token);
    }

    public async Task<PbxSubscription> SubscribeTopicAsync(params string[] topics)
    {
        using var limit = new CancellationTokenSource(Patience);
        return await Client.SubscribeAsync(new PbxSubscriptionFilter { Topic = topics }, limit.Token);
    }

    /// <summary>The n-th event that matches, from the beginning of the connection.</summary>
    public async Task<PbxEvent> WaitAsync(Func<PbxEvent, bool> match, int count = 1)
    {
        using var limit = new CancellationTokenSource(Patience);
        var cursor = Client.Events.OpenCursor(0);
        if (count == 0)
            throw new ArgumentOutOfRangeException(nameof(count), "Events are counted from 1.");
        try
        {
            while (await cursor.WaitAsync(limit.Token))
            {
                while (cursor.TryRead(out var found, out _))
                {
                    if (found is not null && match(found) && --count == 0)
                        return found;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, with what the connection did.
        }
        throw new InvalidOperationException($"The event did not come. {JournalText}");
    }

    public Task<PbxEvent> WaitConnectionAsync(string name, int count = 1) => WaitAsync(e => e.Category == PbxCategory.Connection && e.Name == name, count);

    public Task InjectAsync(string fault, int? count = null) => Simulator.InjectAsync(new SimulatorFault(fault) { Count = count });

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Simulator.DisposeAsync();
    }
}
