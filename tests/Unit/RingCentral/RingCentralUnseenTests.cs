using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>ringcentral.md section 8: what comes late, what was not seen, and calls that are fetched.</summary>
public sealed class RingCentralUnseenTests
{
    private const string Missed = ",\"missedCall\":true";
    private const string NotMissed = ",\"missedCall\":false";

    // ---- over a gap --------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, PbxOutcome.Missed)]
    public void A_call_that_ends_after_a_gap_was_missed_only_if_the_platform_has_said_how_it_stands(bool isAsked, PbxOutcome? outcome)
    {
        var bench = OverGap();
        if (isAsked)
        {
            bench.Session.SnapshotReceived(new Snapshot("telephony/sessions", Encoding.UTF8.GetBytes("""
                {"telephonySessionId":"s-1","parties":[{"id":"p-2","direction":"Inbound","owner":{"extensionId":"2001"},"status":{"code":"Proceeding"}}]}
                """), "s-1"));
        }
        bench.Party(7, "p-2", "Inbound", "Disconnected", extension: "2001");
        var call = bench.Party(8, "p-1", "Outbound", "Disconnected").Call!;
        Assert.Equal((PbxCallState.Ended, outcome), (call.State, call.Outcome));
    }

    [Fact]
    public void A_call_that_the_platform_does_not_know_any_more_is_over()
    {
        var bench = OverGap();
        bench.Session.SnapshotReceived(new Snapshot("telephony/sessions", default, "s-1"));
        Assert.Equal((PbxCallState.Ended, null), (Assert.Single(bench.Host.Calls).State, Assert.Single(bench.Host.Calls).Outcome));
    }

    [Fact]
    public void The_older_id_of_a_call_is_remembered_for_records_that_name_nothing_else()
    {
        var bench = RingCentralBench.Ready();
        bench.Notify("/restapi/v1.0/account/1000/telephony/sessions", """
            {"sequence":2,"sessionId":"500001","telephonySessionId":"s-1","parties":[{"id":"p-1","direction":"Outbound","status":{"code":"Setup"}}]}
            """);
        Assert.Equal(("s-1", null), (bench.SessionIds.Find("500001"), bench.SessionIds.Find("500002")));
    }

