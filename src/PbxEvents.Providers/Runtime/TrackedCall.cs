using PbxEvents.Providers.Protocol;

namespace PbxEvents.Providers.Runtime;

/// <summary>One call in the tracker: its newest state, and what must be remembered to make the next one.</summary>
internal sealed class TrackedCall(PbxCall call)
{
    /// <summary>What is known of a leg before its first event.</summary>
    private static readonly PbxLeg Unknown = new() { LegId = "" };

    private volatile PbxCall _call = call;
    private PbxOutcome? _outcomeHint;
    private bool _wasTransferred;
    private bool _hasState;

    /// <summary>The newest state. Any thread may read it.</summary>
    public PbxCall Call
    {
        get => _call;
        set => _call = value;
    }

    public CallHistory History { get; } = new();

    public DateTimeOffset LastEventAt { get; private set; }

    public bool IsEnded => _hasState && _call.State == PbxCallState.Ended;

    public bool Knows(string legId) => IndexOf(_call.Legs, _call.Legs.Count, legId) >= 0;

    /// <summary>Makes the next state.</summary>
    /// <returns>True when the call entered the state that it has now.</returns>
    public bool Apply(CallUpdate update, PbxEvent pbxEvent)
    {
        var before = _call;
        var time = pbxEvent.Time;
        LastEventAt = pbxEvent.ReceivedAt;
        _outcomeHint = update.Outcome ?? _outcomeHint;

        var legs = ApplyLegs(before, update, time, out var answered, out var isHandOver);
        var answeredBy = before.AnsweredBy;
        if (answered is not null)
            answeredBy = answered.Extension ?? answered.Number;
        else if (update.State == PbxCallState.Answered)
            answeredBy = update.AnsweredBy ?? before.AnsweredBy;
        var answeredAt = before.AnsweredAt;
        if (answeredAt is null && (answered is not null || update.State == PbxCallState.Answered))
            answeredAt = FirstAnswer(legs) ?? time;

        var isEnd = update.IsEnd || (!update.KeepsOpen && HasOnlyEnded(legs));
        var state = isEnd ? PbxCallState.Ended : DeriveState(before, update, legs, answeredAt is not null, isHandOver);
        if (state == PbxCallState.Transferred)
            _wasTransferred = true;

        var direction = update.Direction ?? before.Direction;
        _call = before with
        {
            Direction = direction,
            From = update.From ?? before.From,
            FromName = update.FromName ?? before.FromName,
            To = update.To ?? before.To,
            Queue = update.Queue ?? before.Queue,
            Legs = legs,
            State = state,
            Outcome = isEnd ? DeriveOutcome(update, legs, answeredAt is not null, direction) : null,
            RingingAt = before.RingingAt ?? update.RingingAt ?? (state == PbxCallState.Ringing || HasRinging(legs) ? time : null),
            AnsweredAt = answeredAt,
            AnsweredBy = answeredBy,
            Extension = ChooseExtension(legs, answered) ?? before.Extension ?? pbxEvent.Extension,
            EndedAt = isEnd ? time : null,
            Events = History.Add(pbxEvent),
        };

        var isNews = !_hasState || state != before.State;
        _hasState = true;

        // Taken off hold, or out of a park slot, by the same person: the call was answered long ago.
        if (before.State is PbxCallState.Held or PbxCallState.Parked && state == PbxCallState.Answered && answeredBy == before.AnsweredBy)
            isNews = false;
        return isNews;
    }

    /// <param name="before">The state until now.</param>
    /// <param name="update">What is new.</param>
    /// <param name="time">When.</param>
    /// <param name="answered">The person's leg that was answered with this update; null when none was.</param>
    /// <param name="isHandOver">True when an answered person's leg ended while another person's goes on.</param>
    private static IReadOnlyList<PbxLeg> ApplyLegs(
        PbxCall before, CallUpdate update, DateTimeOffset time, out PbxLeg? answered, out bool isHandOver)
    {
        answered = null;
        isHandOver = false;
        if (update.Legs.Count == 0)
            return before.Legs;
        var legs = MakeRoom(before.Legs, update.Legs);
        var count = before.Legs.Count;
        var personLeft = false;
        for (var i = 0; i < update.Legs.Count; i++)
        {
            var change = update.Legs[i];
            var index = IndexOf(legs, count, change.LegId);
            var old = index < 0 ? Unknown : legs[index];
            var next = Advance(old, change, time, wasAnswered: before.AnsweredAt is not null || answered is not null);
            if (next.Role == PbxLegRole.Callee && next.AnsweredAt is not null)
            {
                if (old.AnsweredAt is null || old.Role != PbxLegRole.Callee)
                    answered = next;
                personLeft |= next.State == PbxCallState.Ended && old.State != PbxCallState.Ended;
            }
            legs[index < 0 ? count++ : index] = next;
        }
        if (count < legs.Length)
            Array.Resize(ref legs, count);
        isHandOver = personLeft && Array.Exists(legs, l =>
            l.Role == PbxLegRole.Callee && l.State is PbxCallState.Answered or PbxCallState.Held && l.AnsweredAt is not null);
        return legs;
    }

    /// <summary>The legs until now, with places behind them for those that are not among them. (Every event of a call makes such a copy.)</summary>
    private static PbxLeg[] MakeRoom(IReadOnlyList<PbxLeg> known, IReadOnlyList<LegUpdate> changes)
    {
        var added = 0;
        for (var i = 0; i < changes.Count; i++)
            if (IndexOf(known, known.Count, changes[i].LegId) < 0)
                added++;
        var legs = new PbxLeg[known.Count + added];
        for (var i = 0; i < known.Count; i++)
            legs[i] = known[i];
        return legs;
    }

