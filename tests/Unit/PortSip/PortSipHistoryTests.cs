using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>Calls that ended while the link was down, from the simulator's call records, beside a client that saw them live.</summary>
public sealed class PortSipHistoryTests
{
    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };
    private static readonly ScenarioOptions Slow = new() { Pace = TimeSpan.FromSeconds(0.5) };

    [Fact]
    public async Task An_answered_call_that_the_first_picture_shows_as_over_waits_for_its_record()
    {
        await using var simulator = PortSipGaps.Start();
        await using var client = await PortSipGaps.ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var playing = simulator.PlayAsync("Transferred", Slow, Limits.Patience);
        await watch.WaitAsync(e => e.CallState == PbxCallState.Answered, "an answered call");
        await LostLink.CutAsync(simulator, watch);
        var call = Assert.Single(await playing);
        await LostLink.RestoreAsync(simulator, watch);
        Assert.Contains(watch.Seen, e => e.Name == "extension_status" && e.Extension == "1001");
        var end = Assert.Single(watch.Seen, e => e.CallId == call.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxOutcome.Transferred, "1002", PbxCallOrigin.Record, true), (end.Outcome, end.Call!.AnsweredBy, end.Call.Origin, end.IsCallNews));
    }

    [Fact]
    public async Task Records_that_come_late_are_told_by_a_later_asking_and_once()
    {
        await using var simulator = PortSipGaps.Start();
        await using var client = await PortSipGaps.ConnectAsync(simulator, PortSipGaps.Quick with { Asks = [TimeSpan.Zero, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(7)] });
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromSeconds(4) });
        await LostLink.CutAsync(simulator, watch);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        var gap = await LostLink.RestoreAsync(simulator, watch, clear: false);
        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(PbxOutcome.Missed, Assert.Single(watch.Seen, e => e.CallId == call.CallId).Outcome);
    }

    [Fact]
    public async Task A_right_that_is_missing_leaves_the_gap_lost_and_says_what_to_grant()
    {
        await using var simulator = PortSipGaps.Start();
        await using var client = await PortSipGaps.ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.NoRecords));
        await simulator.PlayAsync("Missed", Pace, Limits.Patience);
        var gap = await LostLink.RestoreAsync(simulator, watch, clear: false);
        Assert.Equal((PbxGapRecovery.Lost, 0), (gap.Recovery, gap.CallsRecovered));
        var warning = Assert.Single(watch.Seen, e => e.Error?.Kind == PbxErrorKind.PermissionDenied);
        Assert.Contains("QueueManager", warning.Error!.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_extensions_SIP_password_opens_no_records_and_the_warning_says_so()
    {
        await using var simulator = PortSipGaps.Start();
        await using var client = await PortSipGaps.ConnectAsync(simulator, change: o => o with { UserName = "1001", Password = new Secret(simulator.ExtensionPassword) }, filters: new PbxSubscriptionFilter { Topic = ["extension_events"], Extension = ["1001"] });
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        var gap = await LostLink.RestoreAsync(simulator, watch);
        Assert.Equal(PbxGapRecovery.Lost, gap.Recovery);
        Assert.Contains("SIP password", Assert.Single(watch.Seen, e => e.Error?.Kind == PbxErrorKind.PermissionDenied).Error!.Advice, StringComparison.Ordinal);

        // Repeated tries can get the address blocked.
        Assert.Single(simulator.Log.Of(SimulatorLogKind.AuthenticationRefused));
    }

    [Fact]
    public async Task A_rate_limit_and_an_expired_token_cost_time_but_no_call()
    {
        await using var simulator = PortSipGaps.Start();
        await using var client = await PortSipGaps.ConnectAsync(simulator, PortSipGaps.Quick with { Asks = [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(4)] });
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        var first = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        simulator.ClearFaults();
        await watch.WaitAsync(e => e.CallId == first.CallId, "the recovered call");
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RateLimit) { Count = 1 });
        await watch.ConnectionAsync("GapFilled");
        Assert.Equal((PbxGapRecovery.Recovered, 1), (client.Gaps[^1].Recovery, client.Gaps[^1].CallsRecovered));
        Assert.Single(watch.Seen, e => e.CallId == first.CallId);

        // The refresh token has ended as well, so the password is given once more.
        Assert.Equal(["password", "password"], simulator.Log.Of(SimulatorLogKind.Authenticated).Where(e => e.Name != "auth").Select(e => e.Name));
    }

    [Fact]
    public async Task A_subscription_to_a_queue_alone_gets_its_calls_and_no_others()
    {
        await using var simulator = PortSipGaps.Start();
        await using var client = await PortSipGaps.ConnectAsync(simulator, filters: PortSipGaps.Calls[1]);
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        await simulator.PlayAsync("Missed", Pace, Limits.Patience);
        var call = Assert.Single(await simulator.PlayAsync("QueueAbandoned", Pace, Limits.Patience));
        await LostLink.RestoreAsync(simulator, watch);
        var told = Assert.Single(watch.Seen, e => e.Name == "CallRecord");
        Assert.Equal((call.CallId, PbxOutcome.Abandoned, "4020"), (told.CallId, told.Outcome, told.Queue));
    }

    [Fact]
    public async Task A_connection_that_is_never_interrupted_asks_nothing_over_HTTP()
    {
        await using var simulator = PortSipGaps.Start();
        await using var client = await PortSipGaps.ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        await watch.EndAsync(call.CallId);
        Assert.Equal(0, PortSipGaps.Asked(simulator, "/api"));
    }

    [Fact]
    public async Task A_reading_of_any_past_time_gives_the_calls_as_live_ones()
    {
        await using var simulator = PortSipGaps.Start();
        await using var client = await PortSipGaps.ConnectAsync(simulator);
        var before = DateTimeOffset.UtcNow;
        var calls = await simulator.PlayAsync("Missed", Pace with { Count = 130 }, Limits.Patience);
        var read = new List<PbxCall>();
        await foreach (var call in client.ReadCallRecordsAsync(before.AddDays(-2), DateTimeOffset.UtcNow.AddSeconds(1), Limits.Patience))
            read.Add(call);
        Assert.Equal(calls.Select(c => c.CallId), read.Select(c => c.CallId));
        Assert.All(read, c => Assert.Equal((PbxOutcome.Missed, PbxCallOrigin.Record), (c.Outcome, c.Origin)));
    }
}
