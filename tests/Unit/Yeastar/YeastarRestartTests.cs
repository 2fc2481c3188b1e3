using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>A client that is killed and another one that goes on with its state file, an hour later by the test's clock.</summary>
public sealed class YeastarRestartTests : IDisposable
{
    private readonly StateCopy _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task What_ended_in_an_hour_without_a_process_is_told_once_and_what_was_told_before_is_not()
    {
        await using var stage = await OpenAsync();
        var before = await stage.PlayAsync("Answered");
        await stage.EndAsync(before.CallId);
        var slow = stage.PlayAsync("Missed", "1002", TimeSpan.FromSeconds(20));
        var open = (await stage.Watch.WaitAsync(e => e is { Name: "30011", CallState: PbxCallState.Offered } && e.CallId != before.CallId, "an open call")).Call!;
        await stage.PassAsync(TimeSpan.FromSeconds(4));
        await _state.UntilAsync(s => s.HasTold(before.CallId) && s.HasOpen(open.CallId));
        _state.Kill();
        await stage.StopClientAsync();
        List<SimulatedCall> missed = [await PassUntilAsync(stage, slow)];
        foreach (var scenario in (string[])["Missed", "QueueAbandoned", "Busy"])
            missed.Add(await PassUntilAsync(stage, stage.PlayAsync(scenario, "1001", TimeSpan.FromSeconds(3))));
        stage.Clock.Advance(TimeSpan.FromHours(1));

        await stage.StartClientAsync(_state.Current);
        await SubscribeAsync(stage);
        await stage.FillAsync();
        var gap = Assert.Single(stage.Client.Gaps);
        Assert.Equal((PbxGapReason.NotRunning, PbxGapRecovery.Recovered, missed.Count), (gap.Reason, gap.Recovery, gap.CallsRecovered));
        Assert.Equal(missed.Select(c => (c.CallId, (PbxOutcome?)c.Outcome)).Order(), ClientEvents.Ended(stage.Client).Select(e => (e.CallId!, e.Outcome)).Order());
        var end = ClientEvents.Ended(stage.Client).Single(e => e.CallId == open.CallId).Call!;
        Assert.Equal((open.StartedAt, open.From, PbxCallOrigin.Record), (end.StartedAt, end.From, end.Origin));
    }

    [Fact]
    public async Task A_call_that_goes_on_over_the_restart_ends_as_its_record_tells_with_its_own_beginning()
    {
        await using var stage = await OpenAsync();
        var playing = stage.PlayAsync("Answered", "1001", TimeSpan.FromSeconds(400));
        var open = (await stage.Watch.WaitAsync(e => e is { Name: "30011", CallState: PbxCallState.Offered }, "an open call")).Call!;
        await stage.PassAsync(TimeSpan.FromSeconds(4));
        await _state.UntilAsync(s => s.HasOpen(open.CallId));
        _state.Kill();
        await stage.StopClientAsync();
        await stage.StartClientAsync(_state.Current);
        await SubscribeAsync(stage);
        await stage.FillAsync();
        Assert.Empty(ClientEvents.Ended(stage.Client));
        await stage.PassUntilAsync(() => playing.IsCompleted, TimeSpan.FromSeconds(50), "end of the call");
        await stage.PassUntilAsync(() => ClientEvents.Ended(stage.Client).Count > 0, TimeSpan.FromSeconds(5), "record of the call");
        var end = Assert.Single(ClientEvents.Ended(stage.Client)).Call!;
        Assert.Equal((open.CallId, PbxOutcome.Answered, PbxCallOrigin.Record, open.StartedAt, open.From), (end.CallId, end.Outcome, end.Origin, end.StartedAt, end.From));
    }

    private async Task<YeastarStage> OpenAsync()
    {
        var stage = await YeastarStage.OpenAsync(change: o => o with { StatePath = _state.Current });
        await SubscribeAsync(stage);
        return stage;
    }

    private static async Task SubscribeAsync(YeastarStage stage)
    {
        await stage.SubscribeAsync(PbxSubscriptionType.Call);
        await stage.SubscribeAsync(PbxSubscriptionType.Presence);
        await stage.Client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }, Limits.Patience);
    }

    /// <summary>Lets time pass in which no client runs.</summary>
    private static async Task<SimulatedCall> PassUntilAsync(YeastarStage stage, Task<SimulatedCall> playing)
    {
        while (!playing.IsCompleted)
        {
            stage.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }
        return await playing;
    }
}
