using static PbxEvents.Tests.Unit.Yeastar.YeastarRig;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>Members and the state of a call: yeastar.md sections 5.2, 5.5, 6.1 and 6.2, and section 8, rows K and L.</summary>
public sealed class YeastarCallTests
{
    private readonly YeastarRig _rig = new();

    public YeastarCallTests() => _rig.ListenToCalls();

    private void Pass(double seconds)
    {
        // The PBX answers heartbeats, so that only the timers of calls decide.
        for (; seconds > 0; seconds -= 10)
        {
            _rig.Host.Advance(TimeSpan.FromSeconds(Math.Min(seconds, 10)));
            _rig.Host.Receive("heartbeat response");
        }
    }

    // ---- direction -------------------------------------------------------------------------------------------------

    [Fact]
    public void Any_inbound_member_makes_the_call_inbound()
    {
        _rig.Call(Extension("1001", "RING"));
        _rig.Call(Inbound("ALERT"));
        Assert.Equal(PbxDirection.Inbound, _rig.TheCall.Direction);
        Assert.Equal("2025550100", _rig.TheCall.From);
        Assert.Equal("2025550199", _rig.TheCall.To);
    }

    [Fact]
    public void Any_outbound_member_makes_the_call_outbound()
    {
        _rig.Call(Extension("1001", "ALERT"), Outbound("RING"));
        Assert.Equal(PbxDirection.Outbound, _rig.TheCall.Direction);
        Assert.Equal("1001", _rig.TheCall.From);
        Assert.Equal("2025550100", _rig.TheCall.To);
    }

    [Fact]
    public void Only_extensions_make_the_call_internal()
    {
        _rig.Call(Extension("1001", "ALERT"), Extension("1002", "RING"));
        Assert.Equal(PbxDirection.Internal, _rig.TheCall.Direction);
        Assert.Equal("1001", _rig.TheCall.From);
        Assert.Equal("1002", _rig.TheCall.To);
    }

    [Fact]
    public void A_call_from_outside_that_is_forwarded_outside_stays_inbound()
    {
        _rig.Call(Inbound("ALERT"));
        _rig.Call(Outbound("RING"));
        Assert.Equal(PbxDirection.Inbound, _rig.TheCall.Direction);
        Assert.Equal("2025550100", _rig.TheCall.From);
    }

    // ---- states ----------------------------------------------------------------------------------------------------

    [Fact]
    public void Offered_is_an_inbound_leg_in_ALERT_alone()
    {
        _rig.Call(Inbound("ALERT"));
        Assert.Equal([PbxCallState.Offered], _rig.News);
    }

    [Fact]
    public void Offered_is_an_incoming_call_request()
    {
        _rig.Event(30016, $$"""{"call_id":"{{CallId}}","members":[{"inbound":{"from":"2025550100","to":"2025550199","trunk_name":"T1","channel_id":"c1"} }]}""");
        Assert.Equal([PbxCallState.Offered], _rig.News);
        Assert.Equal("2025550100", _rig.TheCall.From);
    }

