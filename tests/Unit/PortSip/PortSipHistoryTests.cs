using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.PortSip;
using PbxEvents.Simulator;
using PbxEvents.Simulator.PortSip;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>Calls that ended while the link was down, from the simulator's call records, beside a client that saw them live.</summary>
public sealed class PortSipHistoryTests
{
    private const int Speed = 8;

    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };
    private static readonly ScenarioOptions Slow = new() { Pace = TimeSpan.FromSeconds(0.5) };

    private static readonly RecordTimes Quick = new() { Asks = [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1)], Breath = TimeSpan.Zero };

    private static readonly PbxSubscriptionFilter[] Calls =
    [
        new() { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002", "1003", "1004"] }, new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] },

        // Who gives up in a menu has reached no extension.
        new() { Type = PbxSubscriptionType.Call },
    ];

    /// <summary>Every row of the outcome table that PortSIP can tell.</summary>
    private static readonly string[] Scenarios = [.. OutcomeTable.Rows.Where(r => r.Platform == "PortSIP").Select(r => r.Scenario)];

    [Theory]
    [InlineData(PortSipVersion.V22)]
    [InlineData(PortSipVersion.V162)]
    [InlineData(PortSipVersion.V160)]
    public async Task Every_scenario_in_a_gap_is_told_once_as_a_client_that_was_never_disturbed_was_told_it(PortSipVersion version)
    {
        // Without a record on the link the client waits for one at the end of every call.
        var clock = new FastClock(Speed);
        await using var simulator = Start(version, clock);
        await using var undisturbed = await ConnectAsync(simulator, clock: clock);
        await using var cut = await ConnectAsync(simulator, clock: clock);
        var (live, watch) = (new ClientWatch(undisturbed), new ClientWatch(cut));
        await LostLink.CutAsync(simulator, watch);
        var played = new List<(string Scenario, SimulatedCall Call, PbxCall Live)>();
        foreach (var scenario in Scenarios)
        {
            var call = Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience));
            played.Add((scenario, call, (await live.EndAsync(call.CallId)).Call!));
        }
        var gap = await LostLink.RestoreAsync(simulator, watch);

        Assert.Equal(PbxGapRecovery.Recovered, gap.Recovery);
        var told = watch.Seen.Where(e => e.Name == "CallRecord").ToArray();
        Assert.All(told, e => Assert.True(e.IsCallNews && e.Synthesized));
        var wrong = played.Select(p => (p.Scenario, Live: ClientEvents.Show(p.Live), Told: told.Where(t => t.CallId == p.Call.CallId).ToArray() is [var t] ? ClientEvents.Show(t.Call!) : "nothing or twice"))
            .Where(p => p.Live != p.Told).Select(p => $"{p.Scenario}: live {p.Live}, record {p.Told}");
        Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong));
        Assert.Equal((played.Count, played.Count), (told.Length, gap.CallsRecovered));
        Assert.Equal(version == PortSipVersion.V22, Asked(simulator, "/api/calllogs") > 0);
    }

    [Theory]
    [InlineData(PortSipVersion.V22)]
    [InlineData(PortSipVersion.V162)]
    [InlineData(PortSipVersion.V160)]
    public async Task Calls_that_stood_open_at_the_drop_get_their_true_end_and_one_that_goes_on_is_left_to_its_own_events(PortSipVersion version)
    {
        var clock = new FastClock(4);
        await using var simulator = Start(version, clock);
        await using var client = await ConnectAsync(simulator, clock: clock);
        var watch = new ClientWatch(client);

        // Its menu has answered and put it through: the menu's part is over, the call is not.
        var goesOn = simulator.PlayAsync("Menu", new ScenarioOptions { Pace = TimeSpan.FromSeconds(10) }, Limits.Patience);
        while (!simulator.ActiveCalls.Any(c => c.Legs.Count > 1))
            await Task.Delay(20, Limits.Patience);
        var slow = new ScenarioOptions { Pace = TimeSpan.FromSeconds(2) };
        var missed = simulator.PlayAsync("Missed", slow with { Extension = "1004" }, Limits.Patience);
        var passedOn = simulator.PlayAsync("Transferred", slow with { Extension = "1002", OtherExtension = "1003" }, Limits.Patience);
        await watch.WaitAsync(_ => watch.Seen.Where(e => e.Name == "call_start").Select(e => e.CallId).Distinct().Count() == 3, "three calls");
        await LostLink.CutAsync(simulator, watch);
        var ended = (Missed: Assert.Single(await missed), PassedOn: Assert.Single(await passedOn));
        var gap = await LostLink.RestoreAsync(simulator, watch);
        Assert.DoesNotContain(watch.Seen, e => e.Name == "CallRecord" && e.CallId != ended.Missed.CallId && e.CallId != ended.PassedOn.CallId);
        Assert.Equal((PbxGapRecovery.Recovered, 2), (gap.Recovery, gap.CallsRecovered));
        AssertEnd(ended.Missed, PbxOutcome.Missed, null);
        AssertEnd(ended.PassedOn, PbxOutcome.Transferred, "1003");

        var call = Assert.Single(await goesOn);
        if (!watch.Seen.Any(e => e.CallId == call.CallId && e.CallState == PbxCallState.Ended))
            await watch.EndAsync(call.CallId);
        Assert.Equal(PbxCallOrigin.Live, Assert.Single(watch.Seen, e => e.CallId == call.CallId && e.CallState == PbxCallState.Ended).Call!.Origin);

        void AssertEnd(SimulatedCall played, PbxOutcome outcome, string? answeredBy)
        {
            var end = Assert.Single(watch.Seen, e => e.CallId == played.CallId && e.CallState == PbxCallState.Ended);
            Assert.Equal((outcome, PbxCallOrigin.Record, answeredBy), (end.Call!.Outcome, end.Call.Origin, end.Call.AnsweredBy));
            Assert.InRange((end.Call.EndedAt!.Value - played.EndedAt!.Value).TotalSeconds, -2, 0.001);
            Assert.All(end.Call.Legs, l => Assert.Equal(PbxCallState.Ended, l.State));
            Assert.Single(end.Call.Legs, l => l.Role == PbxLegRole.Caller);
        }
    }

    [Fact]
    public async Task An_answered_call_that_the_first_picture_shows_as_over_waits_for_its_record()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
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
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, Quick with { Asks = [TimeSpan.Zero, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(7)] });
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
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
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
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, change: o => o with { UserName = "1001", Password = new Secret(simulator.ExtensionPassword) }, filters: new PbxSubscriptionFilter { Topic = ["extension_events"], Extension = ["1001"] });
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
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, Quick with { Asks = [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(4)] });
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
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, filters: Calls[1]);
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
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var call = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        await watch.EndAsync(call.CallId);
        Assert.Equal(0, Asked(simulator, "/api"));
    }

    [Theory]
    [InlineData(PortSipVersion.V22)]
    [InlineData(PortSipVersion.V162)]
    public async Task Calls_over_many_drops_are_each_told_once_and_with_the_outcome_they_were_played_with(PortSipVersion version)
    {
        var random = new Random(17);
        string[] kinds = ["Answered", "Missed", "Cancelled", "Busy", "QueueAnswered", "QueueAbandoned", "Menu", "Internal", "Outbound", "Transferred"];
        await using var simulator = Start(version);
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        var calls = new List<SimulatedCall>();
        for (var drop = 0; drop < 4; drop++)
        {
            var playing = Enumerable.Range(0, 10).Select(i => simulator.PlayAsync(
                kinds[random.Next(kinds.Length)], new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(random.Next(20, 250)) }, Limits.Patience)).ToArray();
            await Task.Delay(random.Next(50, 500));
            await LostLink.CutAsync(simulator, watch);
            calls.AddRange((await Task.WhenAll(playing)).Select(p => p[0]));
            Assert.Equal(PbxGapRecovery.Recovered, (await LostLink.RestoreAsync(simulator, watch)).Recovery);
        }
        foreach (var call in calls)
        {
            // An end that only the live events before a drop showed is no more than they could tell.
            var end = Assert.Single(watch.Seen, e => e.CallId == call.CallId && e is { CallState: PbxCallState.Ended, IsCallNews: true });
            var expected = call.Scenario == "Transferred" ? PbxOutcome.Transferred : call.Outcome;
            Assert.Equal((call.Scenario, call.CallId, expected), (call.Scenario, end.CallId, end.Outcome));
        }
        Assert.Equal(calls.Count, watch.Seen.Where(e => e is { CallState: PbxCallState.Ended, IsCallNews: true }).Select(e => e.CallId).Distinct().Count());
    }

    [Theory]
    [InlineData(PortSipVersion.V22, -118)]
    [InlineData(PortSipVersion.V22, 118)]
    [InlineData(PortSipVersion.V162, -118)]
    [InlineData(PortSipVersion.V162, 118)]
    public async Task A_clock_that_is_two_minutes_off_changes_nothing(PortSipVersion version, int seconds)
    {
        await using var simulator = Start(version, new ShiftedClock(TimeSpan.FromSeconds(seconds)));
        await using var client = await ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        await watch.EndAsync(Assert.Single(await simulator.PlayAsync("Answered", Pace, Limits.Patience)).CallId);
        await LostLink.CutAsync(simulator, watch);
        var during = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        var gap = await LostLink.RestoreAsync(simulator, watch);
        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(during.CallId, Assert.Single(watch.Seen, e => e.Name == "CallRecord").CallId);
    }

    [Fact]
    public async Task A_reading_of_any_past_time_gives_the_calls_as_live_ones()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        var before = DateTimeOffset.UtcNow;
        var calls = await simulator.PlayAsync("Missed", Pace with { Count = 130 }, Limits.Patience);
        var read = new List<PbxCall>();
        await foreach (var call in client.ReadCallRecordsAsync(before.AddDays(-2), DateTimeOffset.UtcNow.AddSeconds(1), Limits.Patience))
            read.Add(call);
        Assert.Equal(calls.Select(c => c.CallId), read.Select(c => c.CallId));
        Assert.All(read, c => Assert.Equal((PbxOutcome.Missed, PbxCallOrigin.Record), (c.Outcome, c.Origin)));
    }

    private static int Asked(PortSipSimulator simulator, string path) =>
        simulator.Log.Of(SimulatorLogKind.Http).Count(e => e.Name.Contains(path, StringComparison.Ordinal) && !e.Text.Contains("404", StringComparison.Ordinal));

    private static PortSipSimulator Start(PortSipVersion version = PortSipVersion.V22, TimeProvider? clock = null) =>
        (PortSipSimulator)PbxSimulator.Start(new PortSipSimulatorOptions { Provider = "PortSIP", Version = version, Clock = clock ?? TimeProvider.System });

    private static Task<PbxClient> ConnectAsync(PortSipSimulator simulator, RecordTimes? times = null, TimeProvider? clock = null,
        Func<PbxConnectOptions, PbxConnectOptions>? change = null, params PbxSubscriptionFilter[] filters) =>
        LostLink.ConnectAsync(simulator, new QuickProvider("PortSIP", c => new PortSipDriver(c) { RecordTimes = times ?? Quick }),
            filters.Length > 0 ? filters : Calls, clock, change);

}
