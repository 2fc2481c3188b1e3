using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Sample;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Acceptance;

/// <summary>
/// What an administrator does on a working day, the same on every platform: only how to connect differs, and that is taken
/// from the simulator's own properties as a pipeline would.
/// </summary>
public sealed class AcceptanceScript
{
    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(5) };

    /// <summary>Platforms that are not the product's: what they are, and their servers.</summary>
    private static readonly Dictionary<string, (PbxProvider Provider, Func<SimulatorOptions, PbxSimulator> Simulate)> Others = new()
    {
        ["Sample"] = (new SampleProvider(), o => new SampleSimulator(o)),
    };

    /// <summary>The platforms that pass it.</summary>
    public static TheoryData<string> Platforms => [.. OutcomeTable.Platforms, .. Others.Keys];

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task Calls_are_seen_over_a_lost_link_and_an_expired_token_until_nothing_is_left(string platform)
    {
        await using var simulator = Simulate(new SimulatorOptions { Provider = platform });
        await using var client = Start(OptionsOf(simulator));
        await client.WaitUntilConnectedAsync(Limits.Patience);
        var subscriptions = await SubscribeAsync(client);
        var watch = new ClientWatch(client);

        await PlayAsync(simulator, watch, "Answered", PbxOutcome.Answered);
        await PlayAsync(simulator, watch, "Missed", PbxOutcome.Missed);
        await PlayAsync(simulator, watch, "Transferred", PbxOutcome.Transferred);

        await LoseLinkAsync(simulator, watch);
        Assert.Equal(1, client.ReconnectCount);
        Assert.Equal(PbxGapReason.LinkLost, Assert.Single(client.Gaps).Reason);
        AssertRestoredOnce(simulator, subscriptions);
        await PlayAsync(simulator, watch, "Answered", PbxOutcome.Answered);

        await ExpireTokenAsync(simulator, watch);
        await PlayAsync(simulator, watch, "Missed", PbxOutcome.Missed);
        await LoseLinkAsync(simulator, watch);
        AssertRestoredOnce(simulator, subscriptions);
        await PlayAsync(simulator, watch, "Answered", PbxOutcome.Answered);

        await client.DisconnectAsync(Limits.Patience);
        Assert.Equal(PbxConnectionState.Disconnected, client.State);
        var opened = simulator.Log.Of(SimulatorLogKind.Connected).Count;
        await simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Disconnected, opened).InTime();
        Assert.Equal(0, simulator.LinkCount);
    }

    private static PbxSimulator Simulate(SimulatorOptions options) =>
        Others.TryGetValue(options.Provider, out var other) ? PbxSimulator.Start(other.Simulate(options)) : PbxSimulator.Start(options);

    private static PbxClient Start(PbxConnectOptions options) =>
        Others.TryGetValue(options.Provider, out var other) ? PbxClient.Start(options, other.Provider, null, null) : PbxClient.Start(options);

    internal static PbxConnectOptions OptionsOf(PbxSimulator simulator) => new()
    {
        Provider = simulator.Provider,
        Server = simulator.Server.ToString(),
        Domain = simulator.Domain,
        UserName = simulator.UserName,
        Password = new Secret(simulator.Password),
        ClientId = simulator.ClientId,
        ClientSecret = simulator.ClientSecret is { } secret ? new Secret(secret) : null,
        Jwt = simulator.Jwt is { } jwt ? new Secret(jwt) : null,
        Timeout = TimeSpan.FromSeconds(60),
    };

    internal static async Task<IReadOnlyList<PbxSubscription>> SubscribeAsync(PbxClient client)
    {
        PbxSubscriptionFilter[] wanted =
        [
            new() { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002"] },
            new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] },
            new() { Type = PbxSubscriptionType.Voicemail, Extension = ["1001"] },
            new() { Type = PbxSubscriptionType.Presence, Extension = ["1001"] },
        ];
        var subscriptions = new List<PbxSubscription>();
        foreach (var filter in wanted)
        {
            // What a platform does not have, its catalogue does not name.
            if (filter.Type == PbxSubscriptionType.Call || client.Platform.EventTypes.Any(e => e.Subscription == filter.Type))
                subscriptions.Add(await client.SubscribeAsync(filter, Limits.Patience));
        }
        Assert.All(subscriptions, s => Assert.Equal(PbxSubscriptionState.Active, s.State));
        return subscriptions;
    }

    private static async Task PlayAsync(PbxSimulator simulator, ClientWatch watch, string scenario, PbxOutcome outcome)
    {
        var call = Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience));
        var end = await watch.EndAsync(call.CallId);

        Assert.Equal(outcome, end.Outcome);
        Assert.Equal(outcome, end.Call!.Outcome);
        var states = watch.Seen.Where(e => e.CallId == call.CallId && e.IsCallNews).Select(e => e.CallState!.Value).ToArray();
        Assert.Contains(PbxCallState.Ringing, states);
        Assert.Equal(outcome != PbxOutcome.Missed, states.Contains(PbxCallState.Answered));
        Assert.Equal(outcome == PbxOutcome.Transferred, states.Contains(PbxCallState.Transferred));
        Assert.Equal(1, states.Count(s => s == PbxCallState.Ended));
    }

    private static async Task ExpireTokenAsync(PbxSimulator simulator, ClientWatch watch)
    {
        var before = simulator.Log.Count;
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));

        // A platform that tells open links of it (Yeastar) sends no more events on them: another link is opened at once.
        if (simulator.Log.Of(SimulatorLogKind.AuthenticationRefused).Any(e => e.Number > before && e.Link is not null))
            await watch.ConnectionAsync(nameof(PbxConnectionState.Connected));
    }

    private static async Task LoseLinkAsync(PbxSimulator simulator, ClientWatch watch)
    {
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));
        await watch.ConnectionAsync(nameof(PbxConnectionState.Reconnecting));
        var gap = await watch.ConnectionAsync("Gap");
        Assert.NotNull(gap.Gap);
        await watch.ConnectionAsync(nameof(PbxConnectionState.Connected));
        await PassSecondAsync();
    }

    /// <summary>A call whose time of beginning, in whole seconds, is not after the gap may have begun in it, and its end waits for its record.</summary>
    private static Task PassSecondAsync() => Task.Delay(1100);

    /// <summary>The newest link has exactly the subscriptions of the first one, each once.</summary>
    private static void AssertRestoredOnce(PbxSimulator simulator, IReadOnlyList<PbxSubscription> subscriptions)
    {
        var byLink = simulator.Log.Of(SimulatorLogKind.Subscribed).GroupBy(e => e.Link).OrderBy(g => g.Key).ToArray();
        Assert.Equal(byLink[0].Select(e => e.Name).Distinct().Order(), byLink[^1].Select(e => e.Name).Order());
        Assert.All(subscriptions, s => Assert.Equal(PbxSubscriptionState.Active, s.State));
    }
}
