using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.RingCentral;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Tests.Unit.RingCentral;

public sealed class RingCentralEndToEndTests
{
    private static readonly ScenarioOptions AtOnce = new() { Pace = TimeSpan.Zero };

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
    public async Task Each_scenario_ends_as_it_should(string scenario, PbxOutcome outcome)
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);

        var played = Assert.Single(await run.Simulator.PlayAsync(scenario, AtOnce));

        var end = await run.WaitAsync(e => e.CallId == played.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal(outcome, end.Outcome);
        Assert.Equal(played.Direction, end.Call!.Direction);
        Assert.Equal(played.From, end.Call.From);
        Assert.Equal(played.Queue, end.Call.Queue);
    }

    [Theory]
    [InlineData("Transferred", "1002")]
    [InlineData("AnsweredElsewhere", "1002")]
    [InlineData("Menu", "1001")]
    [InlineData("QueueAnswered", "1001")]
    public async Task The_person_who_answered_is_known(string scenario, string extension)
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);

        var played = Assert.Single(await run.Simulator.PlayAsync(scenario, AtOnce));

        var end = await run.WaitAsync(e => e.CallId == played.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal(extension, end.Call!.AnsweredBy);
    }

    [Fact]
    public async Task All_kinds_travel_in_one_subscription_and_nothing_replaces_anything()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);
        await run.SubscribeAsync(PbxSubscriptionType.Voicemail);
        var presence = await run.SubscribeAsync(PbxSubscriptionType.Presence, "1001");

        await run.Simulator.PlayAsync("Voicemail", AtOnce);
        await run.Simulator.PlayAsync("Presence", AtOnce);

        await run.WaitAsync(e => e.Category == PbxCategory.Voicemail);
        await run.WaitAsync(e => e.Category == PbxCategory.Call && e.Outcome == PbxOutcome.Voicemail);
        var dnd = await run.WaitAsync(e => e.Category == PbxCategory.Presence && e.Raw.Contains("DoNotAcceptAnyCalls", StringComparison.Ordinal));
        Assert.Equal("1001", dnd.Extension);
        Assert.True(presence.Matches(dnd));
        var requests = run.Simulator.Log.Of(SimulatorLogKind.Request).Select(e => e.Name[..e.Name.IndexOf(' ')]).ToArray();
        Assert.Equal(["POST", "PUT", "PUT"], requests);
        Assert.Single(run.Simulator.Log.Of(SimulatorLogKind.Subscribed).Select(e => e.Text).Distinct());
    }

    [Fact]
    public async Task A_disconnect_ends_the_subscription_and_gives_the_token_back()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);

        await run.Client.DisposeAsync();

        Assert.Single(run.Simulator.Log.Of(SimulatorLogKind.Unsubscribed));
        Assert.Contains(run.Simulator.Log.Of(SimulatorLogKind.Authenticated), e => e.Name == "revoke");
    }

    [Fact]
    public async Task A_lost_link_is_recovered_without_a_second_subscription()
    {
        await using var run = await RingCentralRun.StartAsync();
        var subscription = await run.SubscribeAsync(PbxSubscriptionType.Call);

        await run.InjectAsync(SimulatorFaults.Drop);
        await run.Simulator.PlayAsync("Answered", AtOnce);

        var gap = (await run.WaitConnectionAsync("Gap")).Gap!;
        await run.WaitAsync(e => e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxGapRecovery.Recovered, PbxGapReason.LinkLost, null), (gap.Recovery, gap.Reason, gap.EventsLost));
        Assert.Single(run.Simulator.Log.Of(SimulatorLogKind.Subscribed));
        Assert.Equal(PbxSubscriptionState.Active, subscription.State);
        Assert.Equal(1, run.Client.ReconnectCount);
    }

    [Fact]
    public async Task After_a_failed_recovery_it_subscribes_anew_and_asks_for_the_calls_in_progress()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);
        await run.InjectAsync(RingCentralSimulator.FailRecoveryFault);
        using var stop = new CancellationTokenSource();
        var playing = run.Simulator.PlayAsync("Held", new ScenarioOptions { Pace = TimeSpan.FromSeconds(20) }, stop.Token);
        await run.WaitAsync(e => e.Category == PbxCategory.Call);

        await run.InjectAsync(SimulatorFaults.Drop);

        var gap = (await run.WaitConnectionAsync("Gap")).Gap!;
        Assert.Equal(PbxGapRecovery.Lost, gap.Recovery);
        Assert.Null(gap.EventsLost);
        var asked = await run.WaitAsync(e => e is { Category: PbxCategory.Call, Synthesized: true });
        Assert.NotNull(asked.Call);
        Assert.Equal(2, run.Simulator.Log.Of(SimulatorLogKind.Subscribed).Count);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
    }

    [Fact]
    public async Task A_call_that_ended_during_the_gap_is_ended_by_asking()
    {
        await using var run = await RingCentralRun.StartAsync(RingCentralRun.Options with { RecoveryBufferSize = 1 });
        await run.SubscribeAsync(PbxSubscriptionType.Call);
        await run.InjectAsync(RingCentralSimulator.FailRecoveryFault);
        var playing = run.Simulator.PlayAsync("Held", new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(30) });
        await run.WaitAsync(e => e.CallState == PbxCallState.Answered);
        await run.InjectAsync(SimulatorFaults.Refuse, count: 1000);
        await run.InjectAsync(SimulatorFaults.Drop);
        await playing;
        run.Simulator.ClearFaults();

        var end = await run.WaitAsync(e => e is { CallState: PbxCallState.Ended });
        Assert.True(end.Synthesized);
        Assert.Equal(PbxOutcome.Answered, end.Outcome);
    }

    [Fact]
    public async Task A_recovery_token_that_the_platform_refuses_is_dropped()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);
        await run.InjectAsync(RingCentralSimulator.BadRecoveryTokenFault);

        await run.InjectAsync(SimulatorFaults.Drop);

        Assert.Equal(PbxGapRecovery.Lost, (await run.WaitConnectionAsync("Gap")).Gap!.Recovery);
        Assert.Equal(2, run.Simulator.Log.Of(SimulatorLogKind.Subscribed).Count);
        Assert.Equal(PbxConnectionState.Connected, run.Client.State);
    }

    [Fact]
    public async Task The_cut_after_24_hours_is_no_error()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);

        await run.InjectAsync(RingCentralSimulator.AbsoluteTimeoutFault);

        Assert.Equal(PbxGapRecovery.Recovered, (await run.WaitConnectionAsync("Gap")).Gap!.Recovery);
        Assert.Null(run.Client.LastError);
        Assert.Null((await run.WaitConnectionAsync("Reconnecting")).Error);
    }

    [Fact]
    public async Task The_cut_for_silence_is_recovered_and_told()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);

        await run.InjectAsync(RingCentralSimulator.IdleTimeoutFault);

        Assert.Equal(PbxGapRecovery.Recovered, (await run.WaitConnectionAsync("Gap")).Gap!.Recovery);
        Assert.Equal("WSG-902", run.Client.LastError!.Code);
    }

    [Fact]
    public async Task An_expired_token_is_refreshed_and_the_session_recovered()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);
        await run.InjectAsync(SimulatorFaults.ExpireToken);

        await run.InjectAsync(SimulatorFaults.Drop);

        Assert.Equal(PbxGapRecovery.Recovered, (await run.WaitConnectionAsync("Gap")).Gap!.Recovery);
        Assert.Contains(run.Simulator.Log.Of(SimulatorLogKind.Authenticated), e => e.Name == "refresh");
    }

    [Fact]
    public async Task After_a_new_grant_no_recovery_is_asked_for()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);
        await run.InjectAsync(RingCentralSimulator.RevokeSessionsFault);

        await run.InjectAsync(SimulatorFaults.Drop);

        Assert.Equal(PbxGapRecovery.Lost, (await run.WaitConnectionAsync("Gap")).Gap!.Recovery);
        Assert.DoesNotContain(run.Simulator.Log.Entries, e => e.Name == "recovery");
        Assert.Equal(2, run.Simulator.Log.Of(SimulatorLogKind.Authenticated).Count(e => e.Name == "jwt"));
    }

    [Fact]
    public async Task An_app_without_refresh_tokens_gets_a_second_link_before_its_token_ends()
    {
        await using var run = await RingCentralRun.StartAsync(
            RingCentralRun.Options with { IssuesRefreshTokens = false, TokenLifetime = TimeSpan.FromSeconds(4) });
        await run.SubscribeAsync(PbxSubscriptionType.Call);

        await run.Simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Subscribed, 2).WaitAsync(TimeSpan.FromSeconds(60));
        await run.Simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Disconnected).WaitAsync(TimeSpan.FromSeconds(60));
        var played = Assert.Single(await run.Simulator.PlayAsync("Answered", AtOnce));

        await run.WaitAsync(e => e.CallId == played.CallId && e.CallState == PbxCallState.Ended);
        Assert.DoesNotContain(run.Events, e => e is { Category: PbxCategory.Connection, Name: "Gap" or "Reconnecting" });
    }

    [Fact]
    public async Task A_wrong_credential_is_fatal_and_tried_once()
    {
        await using var simulator = PbxSimulator.Start(RingCentralRun.Options);
        var options = new PbxConnectOptions
        {
            Provider = "RingCentral",
            Server = simulator.Server.ToString(),
            ClientId = simulator.ClientId,
            ClientSecret = new Secret("wrong"),
            Jwt = new Secret(simulator.Jwt!),
        };

        var error = await Assert.ThrowsAsync<PbxException>(() => Providers.PbxClient.ConnectAsync(options, default));

        Assert.Equal((PbxErrorKind.CredentialRefused, "OAU-146", true), (error.Kind, error.Code, error.IsPermanent));
        Assert.DoesNotContain("wrong", error.ToString(), StringComparison.Ordinal);
        Assert.Single(simulator.Log.Of(SimulatorLogKind.AuthenticationRefused));
    }

    [Fact]
    public async Task A_ready_token_connects_and_is_not_given_back()
    {
        await using var run = await RingCentralRun.StartAsync(connect: s => new PbxConnectOptions
        {
            Provider = "RingCentral",
            AccessToken = new Secret(s.AccessToken),
        });
        await run.SubscribeAsync(PbxSubscriptionType.Call);

        await run.Client.DisposeAsync();

        Assert.DoesNotContain(run.Simulator.Log.Of(SimulatorLogKind.Authenticated), e => e.Name == "revoke");
    }

    [Fact]
    public async Task A_refused_filter_names_itself_and_leaves_the_others()
    {
        await using var run = await RingCentralRun.StartAsync();
        await run.SubscribeAsync(PbxSubscriptionType.Call);
        const string Bad = "/restapi/v1.0/account/~/no-such-thing";

        var error = await Assert.ThrowsAsync<PbxException>(() => run.SubscribeTopicAsync(Bad));

        Assert.Equal((PbxErrorKind.SubscriptionRefused, Bad, "SUB-508"), (error.Kind, error.Target, error.Code));
        var played = Assert.Single(await run.Simulator.PlayAsync("Answered", AtOnce));
        await run.WaitAsync(e => e.CallId == played.CallId && e.CallState == PbxCallState.Ended);
    }

    [Fact]
    public async Task A_request_goes_over_the_socket()
    {
        await using var run = await RingCentralRun.StartAsync();
        var request = new PbxRequest { Request = "/restapi/v1.0/account/~/extension/~?view=Detailed" };

        var replies = new List<PbxReply>();
        await foreach (var reply in run.Client.RequestAsync(request, TimeSpan.FromSeconds(60), 1, default))
            replies.Add(reply);

        var answer = Assert.Single(replies);
        Assert.Equal(200, answer.Status);
        Assert.Contains("\"extensionNumber\":\"1001\"", answer.Raw, StringComparison.Ordinal);
        Assert.Contains(run.Simulator.Log.Of(SimulatorLogKind.Request), e => e.Name == "GET /restapi/v1.0/account/~/extension/~");
    }
}
