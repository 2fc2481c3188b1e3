using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Yeastar;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>Gaps that are filled from call records: client and simulated PBX, over real sockets.</summary>
public sealed class YeastarHistoryTests
{
    /// <summary>A second of the test's clock takes so many milliseconds while a link opens, lest the attempt is given up on a busy machine.</summary>
    private const int AttemptStep = 25;

    /// <summary>What no record tells (history/yeastar-history.md section 5): a refusal has no word of its own.</summary>
    private static readonly Dictionary<string, PbxOutcome?> Untold = new() { ["Rejected"] = PbxOutcome.Missed };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_scenario_that_is_played_while_the_link_is_down_is_told_once_with_the_id_and_outcome_of_an_undisturbed_client(bool isOld)
    {
        var options = new YeastarSimulatorOptions { Provider = "Yeastar", TakesShownTimesOnly = isOld };
        var expected = await PlayUndisturbedAsync(options);
        await using var stage = await OpenAsync(options);
        await LoseAsync(stage);
        foreach (var (scenario, _, _) in expected)
            await PlayAsync(stage, scenario);
        await RestoreAsync(stage);
        var gap = await FillAsync(stage);
        Assert.Equal((PbxGapRecovery.Recovered, expected.Count + 1), (gap.Recovery, gap.CallsRecovered));
        var told = ClientEvents.Ended(stage.Client);
        foreach (var (scenario, callId, outcome) in expected)
        {
            var end = Assert.Single(told, e => e.CallId == callId);
            Assert.Equal((scenario, Untold.GetValueOrDefault(scenario, outcome)), (scenario, end.Outcome));
            Assert.Equal((PbxCallOrigin.Record, true), (end.Call!.Origin, end.Synthesized));
        }

        // The consultation before an attended transfer is a call of its own, as live.
        Assert.Equal(expected.Count + 1, told.Count);
        Assert.Equal(told.Count, told.Select(e => e.CallId).Distinct().Count());
    }

    [Theory]
    [InlineData("Missed", PbxOutcome.Missed)]
    [InlineData("Answered", PbxOutcome.Answered)]
    [InlineData("QueueAbandoned", PbxOutcome.Abandoned)]
    [InlineData("Internal", PbxOutcome.Answered)]
    public async Task A_call_that_stood_open_at_the_drop_gets_its_true_outcome_and_time(string scenario, PbxOutcome outcome)
    {
        await using var stage = await OpenAsync();
        var playing = stage.PlayAsync(scenario, "1001", TimeSpan.FromSeconds(10));
        var offered = await stage.Watch.WaitAsync(e => e is { Name: "30011", CallState: PbxCallState.Offered }, "offered call");
        await LoseAsync(stage);
        await AdvanceUntilAsync(stage, () => playing.IsCompleted);
        var call = await playing;
        await RestoreAsync(stage);
        Assert.Equal((PbxGapRecovery.Recovered, 1), ((await FillAsync(stage)) is { } gap ? (gap.Recovery, gap.CallsRecovered) : default));
        var end = Assert.Single(ClientEvents.Ended(stage.Client));
        Assert.Equal((offered.CallId, outcome), (end.CallId, end.Outcome));
        Assert.InRange((end.Call!.EndedAt!.Value - call.EndedAt!.Value).TotalSeconds, -2, 2);
        Assert.Single(stage.Client.GetCalls());
    }

    [Fact]
    public async Task A_call_whose_last_member_left_just_before_the_drop_waits_for_its_record()
    {
        await using var stage = await OpenAsync();
        await stage.Simulator.SendEventAsync(30011, YeastarRig.Members(YeastarRig.Inbound("ALERT"), YeastarRig.Extension("1001", "RING")));
        await stage.Simulator.SendEventAsync(30011, YeastarRig.Members(YeastarRig.Extension("1001", "BYE")));
        await stage.Simulator.SendEventAsync(30011, YeastarRig.Members(YeastarRig.Inbound("BYE")));
        await stage.SettleAsync();
        await LoseAsync(stage);
        stage.Clock.Advance(TimeSpan.FromSeconds(10));
        await RestoreAsync(stage);
        Assert.Empty(ClientEvents.Ended(stage.Client));
        await FillAsync(stage);

        // The PBX has no record of it, so nobody can say how it went.
        await stage.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Null(Assert.Single(ClientEvents.Ended(stage.Client)).Outcome);
    }

