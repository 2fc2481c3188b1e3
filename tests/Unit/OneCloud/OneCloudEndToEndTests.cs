using System.Text.RegularExpressions;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>The client against the simulator, over real sockets.</summary>
public sealed class OneCloudEndToEndTests
{
    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };

    private static readonly PbxSubscriptionFilter[] AllSix =
    [
        new() { Type = PbxSubscriptionType.Call, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Agent, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] },
        new() { Type = PbxSubscriptionType.Voicemail, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Presence },
    ];

    private static OneCloudSimulator Start(OneCloudSimulatorOptions? options = null) =>
        (OneCloudSimulator)PbxSimulator.Start(options ?? new OneCloudSimulatorOptions { Provider = "OneCloud" });

    private static PbxConnectOptions OptionsOf(OneCloudSimulator simulator) => new()
    {
        Provider = "OneCloud",
        Server = simulator.Server.ToString(),
        UserName = simulator.UserName,
        Password = new Secret(simulator.Password),
        ClientId = simulator.ClientId,
        ClientSecret = new Secret(simulator.ClientSecret),
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static async Task<PbxClient> ConnectAsync(OneCloudSimulator simulator, params PbxSubscriptionFilter[] filters)
    {
        var client = await PbxClient.ConnectAsync(OptionsOf(simulator), Limits.Patience);
        foreach (var filter in filters)
            await client.SubscribeAsync(filter, Limits.Patience);
        return client;
    }

    [Theory]
    [InlineData(SocketIoSupport.Revision3 | SocketIoSupport.WebSocket, "revision 3 over websocket")]
    [InlineData(SocketIoSupport.Revision4 | SocketIoSupport.WebSocket, "revision 4 over websocket")]
    [InlineData(SocketIoSupport.Revision3 | SocketIoSupport.Revision4 | SocketIoSupport.Polling, "revision 3 over polling")]
    public async Task A_restart_of_the_server_leaves_six_confirmed_streams_each_once(SocketIoSupport support, string transport)
    {
        await using var simulator = Start(new OneCloudSimulatorOptions { Provider = "OneCloud", SocketIo = support });
        await using var client = await ConnectAsync(simulator, AllSix);
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.FromMilliseconds(300) });
        await watch.ConnectionAsync("Connected");

        var links = simulator.Log.Of(SimulatorLogKind.Connected);
        Assert.All(links, l => Assert.Contains(transport, l.Name, StringComparison.Ordinal));
        Assert.Equal(
            ["agent sip:1001@simulator.example", "call 1001", "call:queue 4020", "contacts", "queued 4020", "voicemail 1001"],
            simulator.Log.Of(SimulatorLogKind.Subscribed).Where(e => e.Link == links[^1].Link).Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.All(client.Subscriptions, s => Assert.Equal(PbxSubscriptionState.Active, s.State));

        // A call of the second in which the link came back may have begun before it, and its end waits for its record.
        await Task.Delay(1100);
        var call = Assert.Single(await simulator.PlayAsync("Answered", Pace, Limits.Patience));
        Assert.Equal(PbxOutcome.Answered, (await watch.EndAsync(call.CallId)).Outcome);
    }

    [Theory]
    [InlineData("Answered", PbxOutcome.Answered)]
    [InlineData("Missed", PbxOutcome.Missed)]
    [InlineData("Cancelled", PbxOutcome.Missed)]
    [InlineData("Busy", PbxOutcome.Missed)]
    [InlineData("Rejected", PbxOutcome.Missed)]
    [InlineData("AnsweredElsewhere", PbxOutcome.Answered)]
    [InlineData("Transferred", PbxOutcome.Transferred)]
    [InlineData("AttendedTransfer", PbxOutcome.Transferred)]
    [InlineData("Moved", PbxOutcome.Transferred)]
    [InlineData("Held", PbxOutcome.Answered)]
    [InlineData("QueueAnswered", PbxOutcome.Answered)]
    [InlineData("QueueAbandoned", PbxOutcome.Abandoned)]
    [InlineData("Voicemail", PbxOutcome.Voicemail)]
    [InlineData("Menu", PbxOutcome.Answered)]
    [InlineData("MissedAfterMenu", PbxOutcome.Missed)]
    [InlineData("Internal", PbxOutcome.Answered)]
    [InlineData("Outbound", PbxOutcome.Answered)]
    [InlineData("Failed", PbxOutcome.Failed)]
    public async Task Every_scenario_ends_with_its_outcome_and_comes_once_although_two_streams_bring_it(string scenario, PbxOutcome outcome)
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(
            simulator, new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002"] }, AllSix[2]);
        var watch = new ClientWatch(client);
        var call = Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience));

        Assert.Equal(outcome, (await watch.EndAsync(call.CallId)).Outcome);
        await simulator.SendEventAsync("queued", """{"last":true}""", "queued", "4020");
        await watch.WaitAsync(e => e.Category == PbxCategory.Queue && e.Raw.Contains("last", StringComparison.Ordinal), "last event");

        // Each record was said once, whatever the number of streams that brought it, and although a second passed in between.
        var said = simulator.Log.Of(SimulatorLogKind.Event).Where(e => e.Category == PbxCategory.Call)
            .Select(e => Regex.Replace(e.Text, "\"(ts|time_refresh)\":\"[^\"]*\"", "")).Distinct();
        Assert.Equal(said.Count(), watch.Seen.Count(e => e.Category == PbxCategory.Call && !e.Synthesized));
    }

    [Fact]
    public async Task An_extension_whose_colleague_answers_gets_answered_elsewhere()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, AllSix[0]);
        var watch = new ClientWatch(client);
        var call = Assert.Single(await simulator.PlayAsync("AnsweredElsewhere", Pace, Limits.Patience));

        Assert.Equal(PbxOutcome.AnsweredElsewhere, (await watch.EndAsync(call.CallId)).Outcome);
    }

    [Fact]
    public async Task Agents_queues_voicemail_and_presence_arrive_with_what_they_are_about()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, AllSix);
        var watch = new ClientWatch(client);
        foreach (var scenario in (string[])["Agent", "QueueAbandoned", "Voicemail", "Presence"])
            await simulator.PlayAsync(scenario, Pace, Limits.Patience);
        await watch.WaitAsync(e => e.Category == PbxCategory.Presence && e.Raw.Contains("open", StringComparison.Ordinal), "last presence");

        Assert.Equal(4, watch.Seen.Count(e => e.Category == PbxCategory.Agent && e.Extension == "1001"));
        Assert.Equal(2, watch.Seen.Count(e => e.Category == PbxCategory.Queue && e.Queue == "4020"));
        Assert.Equal(1, watch.Seen.Count(e => e.Category == PbxCategory.Voicemail && e.Extension == "1001"));
        Assert.Equal(3, watch.Seen.Count(e => e.Category == PbxCategory.Presence && e.Name == "contacts-domain"));
        foreach (var subscription in client.Subscriptions)
            Assert.Contains(watch.Seen, subscription.Matches);
    }

    [Fact]
    public async Task A_refused_subscription_is_placed_with_a_fresh_token()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));
        var subscription = await client.SubscribeAsync(AllSix[0], Limits.Patience);

        Assert.Equal(PbxSubscriptionState.Active, subscription.State);
        Assert.Equal(["bad token"], simulator.Log.Of(SimulatorLogKind.SubscribeRefused).Select(e => e.Text));

        // The refresh token ended as well, so the password was asked for.
        Assert.Equal(["refresh_token"], simulator.Log.Of(SimulatorLogKind.AuthenticationRefused).Select(e => e.Name));
        Assert.Equal(["password", "password"], simulator.Log.Of(SimulatorLogKind.Authenticated).Select(e => e.Name));
    }

    [Fact]
    public async Task A_subscription_that_is_refused_again_and_again_is_an_error_after_one_renewal()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RefuseSubscribe) { Count = 100 });
        var error = await Assert.ThrowsAsync<PbxException>(() => client.SubscribeAsync(AllSix[0], Limits.Patience));

        Assert.Equal(PbxErrorKind.CredentialRefused, error.Kind);
        Assert.Equal(2, simulator.Log.Of(SimulatorLogKind.SubscribeRefused).Count);
        Assert.Equal(["password", "refresh_token"], simulator.Log.Of(SimulatorLogKind.Authenticated).Select(e => e.Name));
        Assert.Equal(PbxConnectionState.Connected, client.State);
    }

    [Theory]
    [InlineData(OneCloudConfirmation.Status)]
    [InlineData(OneCloudConfirmation.Status | OneCloudConfirmation.Ack)]
    [InlineData(OneCloudConfirmation.Status | OneCloudConfirmation.Callback | OneCloudConfirmation.Subscribed)]
    public async Task All_ways_of_confirmation_are_tolerated(OneCloudConfirmation ways)
    {
        await using var simulator = Start(new OneCloudSimulatorOptions { Provider = "OneCloud", Confirmation = ways });
        await using var client = await ConnectAsync(simulator, AllSix);

        Assert.All(client.Subscriptions, s => Assert.StartsWith("Setup Complete (simulator.example-<>-", s.Confirmation, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_blocked_address_is_asked_rarely_and_connects_in_the_end()
    {
        await using var simulator = Start();
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RateLimit) { Count = 2 });
        await using var client = await ConnectAsync(simulator);

        Assert.Equal(["403", "403"], simulator.Log.Of(SimulatorLogKind.Http).Take(2).Select(e => e.Text));

        // Pauses of 1 and 2 s at least; the simulator tells the times.
        var times = simulator.Log.Of(SimulatorLogKind.Http).Take(3).Select(e => e.Time).ToArray();
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(0.99), $"{times[1] - times[0]}");
        Assert.True(times[2] - times[1] >= TimeSpan.FromSeconds(1.99), $"{times[2] - times[1]}");
    }

    [Fact]
    public async Task A_login_with_a_second_factor_and_a_wrong_password_fail_at_once()
    {
        await using (var simulator = Start(new OneCloudSimulatorOptions { Provider = "OneCloud", RequiresMfa = true }))
        {
            Assert.Equal(PbxErrorKind.MfaRequired, (await Assert.ThrowsAsync<PbxException>(() => ConnectAsync(simulator))).Kind);
        }

        await using (var simulator = Start())
        {
            var options = OptionsOf(simulator) with { Password = new Secret("wrong") };
            var error = await Assert.ThrowsAsync<PbxException>(() => PbxClient.ConnectAsync(options, Limits.Patience));
            Assert.Equal(PbxErrorKind.CredentialRefused, error.Kind);
            Assert.Single(simulator.Log.Of(SimulatorLogKind.Http));
        }
    }

    [Fact]
    public async Task A_ready_token_works_with_the_domain()
    {
        await using var simulator = Start();
        var options = new PbxConnectOptions
        {
            Provider = "OneCloud",
            Server = simulator.Server.ToString(),
            Domain = simulator.Domain,
            AccessToken = new Secret(simulator.AccessToken),
        };
        await using var client = await PbxClient.ConnectAsync(options, Limits.Patience);
        await client.SubscribeAsync(AllSix[0], Limits.Patience);

        Assert.Empty(simulator.Log.Of(SimulatorLogKind.Authenticated));
    }

    [Fact]
    public async Task Malformed_frames_are_reported_and_the_next_call_is_seen()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, AllSix[0]);
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Malformed));
        await watch.ConnectionAsync("UnreadableFrame");

        // Some garbage ends a link by the protocol's own rules; a call that falls into that time is played again.
        PbxEvent end;
        do
        {
            var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
            end = await watch.WaitAsync(
                e => (e.CallId == call.CallId && e.CallState == PbxCallState.Ended) || e.Name is "Reconnecting" or "Connected", "end of the call");
        }
        while (end.Outcome is null);
        Assert.Equal(PbxOutcome.Missed, end.Outcome);
        Assert.True(client.Dropped > 0);
    }

    [Fact]
    public async Task A_half_open_link_is_noticed_by_the_handshakes_own_figures()
    {
        await using var simulator = Start(new OneCloudSimulatorOptions
        {
            Provider = "OneCloud",
            HeartbeatInterval = TimeSpan.FromSeconds(1),
            HeartbeatTimeout = TimeSpan.FromSeconds(2),
        });
        await using var client = await ConnectAsync(simulator, AllSix[0]);
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.HalfOpen));
        await watch.ConnectionAsync("Connected");

        Assert.Equal(1, client.ReconnectCount);
    }
}
