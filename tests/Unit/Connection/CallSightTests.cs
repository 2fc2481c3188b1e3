using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>A call is missed only when everything of it was seen, or when the platform says so.</summary>
public sealed class CallSightTests
{
    private readonly CallTracker _tracker = new("c", "Test", 1000, new NameBook());
    private readonly CallUpdate _update = new();
    private DateTimeOffset _now = new(2030, 1, 1, 9, 0, 0, TimeSpan.Zero);

    private CallUpdate Update() => _update.Reset("1");

    private void Add(string leg, PbxLegRole role, PbxCallState? state, PbxOutcome? outcome = null) =>
        _update.Add(new LegUpdate(leg, role, state) { Outcome = outcome });

    private PbxCall? Apply(bool synthesized = false)
    {
        _now = _now.AddSeconds(1);
        var e = new PbxEvent { Name = "E", Time = _now, ReceivedAt = _now, Synthesized = synthesized };
        _tracker.Apply(e, _update);
        return e.Call;
    }

    private PbxCall? Leg(string leg, PbxLegRole role, PbxCallState? state, PbxOutcome? outcome = null)
    {
        Update();
        Add(leg, role, state, outcome);
        return Apply();
    }

    private void Ring()
    {
        Leg("in", PbxLegRole.Caller, PbxCallState.Offered);
        Leg("a", PbxLegRole.Callee, PbxCallState.Ringing);
    }

    private PbxCall End()
    {
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        return Leg("in", PbxLegRole.Caller, PbxCallState.Ended)!;
    }

    [Fact]
    public void A_call_that_was_seen_whole_is_missed()
    {
        Ring();
        Assert.Equal(PbxOutcome.Missed, End().Outcome);
    }

    [Fact]
    public void A_call_that_rang_while_the_link_was_lost_has_no_outcome()
    {
        Ring();
        _tracker.LoseSight();
        var call = End();
        Assert.Equal(PbxCallState.Ended, call.State);
        Assert.Null(call.Outcome);
        Assert.All(call.Legs, l => Assert.Null(l.Outcome));
        Assert.False(call.IsUnreached);
        Assert.False(call.IsReached);
    }

    [Fact]
    public void A_machine_that_another_process_saw_take_the_call_is_no_person_when_it_hangs_up()
    {
        Ring();
        Leg("box", PbxLegRole.System, PbxCallState.Answered);
        _tracker.LoseSight();
        Leg("box", PbxLegRole.Callee, PbxCallState.Ended);
        var call = End();
        Assert.Null(call.Outcome);
        Assert.Null(call.AnsweredBy);
    }

    [Fact]
    public void A_phone_that_rang_when_sight_was_lost_does_not_make_a_transfer_of_a_call_whose_person_hangs_up()
    {
        Ring();
        Leg("b", PbxLegRole.Callee, PbxCallState.Ringing);
        _tracker.LoseSight();
        Leg("b", PbxLegRole.Callee, PbxCallState.Answered);
        Assert.Equal(PbxCallState.Answered, Leg("b", PbxLegRole.Callee, PbxCallState.Ended)!.State);
        Update().IsEnd = true;
        Assert.Equal(PbxOutcome.Answered, Apply()!.Outcome);
    }

    [Fact]
    public void What_was_delivered_afterwards_makes_it_whole_again()
    {
        Ring();
        _tracker.LoseSight();
        _tracker.RegainSight();
        Assert.Equal(PbxOutcome.Missed, End().Outcome);
    }

    [Fact]
    public void A_call_that_still_rings_when_it_is_asked_for_is_whole_again()
    {
        Ring();
        _tracker.LoseSight();
        Update();
        Add("a", PbxLegRole.Callee, PbxCallState.Ringing);
        Apply(synthesized: true);
        Assert.Equal(PbxOutcome.Missed, End().Outcome);
    }

    [Fact]
    public void A_call_that_was_answered_before_the_link_was_lost_is_answered()
    {
        Ring();
        Leg("a", PbxLegRole.Callee, PbxCallState.Answered);
        _tracker.LoseSight();
        Assert.Equal(PbxOutcome.Answered, End().Outcome);
    }

