namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>Each subtle point of onecloud.md section 7 and the traps of section 8 that concern records.</summary>
public sealed class OneCloudSubtlePointTests
{
    private static readonly PbxSubscriptionFilter Calls = new() { Type = PbxSubscriptionType.Call, Extension = ["1001"] };
    private static readonly PbxSubscriptionFilter BothCalls = new() { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002"] };
    private static readonly PbxSubscriptionFilter Queue = new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] };

    [Fact]
    public void Point_1_removed_is_tested_before_answered_because_the_closing_record_still_says_active()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("state-ended");

        Assert.Contains("\"term_call_info\": \"active\"", bench.Host.LastEvent.Raw, StringComparison.Ordinal);
        Assert.Equal(PbxCallState.Ended, bench.Host.LastEvent.CallState);
    }

    [Fact]
    public void Point_1_a_closing_record_alone_tells_that_the_call_was_answered()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("webhook-closing-record");

        Assert.Equal(PbxCallState.Ended, bench.Host.LastEvent.CallState);
        Assert.Equal(PbxOutcome.Answered, bench.Host.LastEvent.Outcome);
        Assert.Equal(PbxDirection.Outbound, bench.Host.LastEvent.Call!.Direction);
        Assert.Equal("1110", bench.Host.LastEvent.Extension);
    }

    [Fact]
    public void Point_2_a_missed_call_is_ended_and_its_outcome_says_missed()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("state-missed");

        Assert.Equal((PbxCallState.Ended, PbxOutcome.Missed), (bench.Host.LastEvent.CallState, bench.Host.LastEvent.Outcome));
        Assert.Equal(2, bench.Host.Events.Count);
    }

    [Fact]
    public void Point_3_a_simultaneous_ring_is_no_transfer_and_can_be_missed()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("point-3-simultaneous-ring");

        Assert.DoesNotContain(bench.Host.Events, e => e.CallState == PbxCallState.Transferred);
        Assert.Equal(PbxOutcome.Missed, bench.Host.LastEvent.Outcome);
        Assert.Single(bench.Host.Calls);
    }

    [Fact]
    public void Point_3_a_forward_that_nobody_lists_is_no_transfer_either()
    {
        var bench = OneCloudBench.Open(Calls);
        foreach (var line in OneCloudBench.ReadFixture("point-3-simultaneous-ring"))
            bench.Receive(line.Replace("ForwardSRing", "ForwardAlways", StringComparison.Ordinal));

        Assert.Equal(PbxOutcome.Missed, bench.Host.LastEvent.Outcome);
    }

    [Theory]
    [InlineData("ForwardSRing")]
    [InlineData("ForwardAlways")]
    [InlineData("SomethingNew")]
    public void Point_3_an_action_that_only_the_closing_record_names_does_not_hide_a_missed_call(string action)
    {
        var bench = OneCloudBench.Open(Calls);
        var records = OneCloudBench.ReadFixture("state-missed");
        bench.Receive(records[0]);
        bench.Receive(records[1].Replace("\"by_action\": \"\"", $"\"by_action\": \"{action}\"", StringComparison.Ordinal));

        Assert.Contains(action, bench.Host.LastEvent.Raw, StringComparison.Ordinal);
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Missed), (bench.Host.LastEvent.CallState, bench.Host.LastEvent.Outcome));
    }

    [Fact]
    public void Point_4_click_to_dial_rings_the_other_party_after_the_own_phone_and_is_not_answered_elsewhere()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("point-4-click-to-dial", count: 4);

        var ringing = bench.Host.LastEvent.Call!;
        Assert.Equal(PbxCallState.Ringing, ringing.State);
        Assert.Null(ringing.AnsweredAt);
        Assert.DoesNotContain(ringing.Legs, l => l.Outcome == PbxOutcome.AnsweredElsewhere);

        bench.Play("point-4-click-to-dial", skip: 4);

        var ended = bench.Host.LastEvent.Call!;
        Assert.Equal(PbxOutcome.Answered, ended.Outcome);
        Assert.Equal(PbxDirection.Outbound, ended.Direction);
        Assert.Equal("1001", ended.From);
        Assert.Equal("5550199", ended.AnsweredBy);
        Assert.Single(bench.Host.Calls);
    }

    [Fact]
    public void Point_5_three_devices_are_three_legs_of_one_call_and_one_announcement()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("point-5-three-devices", count: 3);

        Assert.Equal(1, bench.Host.Events.Count(e => e.IsCallNews));
        Assert.Equal(3, bench.Host.LastEvent.Call!.Legs.Count(l => l.Role == PbxLegRole.Callee));

        bench.Play("point-5-three-devices", skip: 3);

        var call = Assert.Single(bench.Host.Calls);
        Assert.Equal(PbxOutcome.Answered, call.Outcome);
        Assert.Equal(2, call.Legs.Count(l => l.Outcome == PbxOutcome.AnsweredElsewhere));
        Assert.Equal(3, bench.Host.Events.Count(e => e.IsCallNews));
    }

    [Fact]
    public void Point_6_an_attended_transfer_brings_a_leg_with_the_first_calls_id()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("point-6-attended-transfer");

        var calls = bench.Host.Calls;
        Assert.Equal(["o-1", "o-2"], calls.Select(c => c.CallId).Order());
        var first = calls.Single(c => c.CallId == "o-1");
        Assert.Equal(PbxOutcome.Transferred, first.Outcome);
        Assert.Equal("1002", first.AnsweredBy);
        Assert.Equal("5550100", first.From);
        Assert.Equal(PbxOutcome.Answered, calls.Single(c => c.CallId == "o-2").Outcome);
    }

    [Fact]
    public void Point_6_a_blind_transfer_brings_a_leg_that_names_the_old_one()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("point-6-blind-transfer", count: 4);

        Assert.Equal(PbxCallState.Transferred, bench.Host.LastEvent.CallState);
        Assert.Equal("o-1", bench.Host.LastEvent.CallId);

        bench.Play("point-6-blind-transfer", skip: 4);
        bench.Host.Advance(TimeSpan.FromMinutes(1));

        var call = Assert.Single(bench.Host.Calls);
        Assert.Equal(PbxOutcome.Transferred, call.Outcome);
        Assert.Equal("1002", call.AnsweredBy);
        Assert.False(bench.Host.LastEvent.Synthesized);
    }

    [Fact]
    public void Point_6_who_gets_a_transferred_call_and_does_not_answer_has_missed_it()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("point-6-blind-transfer", count: 4);
        bench.Receive(OneCloudBench.ReadFixture("point-6-blind-transfer")[3].Replace("\"ts\"", "\"remove\":\"yes\",\"ts\"", StringComparison.Ordinal));
        bench.Host.Advance(TimeSpan.FromSeconds(30));

        var call = Assert.Single(bench.Host.Calls);
        Assert.Equal(PbxOutcome.Missed, call.Legs.Single(l => l.Extension == "1002").Outcome);
        Assert.Equal(PbxOutcome.Transferred, call.Outcome);
    }

    [Fact]
    public void Point_7_a_queue_answers_nobody_and_its_agents_legs_belong_to_the_callers_call()
    {
        var bench = OneCloudBench.Open(Queue);
        bench.Play("point-7-queue-answered", count: 2);

        Assert.Equal(PbxCallState.Offered, bench.Host.LastEvent.CallState);
        Assert.Null(bench.Host.LastEvent.Call!.AnsweredAt);
        Assert.Equal("4020", bench.Host.LastEvent.Call.Queue);

        bench.Play("point-7-queue-answered", count: 4, skip: 2);

        // The caller is connected to the queue; an agent's phone that rings is still only ringing.
        Assert.Equal(PbxCallState.Ringing, bench.Host.LastEvent.CallState);

        bench.Play("point-7-queue-answered", skip: 6);

        var call = Assert.Single(bench.Host.Calls);
        Assert.Equal(PbxOutcome.Answered, call.Outcome);
        Assert.Equal("1001", call.AnsweredBy);
        Assert.All(bench.Host.Events, e => Assert.Equal(("4020", "call:queue"), (e.Queue, e.Topic)));
        Assert.Equal(
            [PbxOutcome.Missed, PbxOutcome.AnsweredElsewhere],
            call.Legs.Where(l => l.Extension == "1002").Select(l => l.Outcome!.Value));
    }

    [Fact]
    public void Point_7_a_caller_who_leaves_the_queue_has_given_up()
    {
        var bench = OneCloudBench.Open(Queue);
        bench.Play("point-7-queue-abandoned", count: 4);

        Assert.Equal(PbxCallState.Ringing, bench.Host.LastEvent.CallState);

        bench.Play("point-7-queue-abandoned", skip: 4);

        Assert.Equal(PbxOutcome.Abandoned, bench.Host.LastEvent.Outcome);
        Assert.Single(bench.Host.Calls);
    }

    [Fact]
    public void Point_8_a_record_that_two_subscriptions_bring_counts_once()
    {
        var bench = OneCloudBench.Open(Calls, Queue);
        bench.Play("point-8-doubles");

        Assert.Equal(3, bench.Host.Events.Count);
        Assert.Equal(3, bench.Host.Duplicates);
        Assert.Equal(PbxOutcome.Answered, bench.Host.LastEvent.Outcome);
    }

    [Fact]
    public void Unset_fields_are_empty_text_and_say_nothing()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Receive("""["call",{"orig_callid":"","term_callid":"","by_callid":"","by_action":"","ani":"","remove":""}]""");

        Assert.Null(bench.Host.LastEvent.CallId);
        Assert.Null(bench.Host.LastEvent.From);
        Assert.Null(bench.Host.LastEvent.CallState);
        Assert.Empty(bench.Host.Calls);
    }

    [Fact]
    public void A_short_record_without_types_is_read_by_its_users()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("short-records");

        Assert.Equal(PbxDirection.Inbound, bench.Host.LastEvent.Call!.Direction);
        Assert.Equal("1001", bench.Host.LastEvent.Extension);
        Assert.Equal(PbxOutcome.Missed, bench.Host.LastEvent.Outcome);
    }

    [Fact]
    public void Voicemail_that_takes_over_is_no_person()
    {
        var bench = OneCloudBench.Open(Calls);
        bench.Play("voicemail-after-ringing");

        Assert.Equal(PbxOutcome.Voicemail, bench.Host.LastEvent.Outcome);
        Assert.Null(bench.Host.LastEvent.Call!.AnsweredAt);
    }

    [Fact]
    public void Calls_of_two_extensions_are_kept_apart_by_what_was_asked_for()
    {
        var bench = OneCloudBench.Open(BothCalls);
        bench.Play("state-answered-elsewhere", count: 2);

        Assert.Equal(["1001", "1002"], bench.Host.Events.Select(e => e.Extension));
    }
}
