using PbxEvents.Providers;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.OneCloud;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>Calls that ended while the link was down, from the simulator's call records, beside a client that saw them live.</summary>
public sealed class OneCloudHistoryTests
{
    private const int Speed = 8;

    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };

    private static readonly RecordTimes Quick = new()
    {
        Asks = [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1)],
        Settling = TimeSpan.Zero,
        Breath = TimeSpan.Zero,
    };

    private static readonly PbxSubscriptionFilter[] Calls =
    [
        new() { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002"] }, new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] },
    ];

    /// <summary>Every row of the outcome table that OneCloud can tell, and what it has besides.</summary>
    public static TheoryData<string> Scenarios => [.. OutcomeTable.Rows.Where(r => r.Platform == "OneCloud").Select(r => r.Scenario), "Moved"];

    [Fact]
    public async Task Every_scenario_in_a_gap_is_told_once_as_a_client_that_was_never_disturbed_was_told_it()
    {
        // A transfer may be told seconds after its legs.
        var clock = new FastClock(Speed);
        await using var simulator = Start(clock);
        await using var undisturbed = await ConnectAsync(simulator, clock: clock);
        await using var cut = await ConnectAsync(simulator, clock: clock);
        var (live, watch) = (new ClientWatch(undisturbed), new ClientWatch(cut));
        await LostLink.CutAsync(simulator, watch);
        var played = new List<(string Scenario, SimulatedCall Call, PbxCall Live)>();
        foreach (string scenario in Scenarios)
        {
            var call = Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience));
            played.Add((scenario, call, (await live.EndAsync(call.CallId)).Call!));
        }
        var gap = await LostLink.RestoreAsync(simulator, watch);

        Assert.Equal(PbxGapRecovery.Recovered, gap.Recovery);
        var told = watch.Seen.Where(e => e.Name == "CallRecord").ToArray();
        Assert.All(told, e => Assert.True(e.IsCallNews && e.Synthesized));
        Assert.Equal(told.Length, told.Select(e => e.CallId).Distinct().Count());
        var wrong = played.Select(p => (p.Scenario, Live: ClientEvents.Show(p.Live), Told: told.FirstOrDefault(t => t.CallId == p.Call.CallId) is { } t ? ClientEvents.Show(t.Call!) : "nothing"))
            .Where(p => p.Live != p.Told).Select(p => $"{p.Scenario}: live {p.Live}, record {p.Told}");
        Assert.Empty(wrong);

        // The question before an attended transfer is a call of its own, live as well.
        var all = undisturbed.GetCalls().Where(c => c.State == PbxCallState.Ended).Select(c => (c.CallId, c.Outcome)).Order();
        Assert.Equal(all, told.Select(e => (e.CallId!, e.Call!.Outcome)).Order());
        Assert.Equal(told.Length, gap.CallsRecovered);
    }

    [Fact]
    public async Task Calls_that_stood_open_at_the_drop_get_their_true_end_and_those_that_go_on_are_left_to_live_events()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var slow = new ScenarioOptions { Pace = TimeSpan.FromSeconds(1.5) };
        var answered = simulator.PlayAsync("Answered", slow, Limits.Patience);
        var missed = simulator.PlayAsync("Missed", slow, Limits.Patience);
        await watch.WaitAsync(_ => watch.Seen.Count(e => e.CallState == PbxCallState.Ringing) == 2, "two calls that ring");
        await LostLink.CutAsync(simulator, watch);
        var ended = (Assert.Single(await answered), Assert.Single(await missed));
        var goesOn = simulator.PlayAsync("Transferred", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1) }, Limits.Patience);
        var gap = await LostLink.RestoreAsync(simulator, watch);

        var first = Assert.Single(watch.Seen, e => e.CallId == ended.Item1.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxOutcome.Answered, PbxCallOrigin.Record, "1001"), (first.Call!.Outcome, first.Call.Origin, first.Call.AnsweredBy));
        var end = ended.Item1.Legs[1].EndedAt!.Value;
        Assert.InRange(first.Call.EndedAt!.Value, end.AddSeconds(-1), end);
        Assert.Single(first.Call.Legs, l => l.Role == PbxLegRole.Callee);
        Assert.All(first.Call.Legs, l => Assert.Equal(PbxCallState.Ended, l.State));
        var second = Assert.Single(watch.Seen, e => e.CallId == ended.Item2.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal(PbxOutcome.Missed, second.Call!.Outcome);

        // Whoever tells its end, it is told once and whole: not by the records of the leg that ended first.
        var call = Assert.Single(await goesOn);
        if (!watch.Seen.Any(e => e.CallId == call.CallId && e.CallState == PbxCallState.Ended))
            await watch.EndAsync(call.CallId);
        var last = Assert.Single(watch.Seen, e => e.CallId == call.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxOutcome.Transferred, "1002"), (last.Call!.Outcome, last.Call.AnsweredBy));
        Assert.InRange(last.Call.EndedAt!.Value, call.Legs[2].EndedAt!.Value.AddSeconds(-1), call.Legs[2].EndedAt!.Value.AddSeconds(2));
        Assert.InRange(gap.CallsRecovered, 2, 3);
    }

    [Fact]
    public async Task Records_that_come_late_are_told_by_a_later_asking()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, new RecordTimes
        {
            Asks = [TimeSpan.Zero, TimeSpan.FromSeconds(6)],
            Settling = TimeSpan.Zero,
            Breath = TimeSpan.Zero,
        });
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromSeconds(4) });
        await LostLink.CutAsync(simulator, watch);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        var gap = await LostLink.RestoreAsync(simulator, watch, clear: false);

        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(PbxOutcome.Missed, Assert.Single(watch.Seen, e => e.CallId == call.CallId).Outcome);
        Assert.Equal(2, simulator.Log.Of(SimulatorLogKind.Http).Count(e => e.Name.EndsWith("/calls", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_right_that_is_missing_leaves_the_gap_lost_and_says_what_to_grant()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.NoRecords));
        await simulator.PlayAsync("Missed", Pace, Limits.Patience);
        var gap = await LostLink.RestoreAsync(simulator, watch, clear: false);

        Assert.Equal((PbxGapRecovery.Lost, 0), (gap.Recovery, gap.CallsRecovered));
        var warning = Assert.Single(watch.Seen, e => e.Error?.Kind == PbxErrorKind.PermissionDenied);
        Assert.Contains("Office Manager", warning.Error!.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blocked_address_and_an_expired_token_cost_time_but_no_call()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, new RecordTimes
        {
            Asks = [TimeSpan.FromSeconds(1)],
            Settling = TimeSpan.Zero,
            Breath = TimeSpan.Zero,
        });
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        simulator.ClearFaults();
        await watch.ConnectionAsync("Gap");
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RateLimit) { Count = 2 });
        await watch.ConnectionAsync("GapFilled");
        Assert.Equal(PbxOutcome.Missed, Assert.Single(watch.Seen, e => e.CallId == call.CallId).Outcome);
        Assert.Equal(PbxGapRecovery.Recovered, client.Gaps[^1].Recovery);
    }

    [Fact]
    public async Task A_subscription_to_a_queue_alone_gets_its_calls_and_no_others()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, filters: Calls[1]);
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        await simulator.PlayAsync("Missed", Pace, Limits.Patience);
        var call = Assert.Single(await simulator.PlayAsync("QueueAbandoned", Pace, Limits.Patience));
        await LostLink.RestoreAsync(simulator, watch);
        var told = Assert.Single(watch.Seen, e => e.Name == "CallRecord");
        Assert.Equal((call.CallId, PbxOutcome.Abandoned, "4020"), (told.CallId, told.Outcome, told.Queue));
        Assert.True(Assert.Single(client.Subscriptions).Matches(told));
    }

    [Theory]
    [InlineData(-118)]
    [InlineData(118)]
    public async Task A_clock_that_is_two_minutes_off_changes_nothing(int seconds)
    {
        await using var simulator = Start(new ShiftedClock(TimeSpan.FromSeconds(seconds)));

        // A call that the PBX's clock sees in the future waits for it to come, so this reader has come late.
        await using var client = await ConnectAsync(simulator, Quick with { Settling = TimeSpan.FromMinutes(-3) });
        var watch = new ClientWatch(client);
        await watch.EndAsync(Assert.Single(await simulator.PlayAsync("Answered", Pace, Limits.Patience)).CallId);
        await LostLink.CutAsync(simulator, watch);
        var during = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        var gap = await LostLink.RestoreAsync(simulator, watch);
        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(during.CallId, Assert.Single(watch.Seen, e => e.Name == "CallRecord").CallId);
    }

    [Fact]
    public async Task A_connection_that_is_never_interrupted_asks_for_no_records()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        await watch.EndAsync(call.CallId);
        Assert.DoesNotContain(simulator.Log.Of(SimulatorLogKind.Http), e => e.Name.EndsWith("cdrs", StringComparison.Ordinal));
    }

    private static OneCloudSimulator Start(TimeProvider? clock = null) =>
        (OneCloudSimulator)PbxSimulator.Start(new SimulatorOptions { Provider = "OneCloud", Clock = clock ?? TimeProvider.System });

    private static Task<PbxClient> ConnectAsync(
        OneCloudSimulator simulator, RecordTimes? times = null, TimeProvider? clock = null, params PbxSubscriptionFilter[] filters) =>
        LostLink.ConnectAsync(simulator, new QuickProvider("OneCloud", c => new OneCloudDriver(c) { RecordTimes = times ?? Quick }),
            filters.Length > 0 ? filters : Calls, clock);

}