    [Fact]
    public void After_a_loss_the_platforms_word_for_every_leg_makes_a_miss()
    {
        Ring();
        Leg("b", PbxLegRole.Callee, PbxCallState.Ringing);
        _tracker.LoseSight();
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended, PbxOutcome.Missed);
        Leg("b", PbxLegRole.Callee, PbxCallState.Ended, PbxOutcome.Missed);
        Assert.Equal(PbxOutcome.Missed, Leg("in", PbxLegRole.Caller, PbxCallState.Ended)!.Outcome);
    }

    [Fact]
    public void After_a_loss_the_word_for_one_leg_of_two_is_not_enough()
    {
        Ring();
        Leg("b", PbxLegRole.Callee, PbxCallState.Ringing);
        _tracker.LoseSight();
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended, PbxOutcome.Missed);
        Leg("b", PbxLegRole.Callee, PbxCallState.Ended);
        Assert.Null(Leg("in", PbxLegRole.Caller, PbxCallState.Ended)!.Outcome);
    }

    [Fact]
    public void A_leg_that_missed_the_call_before_the_loss_proves_nothing_of_it()
    {
        Ring();
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        _tracker.LoseSight();
        Assert.Null(Leg("in", PbxLegRole.Caller, PbxCallState.Ended)!.Outcome);
    }

    [Fact]
    public void Who_waited_in_a_queue_has_given_up_only_when_everything_was_seen()
    {
        Ring();
        Update().OutcomeIfUnanswered = PbxOutcome.Abandoned;
        Apply();
        _tracker.LoseSight();
        Assert.Null(End().Outcome);
    }

    [Theory]
    [InlineData(PbxLegRole.Caller, PbxCallState.Answered)]
    [InlineData(PbxLegRole.System, PbxCallState.Answered)]
    [InlineData(PbxLegRole.System, PbxCallState.Held)]
    public void A_call_whose_set_up_was_not_seen_has_no_outcome(PbxLegRole role, PbxCallState state)
    {
        Leg("in", role, state);
        Assert.Null(Leg("in", role, PbxCallState.Ended)!.Outcome);
    }

    [Fact]
    public void A_person_on_hold_has_answered()
    {
        Leg("a", PbxLegRole.Callee, PbxCallState.Held);
        var call = Leg("a", PbxLegRole.Callee, PbxCallState.Ended)!;
        Assert.Equal(PbxOutcome.Answered, call.Outcome);
        Assert.True(call.IsReached);
    }

    [Fact]
    public void An_end_alone_that_tells_the_outcome_is_a_call()
    {
        Assert.Null(Leg("a", PbxLegRole.Callee, PbxCallState.Ended));
        Assert.Equal(PbxOutcome.Missed, Leg("a", PbxLegRole.Callee, PbxCallState.Ended, PbxOutcome.Missed)!.Outcome);
    }

    [Fact]
    public void A_call_that_nothing_spoke_of_for_hours_was_missed_by_nobody()
    {
        Ring();
        Update().IsEnd = _update.HasUnseen = true;
        Assert.Null(Apply()!.Outcome);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(PbxOutcome.Missed)]
    [InlineData(PbxOutcome.Abandoned)]
    public void An_outbound_call_is_nobodys_miss(PbxOutcome? told)
    {
        Ring();
        Update().Direction = PbxDirection.Outbound;
        _update.Outcome = told;
        _update.EndedBy = PbxEndedBy.Caller;
        Apply();
        var call = End();
        Assert.Equal((PbxOutcome.Failed, PbxEndedBy.Caller), (call.Outcome, call.EndedBy));
    }

    [Fact]
    public void A_loser_whose_end_is_told_before_the_winners_answer_did_not_miss_the_call()
    {
        Ring();
        Leg("b", PbxLegRole.Callee, PbxCallState.Ringing);
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        var call = Leg("b", PbxLegRole.Callee, PbxCallState.Answered)!;
        Assert.Equal(PbxOutcome.AnsweredElsewhere, call.Legs.Single(l => l.LegId == "a").Outcome);
    }

    [Fact]
    public void An_answer_that_comes_after_its_legs_end_counts()
    {
        Ring();
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        Update().Add(new LegUpdate("a", PbxLegRole.Callee, null) { AnsweredAt = _now.AddSeconds(-3) });
        var call = Apply()!;
        Assert.Equal(PbxOutcome.Answered, call.Legs.Single(l => l.LegId == "a").Outcome);
        Assert.Equal(PbxOutcome.Answered, Leg("in", PbxLegRole.Caller, PbxCallState.Ended)!.Outcome);
    }

    [Fact]
    public void An_answer_that_comes_after_the_calls_end_corrects_it()
    {
        Ring();
        var end = End();
        Update().IsCorrection = true;
        _update.Add(new LegUpdate("a", PbxLegRole.Callee, null) { AnsweredAt = end.EndedAt!.Value.AddSeconds(-3) });
        var call = Apply()!;
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Answered), (call.State, call.Outcome));
        Assert.Equal(end.EndedAt, call.EndedAt);
    }

    [Fact]
    public void Live_words_that_come_after_the_record_are_of_the_call_that_it_told()
    {
        Update().IsRecord = _update.IsEnd = true;
        (_update.StartedAt, _update.Outcome) = (_now.AddSeconds(-5), PbxOutcome.Missed);
        var told = Apply()!;
        Assert.Equal((PbxCallOrigin.Record, PbxOutcome.Missed), (told.Origin, told.Outcome));
        Ring();
        var late = End();
        Assert.Equal((PbxCallOrigin.Record, PbxOutcome.Missed, told.EndedAt), (late.Origin, late.Outcome, late.EndedAt));
        Assert.Single(_tracker.GetCalls());

        // Much later it is an id that came back.
        _now = _now.AddMinutes(6);
        Ring();
        Assert.Equal((PbxCallOrigin.Live, PbxCallState.Ringing), (_tracker.GetCalls()[^1].Origin, _tracker.GetCalls()[^1].State));
    }

    [Theory]
    [InlineData(PbxCallState.Answered, true)]
    [InlineData(PbxCallState.Offered, false)]
    public void A_caller_who_is_through_already_shows_no_beginning(PbxCallState caller, bool isHeld)
    {
        _tracker.CanHold = () => true;
        _tracker.LoseSight();
        _tracker.HearAgain(_now);
        Update();
        Add("in", PbxLegRole.Caller, caller);
        Add("a", PbxLegRole.Callee, PbxCallState.Ringing);
        Apply();
        Leg("a", PbxLegRole.Callee, PbxCallState.Ended);
        Leg("in", PbxLegRole.Caller, PbxCallState.Ended);
        Assert.Equal(isHeld ? ["1"] : [], _tracker.HeldCalls());
    }

    [Fact]
    public void Unreached_is_inbound_and_ended_without_a_person()
    {
        Ring();
        Update().Direction = PbxDirection.Inbound;
        Apply();
        Assert.False(_tracker.GetCalls()[0].IsUnreached);
        Assert.True(End().IsUnreached);
    }
}
