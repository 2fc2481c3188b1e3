using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Connection;

public sealed class CallTrackerTests
{
    private readonly CallTracker _tracker = new("c", "Test", 1000, new NameBook());
    private readonly CallUpdate _update = new();
    private DateTimeOffset _now = new(2030, 1, 1, 9, 0, 0, TimeSpan.Zero);

    private PbxCall Last => _tracker.GetCalls()[^1];

    private PbxEvent Leg(string leg, PbxLegRole role, PbxCallState? state, string? extension = null, PbxOutcome? outcome = null, string call = "1")
    {
        _update.Reset(call).Add(new LegUpdate(leg, role, state) { Extension = extension, Outcome = outcome });
        return Apply();
    }

    private PbxEvent Apply()
    {
        _now = _now.AddSeconds(1);
        var e = new PbxEvent { Name = "E", Time = _now, ReceivedAt = _now };
        _tracker.Apply(e, _update);
        return e;
    }

    private void RingTwoDevices()
    {
        Leg("in", PbxLegRole.Caller, PbxCallState.Offered);
        Leg("a", PbxLegRole.Callee, PbxCallState.Ringing, "101");
        Leg("b", PbxLegRole.Callee, PbxCallState.Ringing, "102");
    }

    [Fact]
    public void An_answer_to_a_question_after_a_gap_does_not_begin_a_call_anew_that_was_told_as_ended()
    {
        RingTwoDevices();
        _update.Reset("1").IsEnd = true;
        Assert.Equal(PbxOutcome.Missed, Apply().Outcome);
        _update.Reset("1").Add(new LegUpdate("in", PbxLegRole.Caller, PbxCallState.Offered));
        var e = new PbxEvent { Name = "E", Time = _now, ReceivedAt = _now, Synthesized = true };
        _tracker.Apply(e, _update);
        Assert.False(e.IsCallNews);
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Missed), (Last.State, Last.Outcome));
    }

    [Fact]
    public void An_answered_call_ends_as_answered_with_its_times()
    {
        RingTwoDevices();
        var answered = Leg("b", PbxLegRole.Callee, PbxCallState.Answered, "102");
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        Leg("b", PbxLegRole.Callee, PbxCallState.Ended);
        var end = Leg("in", PbxLegRole.Caller, PbxCallState.Ended);

        Assert.True(answered.IsCallNews);
        Assert.Equal(PbxCallState.Answered, answered.Call!.State);
        Assert.Null(answered.Call.Outcome);
        Assert.Equal(PbxOutcome.Answered, end.Outcome);
        Assert.Equal("102", end.Call!.AnsweredBy);
        Assert.Equal("102", end.Call.Extension);
        Assert.Equal(TimeSpan.FromSeconds(3), end.Call.TalkTime);
        Assert.Equal(7, end.Call.Events.Count);
        Assert.Equal(PbxOutcome.AnsweredElsewhere, end.Call.Legs.Single(l => l.LegId == "a").Outcome);
    }

    [Fact]
    public void A_call_that_nobody_answers_is_missed()
    {
        RingTwoDevices();
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        Assert.Null(Leg("b", PbxLegRole.Callee, PbxCallState.Ended).Outcome);
        var end = Leg("in", PbxLegRole.Caller, PbxCallState.Ended);
        Assert.Equal(PbxOutcome.Missed, end.Outcome);
        Assert.True(end.IsCallNews);
    }

    [Fact]
    public void A_second_device_that_rings_is_no_news()
    {
        Leg("in", PbxLegRole.Caller, PbxCallState.Offered);
        Assert.True(Leg("a", PbxLegRole.Callee, PbxCallState.Ringing, "101").IsCallNews);
        Assert.False(Leg("b", PbxLegRole.Callee, PbxCallState.Ringing, "102").IsCallNews);
    }

    [Fact]
    public void A_systems_answer_is_not_a_persons()
    {
        Leg("in", PbxLegRole.Caller, PbxCallState.Offered);
        Leg("in", PbxLegRole.Caller, PbxCallState.Answered);
        Leg("ivr", PbxLegRole.System, PbxCallState.Answered);
        Assert.Null(Last.AnsweredAt);
        Leg("ivr", PbxLegRole.System, PbxCallState.Ended);
        Assert.Equal(PbxOutcome.Missed, Leg("in", PbxLegRole.Caller, PbxCallState.Ended).Outcome);
    }

    [Fact]
    public void Taking_a_call_off_hold_is_no_news()
    {
        RingTwoDevices();
        Leg("a", PbxLegRole.Callee, PbxCallState.Answered, "101");
        var held = Leg("a", PbxLegRole.Callee, PbxCallState.Held);
        var resumed = Leg("a", PbxLegRole.Callee, PbxCallState.Answered);
        Assert.True(held.IsCallNews);
        Assert.Equal(PbxCallState.Held, held.CallState);
        Assert.False(resumed.IsCallNews);
        Assert.Equal(PbxCallState.Answered, resumed.CallState);
    }

    [Fact]
    public void A_blind_transfer_is_seen_when_another_party_rings_and_nobody_talks()
    {
        RingTwoDevices();
        Leg("a", PbxLegRole.Callee, PbxCallState.Answered, "101");
        Leg("b", PbxLegRole.Callee, PbxCallState.Ended);
        Leg("c", PbxLegRole.Callee, PbxCallState.Ringing, "103");
        var moved = Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        Assert.Equal(PbxCallState.Transferred, moved.CallState);
        Assert.True(moved.IsCallNews);
        var answered = Leg("c", PbxLegRole.Callee, PbxCallState.Answered, "103");
        Assert.True(answered.IsCallNews);
        Assert.Equal("103", answered.Call!.AnsweredBy);
        Leg("c", PbxLegRole.Callee, PbxCallState.Ended);
        Assert.Equal(PbxOutcome.Transferred, Leg("in", PbxLegRole.Caller, PbxCallState.Ended).Outcome);
    }

    [Fact]
    public void An_attended_transfer_is_seen_when_the_first_person_leaves_and_the_second_stays()
    {
        RingTwoDevices();
        Leg("a", PbxLegRole.Callee, PbxCallState.Answered, "101");
        Leg("b", PbxLegRole.Callee, PbxCallState.Ended);
        Leg("c", PbxLegRole.Callee, PbxCallState.Answered, "103");
        var moved = Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        Assert.Equal(PbxCallState.Transferred, moved.CallState);
    }

    [Fact]
    public void A_frame_that_comes_late_takes_nothing_back()
    {
        RingTwoDevices();
        Leg("a", PbxLegRole.Callee, PbxCallState.Answered, "101");
        var late = Leg("a", PbxLegRole.Callee, PbxCallState.Ringing, "101");
        Assert.Equal(PbxCallState.Answered, late.CallState);
        Assert.False(late.IsCallNews);
    }

    [Fact]
    public void The_end_of_a_call_stands_and_a_double_is_no_news()
    {
        _update.Reset("1").State = PbxCallState.Ringing;
        Apply();
        _update.Reset("1").IsEnd = true;
        _update.Outcome = PbxOutcome.Failed;
        Assert.True(Apply().IsCallNews);
        _update.Reset("1").IsEnd = true;
        _update.Outcome = PbxOutcome.Missed;
        var second = Apply();
        Assert.False(second.IsCallNews);
        Assert.Equal(PbxOutcome.Failed, second.Outcome);
    }

    [Fact]
    public void A_call_id_that_repeats_is_another_call()
    {
        RingTwoDevices();
        foreach (var leg in (string[])["a", "b", "in"])
            Leg(leg, leg == "in" ? PbxLegRole.Caller : PbxLegRole.Callee, PbxCallState.Ended);
        var again = Leg("in", PbxLegRole.Caller, PbxCallState.Offered);
        Assert.True(again.IsCallNews);
        Assert.Equal(PbxCallState.Offered, again.CallState);
        Assert.Null(again.Outcome);
        Assert.Single(again.Call!.Legs);
    }

    [Fact]
    public void The_end_of_a_call_that_was_never_seen_makes_no_call()
    {
        var end = Leg("in", PbxLegRole.Caller, PbxCallState.Ended);
        Assert.Equal(PbxCallState.Ended, end.CallState);
        Assert.Null(end.Call);
        Assert.Empty(_tracker.GetCalls());
    }

    [Fact]
    public void A_platforms_word_for_an_unanswered_call_wins()
    {
        RingTwoDevices();
        _update.Reset("1").Outcome = PbxOutcome.Abandoned;
        Apply();
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        Leg("b", PbxLegRole.Callee, PbxCallState.Ended);
        Assert.Equal(PbxOutcome.Abandoned, Leg("in", PbxLegRole.Caller, PbxCallState.Ended).Outcome);
    }

    [Fact]
    public void Only_when_all_devices_are_busy_is_the_call_busy()
    {
        RingTwoDevices();
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended, outcome: PbxOutcome.Busy);
        Leg("b", PbxLegRole.Callee, PbxCallState.Ended, outcome: PbxOutcome.Busy);
        Assert.Equal(PbxOutcome.Busy, Leg("in", PbxLegRole.Caller, PbxCallState.Ended).Outcome);

        foreach (var outcome in (PbxOutcome[])[PbxOutcome.Busy, PbxOutcome.Missed])
            Leg(outcome.ToString(), PbxLegRole.Callee, PbxCallState.Ringing, "x", call: "2");
        Leg("Busy", PbxLegRole.Callee, PbxCallState.Ended, outcome: PbxOutcome.Busy, call: "2");
        Assert.Equal(PbxOutcome.Missed, Leg("Missed", PbxLegRole.Callee, PbxCallState.Ended, call: "2").Outcome);
    }

    [Fact]
    public void A_call_that_its_session_keeps_open_ends_only_by_word()
    {
        _update.Reset("1").Add(new LegUpdate("a", PbxLegRole.Callee, PbxCallState.Ringing));
        Apply();
        _update.Reset("1").KeepsOpen = true;
        _update.Add(new LegUpdate("a", PbxLegRole.Callee, PbxCallState.Ended));
        Assert.NotEqual(PbxCallState.Ended, Apply().CallState);
        _update.Reset("1").IsEnd = true;
        Assert.Equal(PbxOutcome.Missed, Apply().Outcome);
    }

    [Fact]
    public void An_older_state_of_a_call_does_not_change()
    {
        RingTwoDevices();
        var ringing = Last;
        Leg("a", PbxLegRole.Callee, PbxCallState.Answered, "101");
        Assert.Equal(PbxCallState.Ringing, ringing.State);
        Assert.Equal(3, ringing.Events.Count);
        Assert.All(ringing.Legs, l => Assert.Null(l.AnsweredAt));
    }

    [Fact]
    public void Keeps_a_bounded_number_of_ended_calls()
    {
        for (var i = 0; i < 1500; i++)
        {
            Leg("a", PbxLegRole.Callee, PbxCallState.Ringing, "1", call: $"{i}");
            Leg("a", PbxLegRole.Callee, PbxCallState.Ended, call: $"{i}");
        }
        Assert.Equal(1000, _tracker.GetCalls().Count);
        Assert.Equal("500", _tracker.GetCalls()[0].CallId);
        Assert.Equal(_tracker.GetCalls()[0].StartedAt.AddSeconds(-1), _tracker.DroppedUntil);
    }

    [Fact]
    public void Of_very_many_ended_calls_only_the_last_thousand_keep_their_events()
    {
        var tracker = new CallTracker("c", "Test", 3000, new NameBook());
        for (var i = 0; i < 1500; i++)
        {
            foreach (var state in new[] { PbxCallState.Ringing, PbxCallState.Ended })
            {
                _update.Reset($"{i}").Add(new LegUpdate("a", PbxLegRole.Callee, state));
                _now = _now.AddSeconds(1);
                tracker.Apply(new PbxEvent { Name = "E", Time = _now, ReceivedAt = _now }, _update);
            }
        }
        var calls = tracker.GetCalls();
        Assert.Equal(1500, calls.Count);
        Assert.Null(tracker.DroppedUntil);
        Assert.Empty(calls[499].Events);
        Assert.Single(calls[499].Legs);
        Assert.Equal(2, calls[500].Events.Count);

        // A late word about a call without events leaves it so.
        _update.Reset("0").Add(new LegUpdate("a", PbxLegRole.Callee, PbxCallState.Ended));
        var late = new PbxEvent { Name = "E", Time = _now, ReceivedAt = _now };
        tracker.Apply(late, _update);
        Assert.Empty(late.Call!.Events);
    }

    [Fact]
    public void A_final_record_tells_the_times_that_no_event_told()
    {
        var start = _now;
        _update.Reset("1").IsEnd = true;
        _update.Outcome = PbxOutcome.Answered;
        _update.StartedAt = start.AddSeconds(-30);
        _update.RingingAt = start.AddSeconds(-28);
        _update.Add(new LegUpdate("a", PbxLegRole.Callee, PbxCallState.Ended) { Extension = "101", AnsweredAt = start.AddSeconds(-20) });
        var call = Apply().Call!;

        Assert.Equal(start.AddSeconds(-30), call.StartedAt);
        Assert.Equal(start.AddSeconds(-28), call.RingingAt);
        Assert.Equal(start.AddSeconds(-20), call.AnsweredAt);
        Assert.Equal("101", call.AnsweredBy);
    }

    [Fact]
    public void A_snapshot_is_state_and_no_news()
    {
        _update.Reset("1").IsSnapshot = true;
        _update.State = PbxCallState.Ringing;
        var snapshot = Apply();

        Assert.Equal(PbxCallState.Ringing, snapshot.CallState);
        Assert.False(snapshot.IsCallNews);
        Assert.True(Leg("a", PbxLegRole.Callee, PbxCallState.Answered, "101").IsCallNews);
    }
}
