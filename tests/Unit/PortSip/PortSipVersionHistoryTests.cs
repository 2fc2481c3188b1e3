using PbxEvents.Simulator.PortSip;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>What calls of every kind become that ended while the link was down, in a version of PortSIP. The versions run side by side.</summary>
/// <param name="version">The version.</param>
public abstract class PortSipVersionHistoryTests(PortSipVersion version)
{
    private const int Speed = 8;

    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };

    /// <summary>Every row of the outcome table that PortSIP can tell.</summary>
    private static readonly string[] Scenarios = [.. OutcomeTable.Rows.Where(r => r.Platform == "PortSIP").Select(r => r.Scenario)];

    [Fact]
    public async Task Every_scenario_in_a_gap_is_told_once_as_a_client_that_was_never_disturbed_was_told_it()
    {
        // Without a record on the link the client waits for one at the end of every call.
        var clock = new FastClock(Speed);
        await using var simulator = PortSipGaps.Start(version, clock);
        await using var undisturbed = await PortSipGaps.ConnectAsync(simulator, clock: clock);
        await using var cut = await PortSipGaps.ConnectAsync(simulator, clock: clock);
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
        Assert.Equal(version == PortSipVersion.V22, PortSipGaps.Asked(simulator, "/api/calllogs") > 0);
    }

    [Fact]
    public async Task Calls_that_stood_open_at_the_drop_get_their_true_end_and_one_that_goes_on_is_left_to_its_own_events()
    {
        var clock = new FastClock(4);
        await using var simulator = PortSipGaps.Start(version, clock);
        await using var client = await PortSipGaps.ConnectAsync(simulator, clock: clock);
        var watch = new ClientWatch(client);

        // Its menu has answered and put it through: the menu's part is over, the call is not.
        var goesOn = simulator.PlayAsync("Menu", new ScenarioOptions { Pace = TimeSpan.FromSeconds(8) }, Limits.Patience);
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

            // The parties end a step before the call does.
            Assert.InRange((end.Call.EndedAt!.Value - played.EndedAt!.Value).TotalSeconds, -slow.Pace.TotalSeconds - 0.5, 0.001);
            Assert.All(end.Call.Legs, l => Assert.Equal(PbxCallState.Ended, l.State));
            Assert.Single(end.Call.Legs, l => l.Role == PbxLegRole.Caller);
        }
    }
}

/// <summary>The same, over many drops and with clocks that differ.</summary>
/// <param name="version">The version.</param>
public abstract class PortSipManyDropsTests(PortSipVersion version)
{
    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };

    [Fact]
    public async Task Calls_over_many_drops_are_each_told_once_and_with_the_outcome_they_were_played_with()
    {
        var random = new Random(17);
        string[] kinds = ["Answered", "Missed", "Cancelled", "Busy", "QueueAnswered", "QueueAbandoned", "Menu", "Internal", "Outbound", "Transferred"];
        await using var simulator = PortSipGaps.Start(version);
        await using var client = await PortSipGaps.ConnectAsync(simulator);
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
    [InlineData(-118)]
    [InlineData(118)]
    public async Task A_clock_that_is_two_minutes_off_changes_nothing(int seconds)
    {
        await using var simulator = PortSipGaps.Start(version, new ShiftedClock(TimeSpan.FromSeconds(seconds)));
        await using var client = await PortSipGaps.ConnectAsync(simulator);
        var watch = new ClientWatch(client);
        await watch.EndAsync(Assert.Single(await simulator.PlayAsync("Answered", Pace, Limits.Patience)).CallId);
        await LostLink.CutAsync(simulator, watch);
        var during = Assert.Single(await simulator.PlayAsync("Missed", Pace, Limits.Patience));
        var gap = await LostLink.RestoreAsync(simulator, watch);
        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(during.CallId, Assert.Single(watch.Seen, e => e.Name == "CallRecord").CallId);
    }
}

public sealed class PortSip22HistoryTests() : PortSipVersionHistoryTests(PortSipVersion.V22);

public sealed class PortSip162HistoryTests() : PortSipVersionHistoryTests(PortSipVersion.V162);

public sealed class PortSip160HistoryTests() : PortSipVersionHistoryTests(PortSipVersion.V160);

public sealed class PortSip22ManyDropsTests() : PortSipManyDropsTests(PortSipVersion.V22);

public sealed class PortSip162ManyDropsTests() : PortSipManyDropsTests(PortSipVersion.V162);
