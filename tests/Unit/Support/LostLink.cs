using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>A client whose link a test cuts and lets come back.</summary>
internal static class LostLink
{
    /// <summary>Pauses between attempts are this share of what they would be at most: a test waits for them.</summary>
    private const double ShareOfPause = 0.1;

    /// <summary>Longer than any test, by any clock.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    /// <summary>Connects a client and subscribes.</summary>
    /// <param name="simulator">The platform's side.</param>
    /// <param name="provider">The platform.</param>
    /// <param name="filters">What it subscribes to.</param>
    /// <param name="clock">The clock that client and simulator share; null for the system's.</param>
    /// <param name="change">Other options; null for those that go with the simulator.</param>
    public static async Task<PbxClient> ConnectAsync(PbxSimulator simulator, PbxProvider provider, IEnumerable<PbxSubscriptionFilter> filters,
        TimeProvider? clock = null, Func<PbxConnectOptions, PbxConnectOptions>? change = null)
    {
        var options = AcceptanceScript.OptionsOf(simulator);
        if (clock is not null)
            options = options with { Timeout = Long, Transport = new TransportOptions { Clock = clock, ConnectTimeout = TimeSpan.FromMinutes(5) } };
        var client = PbxClient.Start(change?.Invoke(options) ?? options, provider, null, null, () => Random.Shared.NextDouble() * ShareOfPause);
        await client.WaitUntilConnectedAsync(Limits.Patience);
        foreach (var filter in filters)
            await client.SubscribeAsync(filter, Limits.Patience);
        return client;
    }

    /// <summary>Ends the newest link and lets no other come until <see cref="RestoreAsync"/>.</summary>
    public static async Task CutAsync(PbxSimulator simulator, ClientWatch watch)
    {
        var link = simulator.Log.Of(SimulatorLogKind.Connected)[^1].Link;
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Duration = Long });
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop) { Link = link });
        await watch.ConnectionAsync("Reconnecting");
    }

    /// <summary>Lets the link come back, and waits until its gap is filled.</summary>
    /// <param name="simulator">The platform's side.</param>
    /// <param name="watch">The client's events.</param>
    /// <param name="clear">False to leave the simulator's other faults as they are.</param>
    public static async Task<PbxGap> RestoreAsync(PbxSimulator simulator, ClientWatch watch, bool clear = true)
    {
        if (clear)
            simulator.ClearFaults();
        else
            await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Count = 0 });
        var gap = (await watch.ConnectionAsync("Gap")).Gap!;
        Assert.Equal(PbxGapRecovery.Pending, gap.Recovery);
        await watch.ConnectionAsync("GapFilled");
        return gap;
    }
}