    [Fact]
    public async Task A_call_that_goes_on_ends_after_its_own_last_event_as_its_record_tells()
    {
        await using var stage = await OpenAsync();
        var playing = stage.PlayAsync("Answered", "1001", TimeSpan.FromSeconds(400));
        await stage.Watch.WaitAsync(e => e is { Name: "30011", CallState: PbxCallState.Offered }, "offered call");
        await LoseAsync(stage);
        await RestoreAsync(stage);
        Assert.Equal(0, (await FillAsync(stage)).CallsRecovered);
        Assert.Empty(ClientEvents.Ended(stage.Client));
        await stage.PassUntilAsync(() => playing.IsCompleted, TimeSpan.FromSeconds(50), "end of the call");
        await stage.PassUntilAsync(() => ClientEvents.Ended(stage.Client).Count > 0, TimeSpan.FromSeconds(5), "end that the record tells");
        Assert.Equal((PbxOutcome.Answered, PbxCallOrigin.Record), Assert.Single(ClientEvents.Ended(stage.Client)) is { } end ? (end.Outcome, end.Call!.Origin) : default);
    }

    [Fact]
    public async Task Records_that_come_late_are_told_by_a_later_asking_and_once()
    {
        await using var stage = await OpenAsync();
        await stage.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromMinutes(2) });
        await LoseAsync(stage);
        var call = await PlayAsync(stage, "Missed");
        await stage.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Count = 0 });
        await RestoreAsync(stage, clears: false);
        Assert.Equal((PbxGapRecovery.Recovered, 1), (await FillAsync(stage)) is { } gap ? (gap.Recovery, gap.CallsRecovered) : default);
        Assert.Equal(call.CallId, Assert.Single(ClientEvents.Ended(stage.Client)).CallId);
    }

    [Fact]
    public async Task Without_the_right_it_is_told_once_and_the_gap_stays_what_it_was()
    {
        await using var stage = await OpenAsync();
        var playing = stage.PlayAsync("Missed", "1001", TimeSpan.FromSeconds(10));
        await stage.Watch.WaitAsync(e => e is { Name: "30011", CallState: PbxCallState.Offered }, "offered call");
        await LoseAsync(stage);
        await AdvanceUntilAsync(stage, () => playing.IsCompleted);
        await RestoreAsync(stage);
        await stage.InjectAsync(SimulatorFaults.NoRecords);
        await stage.PassAsync(TimeSpan.FromSeconds(5));
        var gap = Assert.Single(stage.Client.Gaps);
        await Until.TrueAsync(() => gap.Recovery != PbxGapRecovery.Pending);
        var warning = Assert.Single(ClientEvents.Of(stage.Client), e => e.Error?.Kind == PbxErrorKind.PermissionDenied);
        Assert.Equal("Warning", warning.Name);
        Assert.Equal(PbxGapRecovery.Partial, gap.Recovery);
        Assert.Contains("80010", gap.Detail, StringComparison.Ordinal);
        await stage.PassAsync(TimeSpan.FromMinutes(7));
        Assert.Null(Assert.Single(ClientEvents.Ended(stage.Client)).Outcome);
    }

    [Fact]
    public async Task Who_wants_no_history_is_told_at_once_that_a_call_is_gone()
    {
        await using var stage = await YeastarStage.OpenAsync(change: o => o with { HistoryLimit = TimeSpan.Zero });
        await stage.SubscribeAsync(PbxSubscriptionType.Call);
        await stage.SubscribeAsync(PbxSubscriptionType.Presence);
        var playing = stage.PlayAsync("Missed", "1001", TimeSpan.FromSeconds(10));
        await stage.Watch.WaitAsync(e => e is { Name: "30011", CallState: PbxCallState.Offered }, "offered call");
        await LoseAsync(stage);
        await AdvanceUntilAsync(stage, () => playing.IsCompleted);
        await RestoreAsync(stage);
        Assert.Equal(PbxGapRecovery.Partial, Assert.Single(stage.Client.Gaps).Recovery);
        await stage.SettleAsync();
        Assert.Null(Assert.Single(ClientEvents.Ended(stage.Client)).Outcome);
        Assert.DoesNotContain(stage.Simulator.Log.Of(SimulatorLogKind.Http), e => e.Name.Contains("/cdr/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_over_many_drops_are_each_told_once_and_with_the_outcome_they_were_played_with()
    {
        var random = new Random(17);
        string[] kinds = ["Answered", "Missed", "Cancelled", "Busy", "QueueAnswered", "QueueAbandoned", "Voicemail", "Menu", "Internal", "Outbound"];
        await using var stage = await OpenAsync();
        var calls = new List<SimulatedCall>();
        for (var drop = 0; drop < 6; drop++)
        {
            var playing = Enumerable.Range(0, 10).Select(i => stage.Simulator.PlayAsync(
                kinds[random.Next(kinds.Length)], new ScenarioOptions { Pace = TimeSpan.FromSeconds(random.Next(1, 9)) }, Limits.Patience)).ToArray();
            await stage.PassAsync(TimeSpan.FromSeconds(random.Next(1, 20)));
            await LoseAsync(stage);
            await AdvanceUntilAsync(stage, () => playing.All(p => p.IsCompleted) || random.Next(20) == 0);
            await RestoreAsync(stage);
            await stage.PassUntilAsync(() => playing.All(p => p.IsCompleted), TimeSpan.FromSeconds(5), "end of the calls");
            calls.AddRange((await Task.WhenAll(playing)).Select(p => p[0]));

            // The calls that went on have let some of the askings pass.
            await stage.FillAsync();
            var gap = stage.Client.Gaps[^1];
            Assert.True(gap.Recovery == PbxGapRecovery.Recovered, $"{gap}: {gap.Detail}");
            await stage.PassAsync(TimeSpan.FromMinutes(2));
        }
        var told = ClientEvents.Ended(stage.Client);
        foreach (var call in calls)
        {
            var end = Assert.Single(told, e => e.CallId == call.CallId);
            Assert.Equal((call.Scenario, call.Direction == PbxDirection.Outbound && call.Outcome == PbxOutcome.Missed ? PbxOutcome.Failed : call.Outcome),
                (call.Scenario, end.Outcome));
        }
        Assert.Equal(calls.Count, told.Count);
    }

    private static async Task<YeastarStage> OpenAsync(YeastarSimulatorOptions? options = null)
    {
        var stage = await YeastarStage.OpenAsync(options);
        await stage.SubscribeAsync(PbxSubscriptionType.Call);
        await stage.SubscribeAsync(PbxSubscriptionType.Presence);
        await stage.Client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }, Limits.Patience);
        return stage;
    }

    private static async Task<List<(string Scenario, string CallId, PbxOutcome? Outcome)>> PlayUndisturbedAsync(YeastarSimulatorOptions options)
    {
        await using var stage = await OpenAsync(options);
        var told = new List<(string, string, PbxOutcome?)>();
        foreach (var scenario in stage.Simulator.ScenarioNames)
        {
            var call = await stage.PlayAsync(scenario);
            if (call.CallId.Length > 0)
                told.Add((scenario, call.CallId, (await stage.EndAsync(call.CallId)).Outcome));
        }
        return told;
    }

    private static async Task<SimulatedCall> PlayAsync(YeastarStage stage, string scenario)
    {
        var playing = stage.PlayAsync(scenario, "1001", TimeSpan.FromSeconds(2));
        await AdvanceUntilAsync(stage, () => playing.IsCompleted);
        return await playing;
    }

    private static async Task LoseAsync(YeastarStage stage)
    {
        await stage.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Duration = TimeSpan.FromDays(1) });
        await stage.InjectAsync(SimulatorFaults.Drop);
        await stage.LostAsync();
    }

    private static async Task RestoreAsync(YeastarStage stage, bool clears = true)
    {
        if (clears)
            stage.Simulator.ClearFaults();
        await AdvanceUntilAsync(stage, () => stage.Client.State == PbxConnectionState.Connected, AttemptStep);
    }

    /// <summary>Lets the time of all askings pass, none faster than it is answered.</summary>
    private static async Task<PbxGap> FillAsync(YeastarStage stage)
    {
        foreach (var pause in (int[])[5, 25, 270])
        {
            var asked = AskedCount();
            await stage.PassAsync(TimeSpan.FromSeconds(pause));
            await Until.TrueAsync(() => AskedCount() > asked);
        }
        await Until.TrueAsync(() => stage.Client.Gaps[^1].Recovery != PbxGapRecovery.Pending);
        return stage.Client.Gaps[^1];

        int AskedCount() => stage.Simulator.Log.Of(SimulatorLogKind.Http).Count(e => e.Name.EndsWith("/system/information", StringComparison.Ordinal));
    }

    private static async Task AdvanceUntilAsync(YeastarStage stage, Func<bool> isSo, int milliseconds = 5)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            stage.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(milliseconds, limit.Token);
        }
    }
}
