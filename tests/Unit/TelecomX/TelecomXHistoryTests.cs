using PbxEvents.Providers;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.TelecomX;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>Calls that ended while the link was down, from the simulator's call records, beside a client that saw them live.</summary>
public sealed class TelecomXHistoryTests
{
    /// <summary>A voice message may be told a minute after its call.</summary>
    private const int Speed = 16;

    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };

    private static readonly PbxSubscriptionFilter[] Calls =
        [new() { Type = PbxSubscriptionType.Call }, new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }];

    private static readonly RecordTimes Quick = new()
    {
        Asks = [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1)],
        Settling = TimeSpan.Zero,
        Breath = TimeSpan.Zero,
        Pause = TimeSpan.FromMilliseconds(10),
    };

    /// <summary>
    /// What no record tells (history/telecomx-history.md sections 3 and 9): which other phones rang, and of a call that was sent outside what
    /// was dialled.
    /// </summary>
    private static readonly Dictionary<string, string[]> Untold = new()
    {
        ["AllBusy"] = ["at 1001", "legs 1001 Missed"],
        ["AnsweredElsewhere"] = ["legs 1002 Answered"],
        ["MobileAnswered"] = ["at ", "legs ", "to +4533333333"],
        ["ForwardedAnswered"] = ["to +4533333333"],
        ["ForwardedMissed"] = ["to +4533333333"],
        ["QueueAnswered"] = ["legs 1001 Answered"],
        ["QueueAbandoned"] = ["at ", "legs "],
    };

    /// <summary>Every row of the outcome table that TelecomX can tell.</summary>
    private static IEnumerable<string> Scenarios => OutcomeTable.Rows.Where(r => r.Platform == "TelecomX").Select(r => r.Scenario);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_scenario_in_a_gap_is_told_once_as_a_client_that_was_never_disturbed_was_told_it(bool namesSession)
    {
        var clock = new FastClock(Speed);
        await using var simulator = Start(new TelecomXSimulatorOptions { Provider = "TelecomX", RecordsNameSession = namesSession, Clock = clock });
        await using var undisturbed = await ConnectAsync(simulator, Quick, clock);
        await using var cut = await ConnectAsync(simulator, Quick, clock);
        var (live, watch) = (new ClientWatch(undisturbed), new ClientWatch(cut));
        await LostLink.CutAsync(simulator, watch);
        var played = new List<(string Scenario, PbxCall Live)>();
        foreach (var scenario in Scenarios)
        {
            // Each caller has a number of his own, as messages name only that.
            var call = Assert.Single(await simulator.PlayAsync(scenario, Pace with { From = FromOf(scenario, played.Count) }, Limits.Patience));
            played.Add((scenario, (await live.EndAsync(call.CallId)).Call!));
            if (scenario == "Voicemail")
                played[^1] = (scenario, undisturbed.GetCalls().Single(c => c.CallId == call.CallId));
        }
        var gap = await LostLink.RestoreAsync(simulator, watch);

        Assert.Equal(PbxGapRecovery.Recovered, gap.Recovery);
        var told = watch.Seen.Where(e => e.Name == "CallRecord").ToArray();
        Assert.All(told, e => Assert.True(e.IsCallNews && e.Synthesized && e.Topic == "PBX"));
        Assert.Equal(told.Length, told.Select(e => e.CallId).Distinct().Count());
        var wrong = new List<string>();
        foreach (var (scenario, call) in played)
        {
            // Records do not name the session: the call has the id of its caller's leg (section 4).
            var id = namesSession ? call.CallId : $"cdr:{call.Legs[0].LegId}";
            var expected = ClientEvents.PartsOf(call).ToDictionary(p => p.Split(' ')[0]);
            foreach (var part in Untold.GetValueOrDefault(scenario, []))
                expected[part.Split(' ')[0]] = part;
            var actual = told.FirstOrDefault(t => t.CallId == id) is { } one ? string.Join("; ", ClientEvents.PartsOf(one.Call!)) : "nothing";
            if (actual != string.Join("; ", expected.Values))
                wrong.Add($"{scenario}: live {string.Join("; ", expected.Values)} / record {actual}");
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));

        // The question before an attended transfer is a call of its own, live as well.
        Assert.Equal(played.Count + 1, told.Length);
        Assert.Equal(undisturbed.GetCalls().Select(c => c.Outcome).Order(), told.Select(e => e.Outcome).Order());
        Assert.Equal(told.Length, gap.CallsRecovered);
    }

    [Fact]
    public async Task Calls_that_stood_open_at_the_drop_get_their_true_end_and_those_that_go_on_are_left_to_live_events()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(12));
        var watch = new ClientWatch(client);
        var slow = new ScenarioOptions { Pace = TimeSpan.FromSeconds(1.5) };
        var answered = simulator.PlayAsync("Answered", slow with { From = "+4511111112" }, Limits.Patience);
        var missed = simulator.PlayAsync("Missed", slow, Limits.Patience);
        var abandoned = simulator.PlayAsync("QueueAbandoned", slow with { Pace = slow.Pace / 2, From = "+4511111113" }, Limits.Patience);
        await watch.WaitAsync(_ => watch.Seen.Count(e => e.IsCallNews && e.CallState == PbxCallState.Ringing) == 3, "three calls that ring");
        await LostLink.CutAsync(simulator, watch);
        var ended = (Assert.Single(await answered), Assert.Single(await missed), Assert.Single(await abandoned));
        var goesOn = simulator.PlayAsync("Transferred", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1), From = "+4511111114" }, Limits.Patience);
        await simulator.Log.WaitAsync(e => e.Name == "CALL_END" && e.Text.Contains("+4511111114", StringComparison.Ordinal), 1).InTime();
        var gap = await LostLink.RestoreAsync(simulator, watch);

        var first = Assert.Single(watch.Seen, e => e.CallId == ended.Item1.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxOutcome.Answered, PbxCallOrigin.Record, "1001"), (first.Call!.Outcome, first.Call.Origin, first.Call.AnsweredBy));
        Assert.InRange((first.Call.EndedAt!.Value - ended.Item1.EndedAt!.Value).TotalMilliseconds, -2, 2);
        Assert.Single(first.Call.Legs, l => l.Role == PbxLegRole.Caller);
        Assert.Single(first.Call.Legs, l => l.Role == PbxLegRole.Callee);
        Assert.All(first.Call.Legs, l => Assert.Equal(PbxCallState.Ended, l.State));
        Assert.Equal(PbxOutcome.Missed, Assert.Single(watch.Seen, e => e.CallId == ended.Item2.CallId && e.CallState == PbxCallState.Ended).Outcome);
        var third = Assert.Single(watch.Seen, e => e.CallId == ended.Item3.CallId && e.CallState == PbxCallState.Ended);
        Assert.Equal((PbxOutcome.Abandoned, "4020"), (third.Outcome, third.Call!.Queue));

        // Whoever tells its end, it is told once and whole: not by the record of the party that passed it on.
        var call = Assert.Single(await goesOn);
        var ids = IdsOf(call);
        if (!watch.Seen.Any(e => ids.Contains(e.CallId) && e.CallState == PbxCallState.Ended))
            await watch.WaitAsync(e => ids.Contains(e.CallId) && e.CallState == PbxCallState.Ended, "end of the call that was passed on");
        var last = Assert.Single(watch.Seen, e => ids.Contains(e.CallId) && e.IsCallNews && e.CallState == PbxCallState.Ended);
        Assert.Equal("1002", last.Call!.AnsweredBy);
        Assert.InRange((last.Call.EndedAt!.Value - call.EndedAt!.Value).TotalSeconds, -2, 2);
        Assert.InRange(gap.CallsRecovered, 3, 4);
        Assert.Equal(PbxGapRecovery.Recovered, gap.Recovery);
    }

    [Fact]
    public async Task Records_that_come_late_are_told_by_a_later_asking()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, TimeSpan.Zero, TimeSpan.FromSeconds(6));
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromSeconds(4) });
        await LostLink.CutAsync(simulator, watch);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        var gap = await LostLink.RestoreAsync(simulator, watch, clear: false);

        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(PbxOutcome.Missed, Assert.Single(watch.Seen, e => IdsOf(call).Contains(e.CallId)).Outcome);
        Assert.True(AskedCount(simulator) >= 2);
    }

    [Fact]
    public async Task A_right_that_is_missing_leaves_the_gap_as_it_was_and_says_once_what_to_grant()
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
        Assert.Contains("VIEWER", warning.Error!.Advice, StringComparison.Ordinal);
        var asked = AskedCount(simulator);
        await LostLink.CutAsync(simulator, watch);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Count = 0 });
        Assert.Equal(PbxGapRecovery.Lost, (await watch.ConnectionAsync("Gap")).Gap!.Recovery);
        Assert.Equal(asked, AskedCount(simulator));
    }

    [Fact]
    public async Task A_personal_login_recovers_its_own_calls_and_the_gap_says_that_the_others_are_missing()
    {
        await using var simulator = Start(new TelecomXSimulatorOptions { Provider = "TelecomX", AccessLevel = "PERSONAL" });
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        var own = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        await simulator.PlayAsync("Missed", Pace with { Extension = "1003" }, Limits.Patience);
        var gap = await LostLink.RestoreAsync(simulator, watch);

        Assert.Equal((PbxGapRecovery.Partial, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Contains("PERSONAL", gap.Detail, StringComparison.Ordinal);
        Assert.Contains(Assert.Single(watch.Seen, e => e.Name == "CallRecord").CallId, IdsOf(own));
    }

    [Fact]
    public async Task A_rate_limit_and_an_expired_token_cost_time_but_no_call()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, TimeSpan.FromSeconds(1));
        var watch = new ClientWatch(client);
        await LostLink.CutAsync(simulator, watch);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        simulator.ClearFaults();
        await watch.ConnectionAsync("Gap");
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RateLimit) { Count = 2 });
        await watch.ConnectionAsync("GapFilled");
        Assert.Equal(PbxOutcome.Missed, Assert.Single(watch.Seen, e => IdsOf(call).Contains(e.CallId)).Outcome);
        Assert.Equal(PbxGapRecovery.Recovered, client.Gaps[^1].Recovery);
    }

    [Fact]
    public async Task A_connection_that_is_never_interrupted_asks_for_no_records()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        await watch.EndAsync(call.CallId);
        Assert.Equal(0, AskedCount(simulator));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(2)]
    public async Task Clocks_that_are_two_minutes_apart_tell_no_call_twice_and_none_never(int minutes)
    {
        await using var simulator = Start(new TelecomXSimulatorOptions { Provider = "TelecomX", Clock = new ShiftedClock(TimeSpan.FromMinutes(minutes)) });

        // A call that the PBX's clock sees in the future waits for it to come, so this reader has come late.
        await using var client = await ConnectAsync(simulator, Quick with { Settling = TimeSpan.FromMinutes(-3) });
        var watch = new ClientWatch(client);
        var before = Assert.Single(await simulator.PlayAsync("Answered", Pace, Limits.Patience));
        await watch.EndAsync(before.CallId);
        await LostLink.CutAsync(simulator, watch);
        var during = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        var gap = await LostLink.RestoreAsync(simulator, watch);
        Assert.Equal(1, gap.CallsRecovered);
        Assert.Contains(Assert.Single(watch.Seen, e => e.Name == "CallRecord").CallId, IdsOf(during));
    }

    [Fact]
    public async Task Calls_over_many_drops_are_each_told_once_and_with_the_outcome_they_were_played_with()
    {
        var random = new Random(17);
        string[] kinds = ["Answered", "Missed", "Busy", "QueueAnswered", "QueueAbandoned", "Menu", "Transferred", "Internal", "Outbound", "HiddenCaller"];
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(6));
        var watch = new ClientWatch(client);
        var calls = new List<SimulatedCall>();
        for (var drop = 0; drop < 3; drop++)
        {
            var playing = Enumerable.Range(0, 12).Select(i =>
            {
                var kind = kinds[random.Next(kinds.Length)];
                return simulator.PlayAsync(kind, new ScenarioOptions
                {
                    Pace = TimeSpan.FromMilliseconds(random.Next(20, 500)),
                    From = kind is "Internal" or "Outbound" ? null : $"+1202666{drop}{i:00}",
                }, Limits.Patience);
            }).ToArray();
            var number = $"+12025559{drop}";
            var open = simulator.PlayAsync("Answered", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1), From = number }, Limits.Patience);
            await watch.WaitAsync(e => e is { IsCallNews: true, CallState: PbxCallState.Ringing } && e.From == number, "call that rings");
            await LostLink.CutAsync(simulator, watch);
            calls.Add(Assert.Single(await open));
            await LostLink.RestoreAsync(simulator, watch);
            calls.AddRange((await Task.WhenAll(playing)).Select(p => p[0]));
            Assert.True(calls.Max(c => c.EndedAt) < client.Gaps[^1].To.AddSeconds(6), "This machine is too slow: a call outlasted the last asking.");
            Assert.Equal(PbxGapRecovery.Recovered, client.Gaps[^1].Recovery);
        }

        // The frames of the last end may still be on their way.
        var last = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        await watch.EndAsync(last.CallId);
        var told = ClientEvents.Ended(client).Where(e => e.CallId != last.CallId).ToArray();
        foreach (var call in calls)
        {
            var end = Assert.Single(told, e => IdsOf(call).Contains(e.CallId));
            var expected = OutcomeTable.Expect("TelecomX", call.Scenario)["Outcome"];

            // A call that went on after a gap was not seen whole, and live events tell its end: not that somebody passed it on or missed it.
            if (end.Call!.Origin == PbxCallOrigin.Record)
                Assert.Equal((call.Scenario, expected), (call.Scenario, $"{end.Outcome}"));
            else
                Assert.Contains(end.Outcome, (PbxOutcome?[])[Enum.Parse<PbxOutcome>(expected), null, expected == "Transferred" ? PbxOutcome.Answered : null]);
        }
        Assert.Equal(calls.Count, told.Length);
        Assert.Contains(told, e => e.Call!.Origin == PbxCallOrigin.Record && !e.CallId!.StartsWith("cdr:", StringComparison.Ordinal));
    }

    private static int AskedCount(TelecomXSimulator simulator) => simulator.Log.Of(SimulatorLogKind.Http).Count(e => e.Name == "GET /pbx/cdr");

    /// <summary>What a call is told by: its session, or its caller's leg when no live event has told that.</summary>
    private static string?[] IdsOf(SimulatedCall call) => [call.CallId, $"cdr:{TelecomXPbx.Host}:{TelecomXRenderer.Channel(call, "0")}"];

    private static string? FromOf(string scenario, int number) =>
        scenario is "Internal" or "InternalMissed" or "Outbound" or "OutboundCancelled" or "OutboundBusy" or "Failed" or "Emergency" ? null : $"+1202666{number:0000}";

    private static TelecomXSimulator Start(TelecomXSimulatorOptions? options = null) =>
        (TelecomXSimulator)PbxSimulator.Start(options ?? new TelecomXSimulatorOptions { Provider = "TelecomX" });

    private static Task<PbxClient> ConnectAsync(TelecomXSimulator simulator, params TimeSpan[] asks) =>
        ConnectAsync(simulator, asks.Length > 0 ? Quick with { Asks = asks } : Quick);

    private static Task<PbxClient> ConnectAsync(TelecomXSimulator simulator, RecordTimes times, TimeProvider? clock = null) =>
        LostLink.ConnectAsync(simulator, new QuickProvider("TelecomX", c => new TelecomXDriver(c) { RecordTimes = times }), Calls, clock);
}
