using PbxEvents.Providers;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Simulator;
using PbxEvents.Simulator.RingCentral;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>Calls that ended while the link was down, from the simulator's call log, beside a client that saw them live.</summary>
public sealed class RingCentralHistoryTests
{
    private const int Speed = 8;

    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };

    /// <summary>A platform that recovers nothing, so that every loss of a link is a gap.</summary>
    private static readonly RingCentralSimulatorOptions Options = RingCentralRun.Options with
    {
        RecoveryTimeout = TimeSpan.Zero,
        HeavyLimit = 1000,
        HeavyWindow = TimeSpan.FromMilliseconds(50),
    };

    private static readonly RingCentralTiming Quick = RingCentralRun.Quick with
    {
        RecordAsks = [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1)],
        RecordPause = TimeSpan.Zero,
        RecordSettling = TimeSpan.Zero,
        RecordRetry = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>Every row of the outcome table that RingCentral can tell.</summary>
    public static TheoryData<string> Scenarios => [.. OutcomeTable.Rows.Where(r => r.Platform == "RingCentral").Select(r => r.Scenario)];

    [Fact]
    public async Task Every_scenario_in_a_gap_is_told_once_as_a_client_that_was_never_disturbed_was_told_it()
    {
        var clock = new FastClock(Speed);
        await using var simulator = Start(Options with { Clock = clock });
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

        // The question before an attended transfer is a call of its own, live as well. Who fetches a call dials a code, in a session that no
        // record tells.
        var all = undisturbed.GetCalls().Where(c => c.State == PbxCallState.Ended && c.To?.StartsWith('*') != true).Select(c => (c.CallId, c.Outcome)).Order();
        Assert.Equal(all, told.Select(e => (e.CallId!, e.Call!.Outcome)).Order());
        Assert.Equal(2, undisturbed.GetCalls().Count(c => c.To?.StartsWith('*') == true));
        Assert.Equal(told.Length, gap.CallsRecovered);
    }

    [Fact]
    public async Task Calls_that_stood_open_at_the_drop_get_their_true_end_and_one_that_goes_on_ends_after_its_last_event_as_its_record_tells()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var slow = new ScenarioOptions { Pace = TimeSpan.FromSeconds(1.5) };
        var answered = simulator.PlayAsync("Answered", slow, Limits.Patience);
        var missed = simulator.PlayAsync("Missed", slow, Limits.Patience);
        await watch.WaitAsync(_ => watch.Seen.Count(e => e.CallState == PbxCallState.Ringing) >= 2, "two calls that ring");
        await LostLink.CutAsync(simulator, watch);
        var ended = (Assert.Single(await answered), Assert.Single(await missed));
        var goesOn = simulator.PlayAsync("Transferred", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1) }, Limits.Patience);
        await LostLink.RestoreAsync(simulator, watch);

        var first = Assert.Single(watch.Seen, e => e.CallId == ended.Item1.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxOutcome.Answered, PbxCallOrigin.Record, "1001"), (first.Call!.Outcome, first.Call.Origin, first.Call.AnsweredBy));
        Assert.InRange(first.Call.EndedAt!.Value, ended.Item1.EndedAt!.Value.AddSeconds(-1), ended.Item1.EndedAt.Value.AddSeconds(1));
        Assert.Single(first.Call.Legs, l => l.Role == PbxLegRole.Callee);
        var second = Assert.Single(watch.Seen, e => e.CallId == ended.Item2.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxOutcome.Missed, PbxCallOrigin.Record), (second.Call!.Outcome, second.Call.Origin));

        var call = Assert.Single(await goesOn);
        if (!watch.Seen.Any(e => e.CallId == call.CallId && e.CallState == PbxCallState.Ended))
            await watch.EndAsync(call.CallId);
        var last = Assert.Single(watch.Seen, e => e.CallId == call.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxOutcome.Transferred, "1002", PbxCallOrigin.Record), (last.Call!.Outcome, last.Call.AnsweredBy, last.Call.Origin));
    }

    [Fact]
    public async Task A_call_that_no_record_tells_is_ended_when_the_records_were_all_asked_for()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var callId = await MissInGapAsync(simulator, watch);
        Assert.Equal((PbxGapRecovery.Recovered, 0), await LostLink.RestoreAsync(simulator, watch, clear: false) is { } gap ? (gap.Recovery, gap.CallsRecovered) : default);
        if (!watch.Seen.Any(e => e.CallState == PbxCallState.Ended))
            await watch.EndAsync(callId);
        Assert.Null(Assert.Single(watch.Seen, e => e.CallState == PbxCallState.Ended).Outcome);
    }

    [Fact]
    public async Task A_call_whose_record_is_still_asked_for_is_ended_when_the_connection_ends()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, Quick with { RecordAsks = [TimeSpan.FromSeconds(0.2), TimeSpan.FromHours(1)] });
        var watch = new ClientWatch(client);
        var callId = await MissInGapAsync(simulator, watch);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Count = 0 });
        await watch.ConnectionAsync("Gap");
        await Until.TrueAsync(() => Said(client, "Requesting the call records of 1 calls that were partly hidden by a gap."));
        await client.DisconnectAsync(Limits.Patience);
        Assert.Null((await watch.EndAsync(callId)).Outcome);
        Assert.Single(watch.Seen, e => e.CallState == PbxCallState.Ended);
    }

    private static bool Said(PbxClient client, string text)
    {
        var position = 0L;
        return client.Activity.Read(ref position).Any(l => l.Text == text);
    }

    /// <summary>Loses the link while a call rings that nobody answers, and that no record tells.</summary>
    private static async Task<string> MissInGapAsync(RingCentralSimulator simulator, ClientWatch watch)
    {
        var playing = simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1) }, Limits.Patience);
        var ringing = await watch.WaitAsync(e => e.CallState == PbxCallState.Ringing, "a call that rings");
        await LostLink.CutAsync(simulator, watch);
        await playing;
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromHours(1) });
        return ringing.CallId!;
    }

    [Fact]
    public async Task Records_that_come_late_are_told_by_a_later_asking_that_goes_on_from_the_token()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, Quick with { RecordAsks = [TimeSpan.Zero, TimeSpan.FromSeconds(6)] });
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromSeconds(4) });
        await LostLink.CutAsync(simulator, watch);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        var gap = await LostLink.RestoreAsync(simulator, watch, clear: false);

        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
        var told = Assert.Single(watch.Seen, e => e.CallId == call.CallId);
        Assert.Equal(PbxOutcome.Missed, told.Outcome);
        var asked = simulator.Log.Of(SimulatorLogKind.Http).Where(e => e.Name.EndsWith("call-log-extract-sync", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, asked.Length);
        Assert.InRange(told.ReceivedUtc, asked[0].Time.AddSeconds(3), DateTimeOffset.MaxValue);
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
        Assert.Contains("Read Call Log", warning.Error!.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1001", PbxGapRecovery.Lost)]
    [InlineData("~", PbxGapRecovery.Recovered)]
    public async Task Whose_own_calls_are_all_that_may_be_seen_gets_them_and_is_told_when_that_is_not_all(string extension, PbxGapRecovery recovery)
    {
        await using var simulator = Start(Options with { ShowsOwnCallsOnly = true });
        var wish = extension == "~"
            ? new PbxSubscriptionFilter { Topic = ["/restapi/v1.0/account/~/extension/~/telephony/sessions"] }
            : new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call };
        await using var client = await ConnectAsync(simulator, filters: wish);
        var watch = new ClientWatch(client);

        // Its own id is known from its first event on.
        await watch.EndAsync(Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience)).CallId);
        await LostLink.CutAsync(simulator, watch);
        var own = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(2), Extension = "1077" }, Limits.Patience);
        var gap = await LostLink.RestoreAsync(simulator, watch);

        Assert.Equal((recovery, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(own.CallId, Assert.Single(watch.Seen, e => e.Name == "CallRecord").CallId);
        Assert.Equal(recovery == PbxGapRecovery.Lost, gap.Detail!.Contains("calls of others are missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rate_limit_an_expired_token_and_one_of_the_log_that_ended_cost_time_but_no_call()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, Quick with { RecordAsks = [TimeSpan.FromSeconds(1)] });
        var watch = new ClientWatch(client);
        var calls = new List<string>();
        for (var drop = 0; drop < 2; drop++)
        {
            await LostLink.CutAsync(simulator, watch);
            calls.Add(Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience)).CallId);
            if (drop == 1)
            {
                await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.Zero });
                await simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Server && e.Name is "up" or "stays down", 1).InTime();
            }
            simulator.ClearFaults();
            await watch.ConnectionAsync("Gap");
            await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));
            await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RateLimit) { Count = 2 });
            await watch.ConnectionAsync("GapFilled");
            Assert.Equal(PbxGapRecovery.Recovered, client.Gaps[^1].Recovery);
        }
        Assert.Equal(calls, watch.Seen.Where(e => e.Name == "CallRecord").Select(e => e.CallId));
    }

    [Theory]
    [InlineData("?missedCall=true", "Missed")]
    [InlineData("?phoneNumber=%2B4599999999", null)]
    [InlineData("", "Missed,Answered")]
    public async Task Who_subscribes_by_topic_is_told_the_records_that_the_topic_covers(string query, string? told)
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, filters: new PbxSubscriptionFilter { Topic = [$"/restapi/v1.0/account/~/extension/1001/telephony/sessions{query}"] });
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        await simulator.PlayAsync("Missed", Pace, Limits.Patience);
        await simulator.PlayAsync("Answered", Pace, Limits.Patience);
        await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(2), Extension = "1077" }, Limits.Patience);
        await LostLink.RestoreAsync(simulator, watch);
        var records = watch.Seen.Where(e => e.Name == "CallRecord").ToArray();
        Assert.Equal(told ?? "", string.Join(',', records.Select(e => e.Outcome)));
        Assert.All(records, e => Assert.True(Assert.Single(client.Subscriptions).Matches(e)));
    }

    [Theory]
    [InlineData(-118)]
    [InlineData(118)]
    public async Task A_clock_that_is_two_minutes_off_changes_nothing(int seconds)
    {
        await using var simulator = Start(Options with { ClockAhead = TimeSpan.FromSeconds(seconds) });
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        await watch.EndAsync(Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience)).CallId);
        await LostLink.CutAsync(simulator, watch);
        var calls = await simulator.PlayAsync("Answered", new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(2), Count = 3 }, Limits.Patience);
        var gap = await LostLink.RestoreAsync(simulator, watch);
        Assert.Equal((PbxGapRecovery.Recovered, 3), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(calls.Select(c => c.CallId).Order(), watch.Seen.Where(e => e.Name == "CallRecord").Select(e => e.CallId).Order());
    }

    [Fact]
    public async Task What_the_platform_replays_needs_no_records()
    {
        await using var simulator = Start(Options with { RecoveryTimeout = TimeSpan.FromMinutes(3) });
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));
        await simulator.PlayAsync("Missed", Pace, Limits.Patience);
        Assert.Equal(PbxGapRecovery.Recovered, (await watch.ConnectionAsync("Gap")).Gap!.Recovery);
        Assert.DoesNotContain(simulator.Log.Of(SimulatorLogKind.Http), e => e.Name.Contains("call-log", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_over_many_drops_are_each_told_once_and_with_the_outcome_they_were_played_with()
    {
        var random = new Random(17);
        string[] kinds = ["Answered", "Missed", "Busy", "Rejected", "QueueAnswered", "QueueAbandoned", "Voicemail", "Menu", "Internal", "Outbound", "OutboundBusy"];
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var calls = new List<SimulatedCall>();
        for (var drop = 0; drop < 5; drop++)
        {
            var playing = Enumerable.Range(0, 8).Select(_ => simulator.PlayAsync(
                kinds[random.Next(kinds.Length)], new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(random.Next(20, 300)) }, Limits.Patience)).ToArray();
            await Task.Delay(random.Next(300));
            await LostLink.CutAsync(simulator, watch);
            await Task.Delay(random.Next(600));
            await LostLink.RestoreAsync(simulator, watch);
            calls.AddRange((await Task.WhenAll(playing)).Select(p => p[0]));
        }

        // A call that ended after the last asking but before the link told of it again is among those that the next asking finds.
        await LostLink.CutAsync(simulator, watch);
        await LostLink.RestoreAsync(simulator, watch);
        foreach (var call in calls)
        {
            var end = Assert.Single(watch.Seen, e => e is { IsCallNews: true, CallState: PbxCallState.Ended } && e.CallId == call.CallId);

            // One that went on after a gap that hid a part of it is left to its live events (outcomes.md, Missed needs proof).
            var isHalfSeen = watch.Seen.Any(e => e.Gap is { } gap && call.StartedAt < gap.To && end.Call!.EndedAt > gap.To);
            if (!(isHalfSeen && end is { Outcome: null, Call.Origin: PbxCallOrigin.Live }))
                Assert.Equal((call.Scenario, call.Outcome), (call.Scenario, end.Outcome));
        }
    }

    private static RingCentralSimulator Start(RingCentralSimulatorOptions? options = null) => (RingCentralSimulator)PbxSimulator.Start(options ?? Options);

    private static Task<PbxClient> ConnectAsync(
        RingCentralSimulator simulator, RingCentralTiming? timing = null, TimeProvider? clock = null, params PbxSubscriptionFilter[] filters) =>
        LostLink.ConnectAsync(simulator, new RingCentralProvider(timing ?? Quick),
            filters.Length > 0 ? filters : [new() { Type = PbxSubscriptionType.Call }], clock);

}