    [Fact]
    public void Ringing_is_an_extension_leg_in_RING()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        Assert.Equal([PbxCallState.Ringing], _rig.News);
        Assert.Equal("1001", _rig.TheCall.Extension);
    }

    [Theory]
    [InlineData("RING")]
    [InlineData("EARLYMEDIA")]
    public void Ringing_outbound_is_an_outbound_leg_in_RING_or_EARLYMEDIA(string status)
    {
        _rig.Call(Extension("1001", "ALERT"));
        _rig.Call(Outbound(status));
        Assert.Equal([PbxCallState.Offered, PbxCallState.Ringing], _rig.News);
    }

    [Fact]
    public void Answered_inbound_is_an_extension_leg_in_ANSWER()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1001", "ANSWER"));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
        Assert.Equal("1001", _rig.TheCall.AnsweredBy);
    }

    [Fact]
    public void Answered_outbound_is_the_outbound_leg_in_ANSWER_and_not_the_callers_ANSWERED()
    {
        _rig.Call(Extension("1001", "ALERT"), Outbound("RING"));
        _rig.Call(Extension("1001", "ANSWERED"));
        Assert.Equal(PbxCallState.Ringing, _rig.TheCall.State);
        _rig.Call(Outbound("ANSWER"));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
        Assert.Equal("2025550100", _rig.TheCall.AnsweredBy);
    }

    [Fact]
    public void Members_need_not_stand_in_any_order()
    {
        _rig.Call(Extension("1001", "ANSWER"), Inbound("ANSWERED"));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
        Assert.Equal(PbxDirection.Inbound, _rig.TheCall.Direction);
    }

    [Fact]
    public void An_inbound_leg_ANSWERED_with_a_path_is_a_machine_and_no_person()
    {
        _rig.Call(Inbound("ALERT"));
        _rig.Call(Inbound("ANSWERED", path: "6500"));
        Assert.Null(_rig.TheCall.AnsweredAt);
        Assert.Equal(PbxCallState.Offered, _rig.TheCall.State);
        _rig.Call(Extension("1001", "RING", path: "6500"));
        Assert.Equal(PbxCallState.Ringing, _rig.TheCall.State);
        _rig.Call(Extension("1001", "ANSWER", path: "6500"));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
    }

    [Fact]
    public void Held_is_any_leg_on_HOLD_and_resumed_is_the_same_leg_in_ANSWER()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Call(Extension("1001", "HOLD"));
        Assert.Equal(PbxCallState.Held, _rig.TheCall.State);
        _rig.Call(Extension("1001", "ANSWER"));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);

        // Taken off hold is no second answer.
        Assert.Equal([PbxCallState.Answered, PbxCallState.Held], _rig.News);
    }

    [Fact]
    public void The_callers_leg_on_HOLD_is_resumed_with_ANSWERED()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Call(Inbound("HOLD"));
        Assert.Equal(PbxCallState.Held, _rig.TheCall.State);
        _rig.Call(Inbound("ANSWERED"));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
        Assert.Equal("1001", _rig.TheCall.AnsweredBy);
    }

    [Fact]
    public void Transferred_is_a_transfer_report()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Event(30013, Members(Extension("1001", "ANSWER"), Extension("1002", "RING")));
        Assert.Equal(PbxCallState.Transferred, _rig.TheCall.State);
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Extension("1002", "ANSWER"));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
        Assert.Equal("1002", _rig.TheCall.AnsweredBy);
        _rig.Call(Extension("1002", "BYE"), Inbound("BYE"));
        _rig.Settle(Record("ANSWERED", to: "1002"));
        Assert.Equal(PbxOutcome.Transferred, _rig.TheCall.Outcome);
    }

    [Fact]
    public void Forwarded_is_a_report_and_does_not_end_the_ringing()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Event(30014, Members(Extension("1001", "BYE"), Extension("1002", "RING")));
        Assert.Equal("CallForwardingReport", _rig.Host.LastEvent.Topic);
        Assert.Equal(PbxCallState.Ringing, _rig.TheCall.State);
        _rig.Call(Extension("1002", "ANSWER"));
        _rig.Call(Extension("1002", "BYE"), Inbound("BYE"));
        _rig.Settle(Record("ANSWERED", to: "1002"));
        Assert.Equal(PbxOutcome.Answered, _rig.TheCall.Outcome);
    }

    [Theory]
    [InlineData("486 Busy here", PbxOutcome.Busy)]
    [InlineData("486 Busy Here", PbxOutcome.Busy)]
    [InlineData("User Busy", PbxOutcome.Busy)]
    [InlineData("603 Declined", PbxOutcome.Rejected)]
    [InlineData("DND", PbxOutcome.Rejected)]
    [InlineData("NOT found", PbxOutcome.Failed)]
    [InlineData("404 NOT found", PbxOutcome.Failed)]
    [InlineData("NO Dial Permission", PbxOutcome.Failed)]
    [InlineData("NO Outbound Restrictin", PbxOutcome.Failed)]
    [InlineData("Circuit/channel congestion", PbxOutcome.Failed)]
    [InlineData("Line Unreachable", PbxOutcome.Failed)]
    [InlineData("410 Gone", PbxOutcome.Failed)]
    [InlineData("408 Request Time", PbxOutcome.Failed)]
    [InlineData("480 Temporatily Unavailable", PbxOutcome.Failed)]
    [InlineData("484 Address incomplete", PbxOutcome.Failed)]
    [InlineData("something new", PbxOutcome.Failed)]
    public void A_failure_report_says_how_a_call_ended_that_nobody_answered(string reason, PbxOutcome outcome)
    {
        _rig.Call(Extension("1001", "ALERT"));
        _rig.Event(30015, $$"""{"call_id":"{{CallId}}","reason":"{{reason}}","members":null}""");
        Assert.Null(_rig.TheCall.Outcome);
        Pass(5);
        Assert.Equal(PbxCallState.Ended, _rig.TheCall.State);
        Assert.Equal(outcome, _rig.TheCall.Outcome);
    }

    [Fact]
    public void A_failure_is_not_the_end_of_a_call_that_is_dialled_another_way()
    {
        _rig.Call(Extension("1001", "ALERT"));
        _rig.Event(30015, $$"""{"call_id":"{{CallId}}","reason":"Circuit/channel congestion","members":null}""");
        Pass(4);
        _rig.Call(Outbound("RING"));
        Pass(20);
        Assert.Equal(PbxCallState.Ringing, _rig.TheCall.State);
        _rig.Call(Outbound("ANSWER"));
        _rig.Call(Outbound("BYE"), Extension("1001", "BYE"));
        _rig.Settle(Record("ANSWERED", type: "Outbound"));
        Assert.Equal(PbxOutcome.Answered, _rig.TheCall.Outcome);
    }

    [Fact]
    public void One_phones_failure_is_not_the_calls_while_another_one_rings()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"), Extension("1002", "RING"));
        _rig.Event(30015, $$"""{"call_id":"{{CallId}}","reason":"486 Busy here","members":[{{Extension("1001", "BYE")}}]}""");
        Pass(30);
        Assert.Equal(PbxCallState.Ringing, _rig.TheCall.State);
    }

    [Fact]
    public void A_failure_of_the_agents_own_leg_alone_ends_a_call_whose_customer_was_never_dialled()
    {
        _rig.Event(30015, $$"""{"call_id":"{{CallId}}","reason":"480 Temporatily Unavailable","members":[{{Extension("1001", "BYE")}}]}""");
        _rig.Call(Extension("1001", "BYE"));
        Pass(5);
        Assert.NotEqual(PbxOutcome.Answered, _rig.Host.LastEvent.Outcome);
        Assert.Equal(PbxCallState.Ended, _rig.Host.LastEvent.CallState);
    }

    // ---- the end ---------------------------------------------------------------------------------------------------

    [Fact]
    public void A_leg_ends_with_BYE_and_the_call_goes_on_while_another_leg_lives()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Call(Extension("1001", "BYE"));
        Assert.Equal(PbxCallState.Ended, _rig.TheCall.Legs.Single(l => l.Extension == "1001").State);
        Assert.NotEqual(PbxCallState.Ended, _rig.TheCall.State);
        Pass(60);
        Assert.NotEqual(PbxCallState.Ended, _rig.TheCall.State);
    }

    [Fact]
    public void After_the_last_BYE_the_record_is_awaited_for_two_seconds_and_decides()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Inbound("BYE"));
        Pass(1.9);
        Assert.NotEqual(PbxCallState.Ended, _rig.TheCall.State);
        _rig.Settle(Record("VOICEMAIL"));
        Assert.Equal(PbxOutcome.Voicemail, _rig.TheCall.Outcome);
    }

    [Fact]
    public void Without_a_record_all_BYE_and_no_callees_ANSWER_are_a_missed_call()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Inbound("BYE"));
        Pass(2);
        Assert.Equal(PbxCallState.Ended, _rig.TheCall.State);
        Assert.Equal(PbxOutcome.Missed, _rig.TheCall.Outcome);
        Assert.Equal("CallEnded", _rig.Host.LastEvent.Name);
        Assert.True(_rig.Host.LastEvent.Synthesized);
    }

    [Fact]
    public void A_leg_that_appears_within_the_two_seconds_keeps_the_call_alive()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Call(Inbound("BYE"), Extension("1001", "BYE"));
        Pass(1);
        _rig.Call(Extension("1002", "RING"));
        Pass(60);
        Assert.NotEqual(PbxCallState.Ended, _rig.TheCall.State);
    }

    [Fact]
    public void When_nobody_subscribed_to_records_the_last_BYE_ends_the_call_at_once()
    {
        var rig = new YeastarRig();
        rig.Subscribe("30011");
        rig.Connect();
        rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        rig.Call(Inbound("BYE"), Extension("1001", "BYE"));
        Assert.Equal(PbxOutcome.Missed, rig.TheCall.Outcome);
    }

    [Fact]
    public void The_order_of_arrival_is_the_only_order_and_an_answered_leg_does_not_ring_again()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Call(Extension("1001", "RING"));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
    }

    [Fact]
    public void A_late_BYE_after_the_record_changes_nothing()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Settle(Record("ANSWERED"));
        Assert.Equal(PbxCallState.Ended, _rig.TheCall.State);
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Inbound("BYE"));
        Pass(10);
        Assert.Equal([PbxCallState.Answered, PbxCallState.Ended], _rig.News);
        Assert.Equal(PbxOutcome.Answered, _rig.TheCall.Outcome);
    }

    // ---- legs ------------------------------------------------------------------------------------------------------

    [Fact]
    public void An_extension_that_rang_while_another_one_answered_was_answered_elsewhere()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"), Extension("1002", "RING"));
        _rig.Call(Extension("1002", "ANSWER"), Inbound("ANSWERED"));
        _rig.Call(Extension("1001", "BYE"));
        Assert.Equal(PbxOutcome.AnsweredElsewhere, _rig.TheCall.Legs.Single(l => l.Extension == "1001").Outcome);
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
    }

    [Fact]
    public void An_agents_ringing_timeout_is_a_miss_of_that_agent_and_not_of_the_call()
    {
        _rig.Call(Inbound("ANSWERED", path: "6400"), Extension("1001", "RING", path: "6400"));
        _rig.Event(30026, $$"""{"queue_number":"6400","agent_number":"1001","caller_number":"2025550100","call_id":"{{CallId}}"}""");
        Assert.Equal(PbxCategory.Agent, _rig.Host.LastEvent.Category);
        Assert.Equal(("1001", "6400", "2025550100"), (_rig.Host.LastEvent.Extension, _rig.Host.LastEvent.Queue, _rig.Host.LastEvent.From));
        _rig.Call(Extension("1001", "BYE", path: "6400"), Extension("1002", "ANSWER", path: "6400"));
        Assert.Equal(PbxOutcome.Missed, _rig.TheCall.Legs.Single(l => l.Extension == "1001").Outcome);
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
        Assert.Equal("6400", _rig.TheCall.Queue);
    }

    [Fact]
    public void Members_are_merged_by_channel_and_absence_says_nothing()
    {
        _rig.Call(Inbound("ALERT"));
        _rig.Call(Extension("1001", "RING"));
        _rig.Call(Inbound("ANSWERED"));
        _rig.Call(Extension("1001", "ANSWER"));
        Assert.Equal(2, _rig.TheCall.Legs.Count);
        Assert.All(_rig.TheCall.Legs, l => Assert.Equal(PbxCallState.Answered, l.State));
    }

    [Fact]
    public void Two_devices_of_one_extension_are_two_legs()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING", channel: "a"), Extension("1001", "RING", channel: "b"));
        _rig.Call(Extension("1001", "ANSWER", channel: "b"), Extension("1001", "BYE", channel: "a"));
        Assert.Equal(3, _rig.TheCall.Legs.Count);
        Assert.Equal(PbxOutcome.AnsweredElsewhere, _rig.TheCall.Legs.Single(l => l.LegId == "a").Outcome);
    }

    [Fact]
    public void An_unknown_member_status_is_passed_on_and_changes_no_state()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1001", "CONNECTED"));
        Assert.Equal(PbxCallState.Ringing, _rig.TheCall.State);
        Assert.Contains("CONNECTED", _rig.Host.LastEvent.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_called_Unknown_has_no_number()
    {
        _rig.Call(Inbound("ALERT", from: "Unknown"));
        Assert.Null(_rig.TheCall.From);
    }

    [Fact]
    public void A_call_id_stays_text_and_keeps_its_zero()
    {
        _rig.Call(Inbound("ALERT"));
        Assert.Equal("1700000000.10", _rig.Host.LastEvent.CallId);
    }

    // ---- queues ----------------------------------------------------------------------------------------------------

    [Fact]
    public void A_path_is_a_queue_when_the_user_named_it()
    {
        _rig.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["6400"] });
        _rig.Call(Inbound("ANSWERED", path: "6400"));
        Assert.Equal("6400", _rig.TheCall.Queue);
    }

    [Fact]
    public void A_path_is_a_queue_when_an_agents_event_named_it()
    {
        _rig.Event(30029, """{"queue_number":"queue-6400","agent_number":"1001","status":"login","reason":""}""");
        Assert.Equal("6400", _rig.Host.LastEvent.Queue);
        Assert.Equal(("1001", "login"), (_rig.Host.Queues[0].Agents[0].Extension, _rig.Host.Queues[0].Agents[0].State));
        _rig.Call(Inbound("ANSWERED", path: "6400"));
        Assert.Equal("6400", _rig.TheCall.Queue);
        Assert.Equal(_rig.TheCall.CallId, _rig.Host.Queues[0].Waiting.Single().CallId);
    }

    [Fact]
    public void A_path_that_nobody_named_may_be_a_menu()
    {
        _rig.Call(Inbound("ANSWERED", path: "6500"));
        Assert.Null(_rig.TheCall.Queue);
    }

    [Fact]
    public void A_caller_who_gives_up_in_a_queue_has_abandoned_the_call()
    {
        _rig.Event(30029, """{"queue_number":"6400","agent_number":"1001","status":"login","reason":""}""");
        _rig.Call(Inbound("ANSWERED", path: "6400"), Extension("1001", "RING", path: "6400"));
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Inbound("BYE"));
        Pass(2);
        Assert.Equal(PbxOutcome.Abandoned, _rig.TheCall.Outcome);
    }

    [Fact]
    public void A_record_of_an_agent_who_did_not_answer_does_not_end_a_call_whose_caller_waits()
    {
        _rig.Call(Inbound("ANSWERED", path: "6400"), Extension("1001", "RING", path: "6400"));
        _rig.Call(Extension("1001", "BYE", path: "6400"));
        _rig.Settle(Record("NO ANSWER", uid: "U1"));
        Pass(20);
        Assert.NotEqual(PbxCallState.Ended, _rig.TheCall.State);
        _rig.Call(Extension("1002", "RING", path: "6400"));
        _rig.Call(Extension("1002", "ANSWER", path: "6400"));
        _rig.Settle(Record("ANSWERED", to: "1002", uid: "U2"));
        Assert.Equal(PbxOutcome.Answered, _rig.TheCall.Outcome);
    }

    // ---- section 8 -------------------------------------------------------------------------------------------------

    [Fact]
    public void Row_K_a_missed_call()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Inbound("BYE"));
        _rig.Settle(Record("NO ANSWER"));
        Assert.Equal(PbxOutcome.Missed, _rig.TheCall.Outcome);
        Assert.Equal([PbxCallState.Ringing, PbxCallState.Ended], _rig.News);
    }

    [Fact]
    public void A_callee_who_declined_has_rejected_the_call_although_the_record_only_says_that_nobody_answered()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Event(30015, $$"""{"call_id":"{{CallId}}","reason":"603 Declined","members":[{{Extension("1001", "BYE")}}]}""");
        _rig.Call(Inbound("BYE"));
        _rig.Settle(Record("NO ANSWER"));
        Assert.Equal(PbxOutcome.Rejected, _rig.TheCall.Outcome);
    }

    [Fact]
    public void One_of_two_who_declined_has_not_rejected_the_call()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"), Extension("1002", "RING"));
        _rig.Event(30015, $$"""{"call_id":"{{CallId}}","reason":"603 Declined","members":[{{Extension("1001", "BYE")}}]}""");
        _rig.Call(Extension("1002", "BYE"), Inbound("BYE"));
        _rig.Settle(Record("NO ANSWER"));
        Assert.Equal(PbxOutcome.Missed, _rig.TheCall.Outcome);
    }

    [Fact]
    public void Row_L_an_outbound_call_to_a_busy_number()
    {
        _rig.Call(Extension("1001", "ALERT"));
        _rig.Event(30015, $$"""{"call_id":"{{CallId}}","reason":"486 Busy Here","members":null}""");
        _rig.Settle(Record("BUSY", type: "Outbound", to: "2025550100", from: "1001"));
        Assert.Equal(PbxOutcome.Busy, _rig.TheCall.Outcome);
        Assert.Equal(PbxDirection.Outbound, _rig.TheCall.Direction);
    }
}