    private static PbxLeg Advance(PbxLeg leg, in LegUpdate change, DateTimeOffset time, bool wasAnswered)
    {
        var state = leg.State;
        if (change.State is { } wanted && state != PbxCallState.Ended)
        {
            // Frames can come late or twice: what was answered does not ring again.
            var isStep = !(wanted is PbxCallState.Offered or PbxCallState.Ringing && leg.AnsweredAt is not null);
            if (isStep)
                state = wanted;
        }
        var answeredAt = leg.AnsweredAt ?? change.AnsweredAt ?? (state == PbxCallState.Answered ? time : null);
        var hasEndedNow = state == PbxCallState.Ended && leg.State != PbxCallState.Ended;
        var outcome = change.Outcome ?? leg.Outcome;
        if (hasEndedNow && outcome is null && change.Role == PbxLegRole.Callee)
        {
            outcome = answeredAt is not null ? PbxOutcome.Answered
                : wasAnswered ? PbxOutcome.AnsweredElsewhere
                : PbxOutcome.Missed;
        }
        return leg with
        {
            LegId = change.LegId,
            Role = change.Role,
            State = state,
            Outcome = outcome,
            Extension = change.Extension ?? leg.Extension,
            Number = change.Number ?? leg.Number,
            AnsweredAt = answeredAt,
            EndedAt = leg.EndedAt ?? (hasEndedNow ? time : null),
        };
    }

    private static PbxCallState DeriveState(
        PbxCall before, CallUpdate update, IReadOnlyList<PbxLeg> legs, bool isAnswered, bool isHandOver)
    {
        if (update.State is { } told)
            return told;
        if (update.IsTransfer || isHandOver)
            return PbxCallState.Transferred;
        if (update.Legs.Count == 0)
            return before.State;
        bool held = false, parked = false, talking = false, alerting = false;
        for (var i = 0; i < legs.Count; i++)
        {
            var leg = legs[i];
            held |= leg.State == PbxCallState.Held;
            parked |= leg.State == PbxCallState.Parked;
            talking |= leg.Role == PbxLegRole.Callee && leg.State == PbxCallState.Answered;
            alerting |= leg.Role == PbxLegRole.Callee && leg.State == PbxCallState.Ringing;
        }
        if (parked)
            return PbxCallState.Parked;
        if (held)
            return PbxCallState.Held;
        if (talking)
            return PbxCallState.Answered;
        if (isAnswered)
        {
            // Nobody talks, the call lives and something rings: it is on its way to another party. Else a frame is still to come.
            return alerting ? PbxCallState.Transferred : before.State;
        }
        return alerting || before.State == PbxCallState.Ringing ? PbxCallState.Ringing : PbxCallState.Offered;
    }

    private PbxOutcome DeriveOutcome(CallUpdate update, IReadOnlyList<PbxLeg> legs, bool isAnswered, PbxDirection direction)
    {
        if (update.IsEnd && update.Outcome is { } told)
            return told;
        if (isAnswered)
            return _wasTransferred ? PbxOutcome.Transferred : PbxOutcome.Answered;
        if (_outcomeHint is { } hint)
            return hint;

        PbxOutcome? common = null;
        var isMixed = false;
        for (var i = 0; i < legs.Count; i++)
        {
            var leg = legs[i];
            if (leg.Role != PbxLegRole.Callee || leg.Outcome is not { } outcome)
                continue;
            if (outcome == PbxOutcome.Voicemail)
                return outcome;
            isMixed |= common is not null && common != outcome;
            common = outcome;
        }
        if (common is not null && common != PbxOutcome.Missed && !isMixed)
            return common.Value;

        // Of an outbound call that nobody took no platform says why; it did not come about.
        return direction == PbxDirection.Outbound ? PbxOutcome.Failed : PbxOutcome.Missed;
    }

    private static string? ChooseExtension(IReadOnlyList<PbxLeg> legs, PbxLeg? answered)
    {
        if (answered?.Extension is { } extension)
            return extension;
        string? taken = null, rung = null, calling = null;
        for (var i = 0; i < legs.Count; i++)
        {
            var leg = legs[i];
            if (leg.Extension is null)
                continue;
            if (leg.Role == PbxLegRole.Caller)
                calling = leg.Extension;
            else if (leg.AnsweredAt is not null)
                taken = leg.Extension;
            else
                rung = leg.Extension;
        }
        return taken ?? rung ?? calling;
    }

    private static DateTimeOffset? FirstAnswer(IReadOnlyList<PbxLeg> legs)
    {
        DateTimeOffset? first = null;
        for (var i = 0; i < legs.Count; i++)
            if (legs[i] is { Role: PbxLegRole.Callee, AnsweredAt: { } answered } && (first is null || answered < first))
                first = answered;
        return first;
    }

    private static bool HasOnlyEnded(IReadOnlyList<PbxLeg> legs)
    {
        for (var i = 0; i < legs.Count; i++)
            if (legs[i].State != PbxCallState.Ended)
                return false;
        return legs.Count > 0;
    }

    private static bool HasRinging(IReadOnlyList<PbxLeg> legs)
    {
        for (var i = 0; i < legs.Count; i++)
            if (legs[i].State == PbxCallState.Ringing)
                return true;
        return false;
    }

    private static int IndexOf(IReadOnlyList<PbxLeg> legs, int count, string legId)
    {
        for (var i = 0; i < count; i++)
            if (legs[i].LegId == legId)
                return i;
        return -1;
    }
}
