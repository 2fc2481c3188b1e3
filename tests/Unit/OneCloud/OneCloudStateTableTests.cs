using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>Each row of onecloud.md section 7, in its order, fed with recorded frames.</summary>
public sealed class OneCloudStateTableTests
{
    private static readonly PbxSubscriptionFilter Calls = new() { Type = PbxSubscriptionType.Call, Extension = ["1001"] };

    private static RecordingHost Play(string fixture)
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play(fixture);
        return bench.Host;
    }

    [Theory]
    [InlineData("state-transferred-moveto")]
    [InlineData("state-transferred-transfer")]
    [InlineData("state-transferred-xferblind")]
    [InlineData("state-transferred-xfersup")]
    public void Transferred_a_leg_removed_with_a_transfer_action_passes_its_call_on(string fixture)
    {
        var host = Play(fixture);

        Assert.Equal(PbxCallState.Transferred, host.LastEvent.CallState);
        Assert.Equal(PbxOutcome.Transferred, host.LastEvent.Call!.Legs.Single(l => l.Role == PbxLegRole.Callee).Outcome);

        // No further leg is seen, as when it goes to somebody who is not subscribed to.
        host.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(PbxCallState.Ended, host.LastEvent.CallState);
        Assert.Equal(PbxOutcome.Transferred, host.LastEvent.Outcome);
        Assert.True(host.LastEvent.Synthesized);
    }

    [Fact]
    public void Missed_a_leg_removed_unanswered_and_inbound_to_the_filter()
    {
        var host = Play("state-missed");

        Assert.Equal(PbxCallState.Ended, host.LastEvent.CallState);
        Assert.Equal(PbxOutcome.Missed, host.LastEvent.Outcome);
        Assert.Equal(PbxDirection.Inbound, host.LastEvent.Call!.Direction);
        Assert.Equal("1001", host.LastEvent.Call.Extension);
        Assert.Null(host.LastEvent.Call.AnsweredAt);
    }

    [Fact]
    public void AnsweredElsewhere_a_leg_removed_unanswered_while_a_sister_leg_was_answered()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("state-answered-elsewhere", count: 4);

        var call = bench.Host.LastEvent.Call!;
        Assert.Equal(PbxOutcome.AnsweredElsewhere, call.Legs.Single(l => l.Extension == "1001").Outcome);
        Assert.Equal(PbxCallState.Answered, call.State);

        bench.Play("state-answered-elsewhere", skip: 4);

        Assert.Equal(PbxOutcome.Answered, bench.Host.LastEvent.Outcome);
        Assert.Equal("1002", bench.Host.LastEvent.Call!.AnsweredBy);
    }

    [Fact]
    public void AnsweredElsewhere_live_the_caller_is_connected_while_this_leg_still_rings()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("state-answered-elsewhere-live", count: 2);

        Assert.Equal(PbxOutcome.AnsweredElsewhere, bench.Host.LastEvent.Call!.Legs.Single(l => l.Role == PbxLegRole.Callee).Outcome);

        bench.Play("state-answered-elsewhere-live", skip: 2);

        // Nothing that was subscribed saw the answer, so the call gets what its only leg got.
        Assert.Equal(PbxCallState.Ended, bench.Host.LastEvent.CallState);
        Assert.Equal(PbxOutcome.AnsweredElsewhere, bench.Host.LastEvent.Outcome);
    }

    [Fact]
    public void Failed_a_leg_removed_unanswered_and_outbound_from_the_filter()
    {
        var host = Play("state-failed");

        Assert.Equal(PbxOutcome.Failed, host.LastEvent.Outcome);
        Assert.Equal(PbxDirection.Outbound, host.LastEvent.Call!.Direction);
    }

    [Theory]
    [InlineData("1001")]
    [InlineData("1002")]
    public void Missed_an_internal_call_is_missed_whoever_of_the_two_is_watched(string extension)
    {
        var bench = OneCloudBench.Open(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = [extension] });
        bench.Play("state-missed-internal");

        Assert.Equal(PbxOutcome.Missed, bench.Host.LastEvent.Outcome);
        Assert.Equal(PbxDirection.Internal, bench.Host.LastEvent.Call!.Direction);
    }

    [Fact]
    public void Ended_a_leg_removed_otherwise()
    {
        var host = Play("state-ended");

        Assert.Equal([PbxCallState.Ringing, PbxCallState.Answered, PbxCallState.Ended], host.Events.Select(e => e.CallState!.Value));
        Assert.Equal(PbxOutcome.Answered, host.LastEvent.Outcome);
    }

    [Fact]
    public void Answered_the_leg_is_active_and_has_an_answer_time()
    {
        var host = Play("state-answered");

        var call = host.LastEvent.Call!;
        Assert.Equal(PbxCallState.Answered, call.State);
        Assert.Equal("1001", call.AnsweredBy);
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 10, 0, 7, TimeSpan.Zero), call.AnsweredAt);
        Assert.Null(call.Outcome);
    }

    [Fact]
    public void Answered_needs_the_answer_time()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Receive(OneCloudBench.ReadFixture("state-answered")[1].Replace("2026-01-05 10:00:07", "0000-00-00 00:00:00", StringComparison.Ordinal));

        Assert.Equal(PbxCallState.Offered, bench.Host.LastEvent.CallState);
    }

    [Fact]
    public void Answered_an_outbound_call_is_answered_by_the_number_that_was_dialled()
    {
        var host = Play("state-outbound-answered");

        var call = host.LastEvent.Call!;
        Assert.Equal(PbxDirection.Outbound, call.Direction);
        Assert.Equal("1001", call.From);
        Assert.Equal("5550199", call.To);
        Assert.Equal("5550199", call.AnsweredBy);
        Assert.Equal("1001", call.Extension);
        Assert.Equal(PbxOutcome.Answered, call.Outcome);
    }

    [Fact]
    public void Ringing_the_caller_waits_and_the_leg_alerts()
    {
        var host = Play("state-ringing");

        var ringing = host.LastEvent;
        Assert.Equal(PbxCallState.Ringing, ringing.CallState);
        Assert.True(ringing.IsCallNews);
        Assert.Equal("o-1", ringing.CallId);
        Assert.Equal("o-1_t-1", ringing.LegId);
        Assert.Equal("5550100", ringing.From);
        Assert.Equal("1001", ringing.To);
        Assert.Equal("1001", ringing.Extension);
        Assert.Equal("Ann", ringing.Call!.FromName);
        Assert.Equal("call", ringing.Topic);
        Assert.Equal(PbxCategory.Call, ringing.Category);
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 10, 0, 1, TimeSpan.Zero), ringing.Time);
        Assert.Equal(OneCloudBench.ReadFixture("state-ringing")[0][9..^1], ringing.Raw);
    }
}
