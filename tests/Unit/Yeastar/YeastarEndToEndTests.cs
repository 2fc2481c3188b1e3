using PbxEvents.Providers;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Yeastar;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>The client against the simulated PBX, over real sockets.</summary>
public sealed class YeastarEndToEndTests
{
    private static PbxSubscriptionFilter Queue => new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] };

    private static YeastarSimulator Start(YeastarSimulatorOptions? options = null) =>
        (YeastarSimulator)PbxSimulator.Start(options ?? new YeastarSimulatorOptions { Provider = "Yeastar" });

    [Theory]
    [InlineData("Answered", PbxOutcome.Answered)]
    [InlineData("Missed", PbxOutcome.Missed)]
    [InlineData("Cancelled", PbxOutcome.Missed)]
    [InlineData("Busy", PbxOutcome.Busy)]
    [InlineData("Rejected", PbxOutcome.Rejected)]
    [InlineData("AnsweredElsewhere", PbxOutcome.Answered)]
    [InlineData("Transferred", PbxOutcome.Transferred)]
    [InlineData("AttendedTransfer", PbxOutcome.Transferred)]
    [InlineData("Held", PbxOutcome.Answered)]
    [InlineData("QueueAnswered", PbxOutcome.Answered)]
    [InlineData("QueueAbandoned", PbxOutcome.Abandoned)]
    [InlineData("Voicemail", PbxOutcome.Voicemail)]
    [InlineData("Menu", PbxOutcome.Answered)]
    [InlineData("MissedAfterMenu", PbxOutcome.Missed)]
    [InlineData("Internal", PbxOutcome.Answered)]
    [InlineData("Outbound", PbxOutcome.Answered)]
    [InlineData("Failed", PbxOutcome.Failed)]
    public async Task Every_scenario_ends_as_it_was_played(string scenario, PbxOutcome outcome)
    {
        foreach (var asObjects in (bool[])[false, true])
        {
            await using var stage = await YeastarStage.OpenAsync(new YeastarSimulatorOptions { Provider = "Yeastar", SendsObjects = asObjects });
            await stage.Client.SubscribeAsync(Queue, Limits.Patience);
            var call = await stage.PlayAsync(scenario);
            var end = await stage.EndAsync(call.CallId);
            Assert.Equal(outcome, end.Outcome);
            Assert.Equal(call.Direction, end.Call!.Direction);
            Assert.Equal(call.From, end.Call.From);
            Assert.Equal(call.Queue, end.Call.Queue);
            Assert.Equal(call.Legs.Any(l => l.Index > 0 && l.AnsweredAt is not null), end.Call.AnsweredAt is not null);
            Assert.All(stage.Client.GetCalls(), c => Assert.Equal(PbxCallState.Ended, c.State));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_that_waits_when_the_user_disconnects_is_told_with_and_without_a_link(bool isLost)
    {
        await using var stage = await YeastarStage.OpenAsync();
        await stage.SubscribeAsync(PbxSubscriptionType.Call);
        await stage.SubscribeAsync(PbxSubscriptionType.Presence);
        var call = await stage.PlayAsync("MissedAfterMenu");
        await stage.SettleAsync();
        Assert.DoesNotContain(stage.Watch.Seen, e => e.CallState == PbxCallState.Ended);
        if (isLost)
        {
            await stage.InjectAsync(SimulatorFaults.Drop);
            await stage.LostAsync();
        }
        var ending = stage.Client.DisconnectAsync(Limits.Patience);
        Assert.Equal(PbxOutcome.Missed, (await stage.Watch.EndAsync(call.CallId)).Outcome);
        while (await Task.WhenAny(ending, Task.Delay(20)) != ending)
            stage.Clock.Advance(TimeSpan.FromSeconds(1));
        await ending;
    }

    [Theory]
    [InlineData("Registration", PbxSubscriptionType.Registration, "30007", 2)]
    [InlineData("TrunkDown", PbxSubscriptionType.Registration, "30010", 1)]
    [InlineData("Presence", PbxSubscriptionType.Presence, "30009", 3)]
    [InlineData("Agent", PbxSubscriptionType.Agent, "30029", 4)]
    public async Task Every_scenario_without_a_call_arrives(string scenario, PbxSubscriptionType type, string name, int count)
    {
        await using var stage = await YeastarStage.OpenAsync();
        var subscription = await stage.SubscribeAsync(type);
        await stage.PlayAsync(scenario);
        for (var i = 0; i < count; i++)
            Assert.True(subscription.Matches(await stage.Watch.WaitAsync(e => e.Name == name, name)));
    }

    [Fact]
    public async Task A_wrong_secret_is_tried_exactly_once()
    {
        await using var simulator = Start();
        var options = YeastarStage.OptionsOf(simulator) with { Password = new Secret("wrong") };
        var e = await Assert.ThrowsAsync<PbxException>(() => PbxClient.ConnectAsync(options, Limits.Patience));
        Assert.Equal(PbxErrorKind.CredentialRefused, e.Kind);
        Assert.Single(simulator.Log.Of(SimulatorLogKind.AuthenticationRefused));
        Assert.Empty(simulator.Log.Of(SimulatorLogKind.Connected));
    }

    [Theory]
    [InlineData(YeastarSimulator.BlockFault, PbxErrorKind.AddressBlocked)]
    [InlineData(YeastarSimulator.ForbidFault, PbxErrorKind.AddressBlocked)]
    [InlineData(YeastarSimulator.TokenLimitFault, PbxErrorKind.TokenLimit)]
    public async Task What_waiting_for_a_while_does_not_change_is_told_at_once(string fault, PbxErrorKind kind)
    {
        await using var simulator = Start();
        await simulator.InjectAsync(new SimulatorFault(fault));
        var e = await Assert.ThrowsAsync<PbxException>(() => PbxClient.ConnectAsync(YeastarStage.OptionsOf(simulator), Limits.Patience));
        Assert.Equal(kind, e.Kind);
        Assert.Single(simulator.Log.Of(SimulatorLogKind.AuthenticationRefused));
    }

    [Fact]
    public async Task Without_a_user_agent_the_PBX_refuses_and_the_advice_names_it()
    {
        await using var simulator = Start();
        var options = YeastarStage.OptionsOf(simulator);
        options = options with { Transport = options.Transport with { UserAgent = "" } };
        var e = await Assert.ThrowsAsync<PbxException>(() => PbxClient.ConnectAsync(options, Limits.Patience));
        Assert.Equal("40002", e.Code);
        Assert.Contains("User-Agent", e.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_connections_take_one_of_the_eight_tokens_and_the_last_one_gives_it_back()
    {
        await using var simulator = Start();
        var clients = new List<PbxClient>();
        for (var i = 0; i < 10; i++)
            clients.Add(await PbxClient.ConnectAsync(YeastarStage.OptionsOf(simulator), Limits.Patience));
        await simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Connected, 10).InTime();
        Assert.Equal(10, simulator.LinkCount);
        Assert.Equal(1, simulator.TokensTaken);
        foreach (var client in clients)
        {
            Assert.Equal(1, simulator.TokensTaken);
            await client.DisposeAsync();
        }
        Assert.Equal(0, simulator.TokensTaken);
        Assert.Equal(["del_token", "get_token"], simulator.Log.Of(SimulatorLogKind.Authenticated).Select(e => e.Name).Where(n => n != "subscribe").Order());
    }

    [Fact]
    public async Task Over_TLS_with_a_pinned_certificate_it_works_and_without_the_pin_it_does_not()
    {
        await using var simulator = Start(new YeastarSimulatorOptions { Provider = "Yeastar", UseTls = true });
        var options = YeastarStage.OptionsOf(simulator);
        var e = await Assert.ThrowsAsync<PbxException>(() => PbxClient.ConnectAsync(options, Limits.Patience));
        Assert.Equal(PbxErrorKind.TlsFailed, e.Kind);
        options = options with { Transport = options.Transport with { CertificateThumbprint = simulator.CertificateThumbprint } };
        await using var client = await PbxClient.ConnectAsync(options, Limits.Patience);
        Assert.Equal(PbxConnectionState.Connected, client.State);
    }

    [Fact]
    public async Task A_token_of_seconds_is_rotated_by_the_real_clock_without_a_gap_and_without_a_double()
    {
        await using var simulator = Start(new YeastarSimulatorOptions { Provider = "Yeastar", TokenLifetime = TimeSpan.FromSeconds(4) });
        await using var client = await PbxClient.ConnectAsync(YeastarStage.OptionsOf(simulator), Limits.Patience);
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, Limits.Patience);
        var watch = new ClientWatch(client);
        var taken = simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Disconnected).InTime();
        var calls = new List<SimulatedCall>();
        while (!taken.IsCompleted)
            calls.AddRange(await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(5) }, Limits.Patience));
        foreach (var call in calls)
            await watch.WaitAsync(e => e.Name == "30012" && e.CallId == call.CallId, "record");
        Assert.Empty(client.Gaps);
        Assert.Equal(0, client.ReconnectCount);
        var sent = simulator.Log.Of(SimulatorLogKind.Event).Count(e => e.Name is "30011" or "30012");
        Assert.Equal(sent, watch.Seen.Count(e => e.Name is "30011" or "30012"));
    }

    [Fact]
    public async Task A_call_in_progress_is_asked_for_after_a_gap_and_what_ended_meanwhile_is_ended()
    {
        await using var stage = await YeastarStage.OpenAsync();
        await stage.SubscribeAsync(PbxSubscriptionType.Call);
        using var hangUp = new CancellationTokenSource();
        var lasting = stage.Simulator.PlayAsync("Answered", new ScenarioOptions { Pace = TimeSpan.FromSeconds(60), Extension = "1001" }, hangUp.Token);
        var ending = stage.PlayAsync("Missed", "1002", TimeSpan.FromSeconds(10));
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
            ids.Add((await stage.Watch.WaitAsync(e => e is { Name: "30011", CallState: PbxCallState.Offered }, "offered call")).CallId!);

        // The PBX cannot be reached until one call is over and the other one answered.
        await stage.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Duration = TimeSpan.FromDays(1) });
        await stage.InjectAsync(SimulatorFaults.Drop);
        await stage.LostAsync();
        await AdvanceUntilAsync(stage, () => ending.IsCompleted && stage.Simulator.ActiveCalls is [{ Legs: [_, { AnsweredAt: not null }] }]);
        stage.Simulator.ClearFaults();
        await AdvanceUntilAsync(stage, () => stage.Client.State == PbxConnectionState.Connected);
        Assert.Equal(PbxGapReason.LinkLost, (await stage.Watch.ConnectionAsync("Gap")).Gap!.Reason);

        var missed = (await ending).CallId;
        var answered = await stage.Watch.WaitAsync(e => e is { Name: "call/query", CallState: PbxCallState.Answered }, "answered call");
        Assert.True(answered.Synthesized);
        Assert.Equal("1001", answered.Call!.AnsweredBy);
        Assert.Equal(ids.Single(i => i != missed), answered.CallId);
        var end = await stage.EndAsync(missed);
        Assert.True(end.Synthesized);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lasting);
    }

    [Fact]
    public async Task A_dead_token_at_the_handshake_gets_one_fresh_one()
    {
        await using var stage = await YeastarStage.OpenAsync();
        await stage.SubscribeAsync(PbxSubscriptionType.Call);
        await stage.InjectAsync(SimulatorFaults.Drop);
        await stage.LostAsync();
        await stage.InjectAsync(SimulatorFaults.ExpireToken);
        await AdvanceUntilAsync(stage, () => stage.Client.State == PbxConnectionState.Connected);
        Assert.Equal(["get_token", "get_token"], stage.Simulator.Log.Of(SimulatorLogKind.Authenticated).Select(e => e.Name).Where(n => n != "subscribe"));

        // The clock of the test may run through the time-out of an attempt on a busy machine; then the dead token is shown once more.
        Assert.Equal(["subscribe", "refresh_token"], stage.Simulator.Log.Of(SimulatorLogKind.AuthenticationRefused).Select(e => e.Name).Distinct());
    }

    [Fact]
    public async Task A_half_open_link_is_noticed_by_the_heartbeat()
    {
        await using var stage = await YeastarStage.OpenAsync();
        await stage.SubscribeAsync(PbxSubscriptionType.Presence);
        await stage.SettleAsync();
        await stage.InjectAsync(SimulatorFaults.HalfOpen);
        var (_, opened) = stage.NewestLink();
        await AdvanceUntilAsync(stage, () => stage.Simulator.Log.Of(SimulatorLogKind.Connected).Count == 2);
        Assert.True(stage.Clock.GetUtcNow() - opened >= TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task A_refused_topic_is_told_to_the_one_who_asked_and_the_others_go_on()
    {
        await using var stage = await YeastarStage.OpenAsync();
        await stage.SubscribeAsync(PbxSubscriptionType.Presence);
        await stage.InjectAsync(SimulatorFaults.RefuseSubscribe);
        var e = await Assert.ThrowsAsync<PbxException>(() => stage.SubscribeAsync(PbxSubscriptionType.Cdr));
        Assert.Equal(PbxErrorKind.SubscriptionRefused, e.Kind);
        await stage.SettleAsync();
        Assert.Equal(0, stage.Client.ReconnectCount);
    }

    [Fact]
    public async Task Garbage_is_reported_and_the_next_event_is_read()
    {
        await using var stage = await YeastarStage.OpenAsync();
        await stage.SubscribeAsync(PbxSubscriptionType.Presence);
        await stage.InjectAsync(SimulatorFaults.Malformed);
        await stage.SettleAsync();
        Assert.True(stage.Client.Dropped > 10);
        Assert.Equal(PbxConnectionState.Connected, stage.Client.State);
    }

    /// <summary>Moves the clock in seconds, each time giving what it brings a moment, until something is so.</summary>
    private static async Task AdvanceUntilAsync(YeastarStage stage, Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            stage.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, limit.Token);
        }
    }
}