    /// <summary>Extension 2001 rang, then the link was lost, and the session could not be recovered.</summary>
    private static RingCentralBench OverGap()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001");
        bench.Lose();
        bench.Host.LoseSight();
        bench.Open();
        bench.Details();
        bench.Reply(200, RingCentralBench.Subscription("sub-2", RingCentralBench.Calls));
        return bench;
    }

    // ---- late ------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("Answered")]
    [InlineData("Hold")]
    public void A_late_answer_counts_while_the_call_goes_on(string code)
    {
        var bench = Ring();
        bench.Party(7, "p-2", "Inbound", "Disconnected", extension: "2001", more: NotMissed);
        bench.Party(5, "p-2", "Inbound", code, extension: "2001", more: NotMissed);
        var call = bench.Party(8, "p-1", "Outbound", "Disconnected").Call!;
        Assert.Equal((PbxOutcome.Answered, "2001"), (call.Outcome, call.AnsweredBy));
        Assert.Equal(TimeSpan.FromSeconds(3), call.TalkTime);
        Assert.True(call.IsReached);
    }

    [Fact]
    public void A_late_answer_counts_after_the_end_and_is_told()
    {
        var bench = Ring();
        bench.Party(7, "p-2", "Inbound", "Disconnected", extension: "2001");
        Assert.Equal(PbxOutcome.Missed, bench.Party(8, "p-1", "Outbound", "Disconnected").Outcome);
        var late = bench.Party(5, "p-2", "Inbound", "Answered", extension: "2001");
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Answered, true), (late.CallState, late.Outcome, late.IsCallNews));
        Assert.Equal(PbxOutcome.Answered, late.Call!.Legs[1].Outcome);
        Assert.False(bench.Party(4, "p-2", "Inbound", "Answered", extension: "2001").IsCallNews);
    }

    [Fact]
    public void A_late_answer_to_another_party_makes_the_first_one_answered_elsewhere()
    {
        var bench = Ring();
        bench.Party(4, "p-3", "Inbound", "Proceeding", extension: "2002");
        bench.Party(6, "p-2", "Inbound", "Disconnected", extension: "2001");
        bench.Party(7, "p-3", "Inbound", "Disconnected", extension: "2002");
        bench.Party(5, "p-3", "Inbound", "Answered", extension: "2002");
        var call = bench.Party(8, "p-1", "Outbound", "Disconnected").Call!;
        Assert.Equal((PbxOutcome.Answered, "2002"), (call.Outcome, call.AnsweredBy));
        Assert.Equal(PbxOutcome.AnsweredElsewhere, call.Legs.Single(l => l.Extension == "2001").Outcome);
    }

    [Fact]
    public void Voicemail_that_is_told_late_is_voicemail()
    {
        var bench = Ring();
        bench.Party(7, "p-2", "Inbound", "Disconnected", extension: "2001");
        bench.Party(5, "p-2", "Inbound", "VoiceMail", extension: "2001");
        var call = bench.Party(8, "p-1", "Outbound", "Disconnected").Call!;
        Assert.Equal(PbxOutcome.Voicemail, call.Outcome);
        Assert.True(call.IsUnreached);
    }

    [Fact]
    public void The_platforms_own_word_that_it_was_missed_stands_against_a_late_answer()
    {
        var bench = Ring();
        bench.Party(7, "p-2", "Inbound", "Disconnected", extension: "2001", more: Missed);
        bench.Party(5, "p-2", "Inbound", "Answered", extension: "2001");
        Assert.Equal(PbxOutcome.Missed, bench.Party(8, "p-1", "Outbound", "Disconnected").Outcome);
    }

    [Fact]
    public void A_late_answer_of_an_outside_party_that_only_the_caller_shows_counts()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup", extension: "2001");
        bench.Party(3, "p-1", "Outbound", "Proceeding", extension: "2001");
        bench.Party(7, "p-1", "Outbound", "Disconnected", extension: "2001");
        var late = bench.Party(5, "p-1", "Outbound", "Answered", extension: "2001");
        Assert.Equal((PbxOutcome.Answered, "+12025550199"), (late.Outcome, late.Call!.AnsweredBy));
    }

    // ---- unseen ----------------------------------------------------------------------------------------------------

    [Fact]
    public void Of_a_call_that_was_answered_before_the_script_came_nobody_says_missed()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(12, "p-1", "Outbound", "Answered", more: NotMissed);
        bench.Party(13, "p-2", "Inbound", "Disconnected", extension: "2001", more: NotMissed);
        var call = bench.Party(14, "p-1", "Outbound", "Disconnected", more: NotMissed).Call!;
        Assert.Equal((PbxCallState.Ended, (PbxOutcome?)null), (call.State, call.Outcome));
        Assert.False(call.IsUnreached);
    }

    [Fact]
    public void A_call_that_is_on_hold_when_the_script_comes_was_answered()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(12, "p-2", "Inbound", "Hold", extension: "2001");
        bench.Party(13, "p-2", "Inbound", "Disconnected", extension: "2001");
        Assert.Equal(PbxOutcome.Answered, bench.Host.Calls.Single().Outcome);
    }

    [Fact]
    public void The_closing_frame_of_a_missed_call_alone_is_a_missed_call()
    {
        var bench = RingCentralBench.Ready();
        var e = bench.Party(9, "p-2", "Inbound", "Disconnected", extension: "2001", more: Missed);
        Assert.NotEqual(PbxCallState.Ended, e.CallState);
        bench.Host.Advance(TimeSpan.FromSeconds(1));
        var end = bench.Host.LastEvent;
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Missed, true), (end.CallState, end.Outcome, end.IsCallNews));
        Assert.Equal(("+12025550100", "2001"), (end.Call!.From, end.Call.Extension));
        Assert.True(end.Call.IsUnreached);
    }

    [Fact]
    public void A_queues_next_agent_keeps_a_call_open_of_which_only_the_first_ones_miss_was_seen()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(9, "p-2", "Inbound", "Disconnected", extension: "2001", more: Missed);
        bench.Party(10, "p-3", "Inbound", "Setup", extension: "2002");
        bench.Party(11, "p-3", "Inbound", "Answered", extension: "2002");
        bench.Host.Advance(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(bench.Host.Events, e => e.Outcome == PbxOutcome.Missed);
        bench.Party(12, "p-3", "Inbound", "Disconnected", extension: "2002");
        Assert.Equal(PbxOutcome.Answered, bench.Host.Calls.Single().Outcome);
    }

    [Fact]
    public void An_end_that_says_nothing_is_no_call()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(9, "p-2", "Inbound", "Disconnected", extension: "2001", more: NotMissed);
        bench.Host.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(bench.Host.Calls);
    }

    // ---- fetched ---------------------------------------------------------------------------------------------------

    [Fact]
    public void Fetching_a_parked_call_puts_the_fetcher_into_it_and_keeps_its_caller()
    {
        var bench = Ring("s-9");
        bench.Party(5, "p-2", "Inbound", "Answered", extension: "2001", session: "s-9");
        bench.Party(6, "p-2", "Inbound", "Disconnected", "CallPark", "2001", session: "s-9");
        bench.Party(2, "p-a", "Outbound", "Setup", extension: "2002", session: "s-1", from: """{"phoneNumber":"+12025550177","extensionId":"2002"}""", to: """{"phoneNumber":"*801"}""");
        bench.Party(3, "p-a", "Outbound", "Gone", "Pickup", "2002", session: "s-1", peer: ("s-9", "p-3"));

        var fetching = bench.Host.Calls.Single(c => c.CallId == "s-1");
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Transferred), (fetching.State, fetching.Outcome));
        var parked = bench.Host.Calls.Single(c => c.CallId == "s-9");
        Assert.Equal((PbxCallState.Answered, "2002", "+12025550100"), (parked.State, parked.AnsweredBy, parked.From));
        bench.Party(8, "p-3", "Inbound", "Disconnected", extension: "2002", session: "s-9");
        Assert.True(bench.Party(9, "p-1", "Outbound", "Disconnected", session: "s-9").Call!.IsReached);
    }

    [Fact]
    public void Picking_up_a_colleagues_ringing_call_is_an_answer_of_that_call()
    {
        var bench = Ring("s-9");
        bench.Party(2, "p-a", "Outbound", "Setup", extension: "2002", session: "s-1", to: """{"phoneNumber":"**2001"}""");
        bench.Party(3, "p-a", "Outbound", "Gone", "Pickup", "2002", session: "s-1", peer: ("s-9", "p-3"));
        bench.Party(6, "p-2", "Inbound", "Disconnected", "Pickup", "2001", session: "s-9");
        bench.Party(8, "p-3", "Inbound", "Disconnected", extension: "2002", session: "s-9");
        var call = bench.Party(9, "p-1", "Outbound", "Disconnected", session: "s-9").Call!;
        Assert.Equal((PbxOutcome.Answered, "2002"), (call.Outcome, call.AnsweredBy));
        Assert.Equal(PbxOutcome.AnsweredElsewhere, call.Legs.Single(l => l.Extension == "2001").Outcome);
    }

    [Theory]
    [InlineData("Cancelled", PbxEndedBy.Caller)]
    [InlineData("Rejected", PbxEndedBy.Callee)]
    [InlineData("NoAnswer", PbxEndedBy.System)]
    [InlineData(null, null)]
    public void Who_ended_the_call_is_said_where_the_reason_says_it(string? reason, PbxEndedBy? endedBy)
    {
        var bench = Ring();
        bench.Party(7, "p-2", "Inbound", "Disconnected", reason, "2001");
        Assert.Equal(endedBy, bench.Party(8, "p-1", "Outbound", "Disconnected").Call!.EndedBy);
    }

    [Fact]
    public void A_recording_is_named_on_the_call()
    {
        var bench = Ring();
        bench.Party(5, "p-2", "Inbound", "Answered", extension: "2001", more: """,'recordings':[{'id':'r-1','active':true}]""".Replace('\'', '"'));
        Assert.Equal("r-1", bench.Host.Calls.Single().RecordingId);
    }

    private static RingCentralBench Ring(string session = "s-1")
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup", session: session);
        bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001", session: session);
        return bench;
    }
}
