using PbxEvents.Providers.Connection.Keeping;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>One call in the tracker: its newest state, and what must be remembered to make the next one.</summary>
internal sealed class TrackedCall(PbxCall call, NameBook names)
{
    /// <summary>What is known of a leg before its first event.</summary>
    private static readonly PbxLeg Unknown = new() { LegId = "" };

    /// <summary>Platforms tell whole seconds, and not always in order.</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(2);

    private volatile PbxCall _call = call;

    /// <summary>Legs that alerted when sight of the call was lost, and of which nothing was heard since: they may have ended; null for none.</summary>
    private HashSet<string>? _unsureLegs;
    private PbxOutcome? _told;
    private PbxOutcome? _ifUnanswered;
    private bool _wasTransferred;
    private bool _hidesFrom;
    private bool _hidesTo;
    private bool _hasState;

    /// <summary>Everything since the set-up was seen; null before the first word that shows a state.</summary>
    private bool? _isWhole;

    /// <summary>What it was before sight of the call was lost.</summary>
    private bool _wasWhole;

    /// <summary>Since something was not seen, the platform has said of a leg that it missed the call.</summary>
    private bool _isMissTold;

    /// <summary>Its end is not held back again.</summary>
    private bool _isReleased;

    /// <summary>A gap hid a part of it, for sure.</summary>
    public bool IsHalfSeen { get; set; }

    /// <summary>It may have begun before events came in again after a gap; whether it did, its first word shows.</summary>
    public bool MayHaveBegunInGap { get; init; }

    /// <summary>Nothing was heard of it but ends that say nothing of it: nobody is told of it, unless its record tells it. Written on the loop.</summary>
    public bool IsOnlyEnd { get; set; }

    /// <summary>Its end, held back until its record was asked for; null for none.</summary>
    public HeldEnd? Held { get; private set; }

    /// <summary>The newest state. Any thread may read it.</summary>
    public PbxCall Call
    {
        get => _call;
        set => _call = value;
    }

    public CallHistory History { get; } = new();

    public DateTimeOffset LastEventAt { get; private set; }

    public bool IsEnded => _hasState && _call.State == PbxCallState.Ended;

    /// <summary>The call goes on without its events, to save memory.</summary>
    public void DropEvents()
    {
        History.Drop();
        _call = _call with { Events = [] };
    }

    public bool Knows(string legId) => IndexOf(_call.Legs, _call.Legs.Count, legId) >= 0;

    /// <summary>From now on something may happen to the call that nobody sees, for the link is gone.</summary>
    public void LoseSight()
    {
        IsHalfSeen = true;
        Doubt();
    }

    private void Doubt()
    {
        _wasWhole |= _isWhole == true;
        _isWhole = false;
        _isMissTold = false;
        foreach (var leg in _call.Legs)
        {
            if (IsAlerting(leg))
                (_unsureLegs ??= new HashSet<string>(StringComparer.Ordinal)).Add(leg.LegId);
        }
    }

    /// <summary>What could not be seen was delivered afterwards.</summary>
    public void RegainSight()
    {
        IsHalfSeen = false;
        Trust();
    }

    private void Trust()
    {
        if (_wasWhole)
            _isWhole = true;
        _unsureLegs = null;
    }

    /// <summary>A call that an earlier process left in progress. What happened to it since nobody has seen.</summary>
    public static TrackedCall Of(KeptCall kept, string connection, string provider, NameBook names)
    {
        var tracked = Make(kept, connection, provider, names);
        tracked.LoseSight();
        tracked.Held = kept.Held;
        tracked.IsOnlyEnd = kept.Held is { IsAll: true };
        return tracked;
    }

    private static TrackedCall Make(KeptCall kept, string connection, string provider, NameBook names) => new(new PbxCall
    {
        CallId = kept.CallId,
        Connection = connection,
        Provider = provider,
        Direction = kept.Direction,
        From = kept.From,
        FromName = kept.FromName,
        To = kept.To,
        Extension = kept.Extension,
        ExtensionName = kept.ExtensionName,
        Queue = kept.Queue,
        QueueName = kept.QueueName,
        State = kept.State,
        StartedAt = kept.StartedAt.ToLocalTime(),
        RingingAt = kept.RingingAt?.ToLocalTime(),
        AnsweredAt = kept.AnsweredAt?.ToLocalTime(),
        AnsweredBy = kept.AnsweredBy,
        VoicemailId = kept.VoicemailId,
        RecordingId = kept.RecordingId,
        Legs = [.. kept.Legs.Select(l => l.ToLeg())],
    }, names)
    {
        _told = kept.Told,
        _ifUnanswered = kept.IfUnanswered,
        _wasTransferred = kept.WasTransferred,
        _hidesFrom = kept.HidesFrom,
        _hidesTo = kept.HidesTo,
        _hasState = true,
        _wasWhole = kept.WasWhole,
        LastEventAt = kept.LastEventAt,
    };

    /// <summary>The call as a later process needs it.</summary>
    public KeptCall Keep() => new()
    {
        CallId = _call.CallId,
        Direction = _call.Direction,
        From = _call.From,
        FromName = _call.FromName,
        To = _call.To,
        Extension = _call.Extension,
        ExtensionName = _call.ExtensionName,
        Queue = _call.Queue,
        QueueName = _call.QueueName,
        State = _call.State,
        StartedAt = _call.StartedAt,
        RingingAt = _call.RingingAt,
        AnsweredAt = _call.AnsweredAt,
        AnsweredBy = _call.AnsweredBy,
        VoicemailId = _call.VoicemailId,
        RecordingId = _call.RecordingId,
        Legs = [.. _call.Legs.Select(KeptLeg.Of)],
        LastEventAt = LastEventAt,
        Told = _told,
        IfUnanswered = _ifUnanswered,
        WasTransferred = _wasTransferred,
        HidesFrom = _hidesFrom,
        HidesTo = _hidesTo,
        WasWhole = _isWhole == true || _wasWhole,
        Held = Held,
    };

    /// <summary>Makes the next state.</summary>
    /// <param name="update">What is new.</param>
    /// <param name="pbxEvent">The event that says it.</param>
    /// <param name="canHold">True when the call's record can be asked for: if a gap hid a part of the call, its end is held back.</param>
    /// <returns>True when the call entered the state that it has now.</returns>
    public bool Apply(CallUpdate update, PbxEvent pbxEvent, bool canHold = false)
    {
        var before = update.ReplacesCallees ? ForgetCallees() : _call;
        var time = pbxEvent.Time;
        var lastEventBefore = LastEventAt == default ? pbxEvent.ReceivedUtc : LastEventAt;
        LastEventAt = pbxEvent.ReceivedUtc;
        var outcomeBefore = _call.Outcome;
        _told = update.Outcome ?? _told;
        _ifUnanswered = update.OutcomeIfUnanswered ?? _ifUnanswered;
        Watch(update, pbxEvent);
        _hidesFrom |= update.HidesFrom;
        _hidesTo |= update.HidesTo;
        if (_hidesFrom)
            pbxEvent.From = null;
        if (_hidesTo)
            pbxEvent.To = null;

        var legs = ApplyLegs(before, update, time, out var answered, out var isHandOver);
        if (answered is not null || (update.State == PbxCallState.Answered && before.AnsweredAt is null))
            legs = ForgiveEarlyEnds(legs, answered?.AnsweredAt ?? time);
        var answeredBy = before.AnsweredBy;
        if (answered is not null)
            answeredBy = answered.Extension ?? answered.Number;
        var answeredAt = before.AnsweredAt;
        if (answeredAt is null && (answered is not null || update.State == PbxCallState.Answered))
            answeredAt = update.AnsweredAt ?? FirstAnswer(legs) ?? time;

        answeredAt ??= update.AnsweredAt;
        answeredBy = update.AnsweredBy ?? answeredBy;

        var isOver = IsEnded || update.IsEnd || (!update.KeepsOpen && HasOnlyEnded(legs));
        if (Held is not null && ShowsLife(update, legs))
            Held = null;
        var isTold = IsEnded || update.IsRecord || update.TellsWholeCall;
        if (isOver && Held is null && canHold && !isTold && !_isReleased && (IsHalfSeen || (MayHaveBegunInGap && _isWhole != true)))
            Held = Hold(update, pbxEvent, lastEventBefore);
        var isHeld = Held is not null && canHold && !isTold;
        var isEnd = isOver && !isHeld;
        var state = isEnd ? PbxCallState.Ended : DeriveState(before, update, legs, answeredAt is not null, isHandOver);
        if (state == PbxCallState.Transferred)
            _wasTransferred = true;
        if (isHeld)
            state = before.State;
        if (isEnd)
            Held = null;

        var direction = update.Direction ?? before.Direction;
        var extension = ChooseExtension(legs, answered) ?? before.Extension ?? update.Extension ?? pbxEvent.Extension;
        var queue = update.Queue ?? before.Queue;
        _call = before with
        {
            Direction = direction,
            From = _hidesFrom ? null : update.From ?? before.From,
            FromName = _hidesFrom ? null : update.FromName ?? before.FromName,
            To = _hidesTo ? null : update.To ?? before.To,
            Queue = queue,
            QueueName = (queue == pbxEvent.Queue ? pbxEvent.QueueName : null) ?? (queue == before.Queue ? before.QueueName : null) ?? names.OfQueue(queue),
            Legs = legs,
            State = state,
            Outcome = isEnd ? DeriveOutcome(update, legs, answeredAt is not null, direction) : null,
            RingingAt = before.RingingAt ?? update.RingingAt ?? (state == PbxCallState.Ringing || HasRinging(legs) ? time : null),
            AnsweredAt = answeredAt,
            AnsweredBy = answeredBy,
            Extension = extension,
            ExtensionName = NameOf(extension, legs) ?? (extension == before.Extension ? before.ExtensionName : null),
            EndedAt = isEnd ? update.EndedAt ?? before.EndedAt ?? time : null,
            EndedBy = update.EndedBy ?? before.EndedBy,
            VoicemailId = update.VoicemailId ?? before.VoicemailId,
            RecordingId = update.RecordingId ?? before.RecordingId,
            Origin = update.IsRecord ? PbxCallOrigin.Record : before.Origin,
            Events = History.Add(pbxEvent),
        };

        var isNews = !_hasState || state != before.State || (isEnd && _call.Outcome != outcomeBefore);
        _hasState = true;

        if (isHeld)
            isNews = false;

        // Taken off hold, or out of a park slot, by the same person: the call was answered long ago.
        if (before.State is PbxCallState.Held or PbxCallState.Parked && state == PbxCallState.Answered && answeredBy == before.AnsweredBy)
            isNews = false;
        return isNews;
    }

    /// <summary>What is remembered of an end that is held back.</summary>
    private HeldEnd Hold(CallUpdate update, PbxEvent pbxEvent, DateTimeOffset lastEventBefore) => new()
    {
        At = update.EndedAt ?? pbxEvent.Time,
        EndedAt = update.EndedAt ?? (pbxEvent.Synthesized ? null : pbxEvent.Time),
        LookSince = pbxEvent.Synthesized ? lastEventBefore : pbxEvent.ReceivedUtc,
        Outcome = update.IsEnd ? update.Outcome : null,
        IsAll = IsOnlyEnd,
    };

    /// <summary>Its record was asked for in vain: what comes next ends it.</summary>
    public void Release()
    {
        Held = null;
        _isReleased = true;
    }

    /// <summary>True when a call whose end was told goes on after all.</summary>
    private static bool ShowsLife(CallUpdate update, IReadOnlyList<PbxLeg> legs)
    {
        if (update.IsEnd || update.State is PbxCallState.Ended)
            return false;
        if (update.State is not null)
            return !HasOnlyEnded(legs);
        for (var i = 0; i < update.Legs.Count; i++)
        {
            if (update.Legs[i].State is not (null or PbxCallState.Ended) && legs[IndexOf(legs, legs.Count, update.Legs[i].LegId)].State != PbxCallState.Ended)
                return true;
        }
        return false;
    }

    /// <summary>What an extension of the call is called, as its legs have it.</summary>
    public string? NameOf(string? extension) => NameOf(extension, _call.Legs);

    /// <summary>What a leg's extension is called; of one that no leg has, what the directory says. Null for a party who must not be shown.</summary>
    private string? NameOf(string? extension, IReadOnlyList<PbxLeg> legs)
    {
        if (extension is null)
            return null;
        for (var i = 0; i < legs.Count; i++)
        {
            if (legs[i].Extension == extension && (legs[i].ExtensionName is not null || Hides(legs[i].Role)))
                return legs[i].ExtensionName;
        }
        return names.OfExtension(extension);
    }

    private PbxCall ForgetCallees()
    {
        _wasTransferred = false;
        return _call with
        {
            Legs = [.. _call.Legs.Where(l => l.Role == PbxLegRole.Caller)],
            AnsweredAt = null,
            AnsweredBy = null,
            Extension = null,
            ExtensionName = null,
            Outcome = null,
        };
    }

    /// <param name="before">The state until now.</param>
    /// <param name="update">What is new.</param>
    /// <param name="time">When.</param>
    /// <param name="answered">The person's leg that was answered with this update; null when none was.</param>
    /// <param name="isHandOver">True when an answered person's leg ended while that of a person who came later goes on.</param>
    private IReadOnlyList<PbxLeg> ApplyLegs(
        PbxCall before, CallUpdate update, DateTimeOffset time, out PbxLeg? answered, out bool isHandOver)
    {
        answered = null;
        isHandOver = false;
        if (update.Legs.Count == 0)
            return before.Legs;
        var legs = MakeRoom(before.Legs, update.Legs);
        var count = before.Legs.Count;
        var lastWhoLeft = -1;
        for (var i = 0; i < update.Legs.Count; i++)
        {
            var change = update.Legs[i];
            if (change.State is not null)
                _unsureLegs?.Remove(change.LegId);
            var index = IndexOf(legs, count, change.LegId);
            var old = index < 0 ? Unknown : legs[index];
            var next = Advance(old, change, time, wasAnswered: before.AnsweredAt is not null || answered is not null);
            if (next.Role == PbxLegRole.Callee && next.AnsweredAt is not null)
            {
                if (old.AnsweredAt is null || old.Role != PbxLegRole.Callee)
                    answered = next;
                if (next.State == PbxCallState.Ended && old.State != PbxCallState.Ended)
                    lastWhoLeft = Math.Max(lastWhoLeft, index < 0 ? count : index);
            }
            legs[index < 0 ? count++ : index] = next;
        }
        if (count < legs.Length)
            Array.Resize(ref legs, count);

        // Who was asked or added later and leaves again has handed nothing over.
        isHandOver = lastWhoLeft >= 0 && Array.Exists(legs[(lastWhoLeft + 1)..], l =>
            l.Role == PbxLegRole.Callee && l.State is PbxCallState.Answered or PbxCallState.Held && l.AnsweredAt is not null);
        return legs;
    }

    /// <summary>The legs until now, with places behind them for those that are not among them. (Every event of a call makes such a copy.)</summary>
    private static PbxLeg[] MakeRoom(IReadOnlyList<PbxLeg> known, IReadOnlyList<LegUpdate> changes)
    {
        var added = 0;
        for (var i = 0; i < changes.Count; i++)
        {
            if (IndexOf(known, known.Count, changes[i].LegId) < 0)
                added++;
        }
        var legs = new PbxLeg[known.Count + added];
        for (var i = 0; i < known.Count; i++)
            legs[i] = known[i];
        return legs;
    }

    /// <summary>The devices that lose a call stop ringing as the winner takes it, and their ends may be told before his answer.</summary>
    private static IReadOnlyList<PbxLeg> ForgiveEarlyEnds(IReadOnlyList<PbxLeg> legs, DateTimeOffset answeredAt)
    {
        PbxLeg[]? changed = null;
        for (var i = 0; i < legs.Count; i++)
        {
            if (legs[i] is { Outcome: PbxOutcome.Missed, IsOutcomeAssumed: true, EndedAt: { } end } leg && (answeredAt - end).Duration() < Blur)
                (changed ??= [.. legs])[i] = leg with { Outcome = PbxOutcome.AnsweredElsewhere };
        }
        return changed ?? legs;
    }

    private PbxLeg Advance(PbxLeg leg, in LegUpdate change, DateTimeOffset time, bool wasAnswered)
    {
        // A session that forgot what took the call, because it is another process's, takes a machine that hangs up for a person.
        var role = leg is { Role: PbxLegRole.System, AnsweredAt: not null } && change is { State: PbxCallState.Ended, Outcome: null, AnsweredAt: null }
            ? PbxLegRole.System
            : change.Role;
        var state = leg.State;
        if (change.State is { } wanted && state != PbxCallState.Ended)
        {
            // Frames can come late or twice: what was answered does not ring again.
            var isStep = !(wanted is PbxCallState.Offered or PbxCallState.Ringing && leg.AnsweredAt is not null);
            if (isStep)
                state = wanted;
        }

        // Held or parked without an answer that was seen: it was answered before.
        var answeredAt = leg.AnsweredAt ?? change.AnsweredAt
            ?? (state is PbxCallState.Answered or PbxCallState.Held or PbxCallState.Parked ? time : null);
        var hasEndedNow = state == PbxCallState.Ended && leg.State != PbxCallState.Ended;
        var outcome = change.Outcome ?? leg.Outcome;
        var isAssumed = change.Outcome is null && leg.IsOutcomeAssumed;
        var isAnswerLate = isAssumed && answeredAt is not null && leg.AnsweredAt is null;
        if (role == PbxLegRole.Callee && ((hasEndedNow && outcome is null) || isAnswerLate))
        {
            outcome = answeredAt is not null ? PbxOutcome.Answered
                : wasAnswered ? PbxOutcome.AnsweredElsewhere
                : _isWhole == true || change.IsUnanswered ? PbxOutcome.Missed
                : null;
            isAssumed = true;
        }
        var extension = change.Extension ?? leg.Extension;
        return leg with
        {
            LegId = change.LegId,
            Role = role,
            State = state,
            Outcome = outcome,
            IsOutcomeAssumed = isAssumed,
            Extension = extension,
            ExtensionName = Hides(role) ? null
                : change.ExtensionName ?? (extension == leg.Extension ? leg.ExtensionName : null) ?? names.OfExtension(extension),
            Number = Hides(role) ? null : change.Number ?? leg.Number,
            AnsweredAt = answeredAt,
            EndedAt = leg.EndedAt ?? (hasEndedNow ? time : null),
        };
    }

    private static bool IsAlerting(PbxLeg leg) => leg.Role == PbxLegRole.Callee && leg.State is PbxCallState.Offered or PbxCallState.Ringing;

    private bool Hides(PbxLegRole role) => role == PbxLegRole.Caller ? _hidesFrom : _hidesTo;

    private PbxCallState DeriveState(
        PbxCall before, CallUpdate update, IReadOnlyList<PbxLeg> legs, bool isAnswered, bool isHandOver)
    {
        if (update.State is { } told)
            return told;
        if (update.IsTransfer || isHandOver)
            return PbxCallState.Transferred;
        if (update.Legs.Count == 0)
            return before.State;
        bool held = false, parked = false, talking = false, alerting = false, surelyAlerting = false;
        for (var i = 0; i < legs.Count; i++)
        {
            var leg = legs[i];
            held |= leg.State == PbxCallState.Held;
            parked |= leg.State == PbxCallState.Parked;
            talking |= leg.Role == PbxLegRole.Callee && leg.State == PbxCallState.Answered;
            alerting |= leg.Role == PbxLegRole.Callee && leg.State == PbxCallState.Ringing;
            surelyAlerting |= leg.Role == PbxLegRole.Callee && leg.State == PbxCallState.Ringing && _unsureLegs?.Contains(leg.LegId) != true;
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
            return surelyAlerting ? PbxCallState.Transferred : before.State;
        }
        return alerting || before.State == PbxCallState.Ringing ? PbxCallState.Ringing : PbxCallState.Offered;
    }

    private PbxOutcome? DeriveOutcome(CallUpdate update, IReadOnlyList<PbxLeg> legs, bool isAnswered, PbxDirection direction)
    {
        var outcome = update.IsEnd && update.Outcome is not null ? update.Outcome
            : isAnswered ? _wasTransferred ? PbxOutcome.Transferred : PbxOutcome.Answered
            : _told ?? DeriveUnanswered(legs);

        // An outbound call is nobody's miss: it did not come about.
        return direction == PbxDirection.Outbound && outcome is PbxOutcome.Missed or PbxOutcome.Abandoned ? PbxOutcome.Failed : outcome;
    }

    /// <summary>How a call turned out that nobody was seen to answer; null when somebody may have, unseen.</summary>
    private PbxOutcome? DeriveUnanswered(IReadOnlyList<PbxLeg> legs)
    {
        if (_isWhole == true && _ifUnanswered is { } follows)
            return follows;
        PbxOutcome? common = null;
        bool isMixed = false, isOpen = false;
        for (var i = 0; i < legs.Count; i++)
        {
            var leg = legs[i];
            if (leg.Role != PbxLegRole.Callee)
                continue;
            if (leg.Outcome == PbxOutcome.Voicemail)
                return PbxOutcome.Voicemail;
            isOpen |= leg.Outcome is null;
            isMixed |= common is not null && leg.Outcome is not null && common != leg.Outcome;
            common = leg.Outcome ?? common;
        }
        if (common is not null && common != PbxOutcome.Missed && !isMixed)
            return _isWhole == true || !isOpen ? common : null;
        return _isWhole == true || (common == PbxOutcome.Missed && !isMixed && !isOpen && _isMissTold) ? PbxOutcome.Missed : null;
    }

    /// <summary>Takes note of whether everything of the call is seen.</summary>
    private void Watch(CallUpdate update, PbxEvent pbxEvent)
    {
        if (update.HasUnseen)
            Doubt();
        var isAlerting = update.State is PbxCallState.Offered or PbxCallState.Ringing;
        var isFurther = update.State is not null && !isAlerting;
        var isSign = isFurther || isAlerting;
        for (var i = 0; i < update.Legs.Count; i++)
        {
            var leg = update.Legs[i];
            var alerts = leg.State is PbxCallState.Offered or PbxCallState.Ringing;
            isAlerting |= alerts;
            isFurther |= leg.Role == PbxLegRole.Callee && leg.State is not null && !alerts;
            isSign |= leg.State is not null;
            _isMissTold |= leg.Outcome == PbxOutcome.Missed || leg.IsUnanswered;
        }

        // A call whose set-up was seen is whole. One that still rings when it is asked for after a gap was not answered in it.
        if (isSign && _isWhole is null)
            _isWhole = isAlerting && !isFurther;
        else if (pbxEvent.Synthesized && isAlerting && !isFurther)
            Trust();
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
        {
            if (legs[i] is { Role: PbxLegRole.Callee, AnsweredAt: { } answered } && (first is null || answered < first))
                first = answered;
        }
        return first;
    }

    private static bool HasOnlyEnded(IReadOnlyList<PbxLeg> legs)
    {
        for (var i = 0; i < legs.Count; i++)
        {
            if (legs[i].State != PbxCallState.Ended)
                return false;
        }
        return legs.Count > 0;
    }

    private static bool HasRinging(IReadOnlyList<PbxLeg> legs)
    {
        for (var i = 0; i < legs.Count; i++)
        {
            if (legs[i].State == PbxCallState.Ringing)
                return true;
        }
        return false;
    }

    private static int IndexOf(IReadOnlyList<PbxLeg> legs, int count, string legId)
    {
        for (var i = 0; i < count; i++)
        {
            if (legs[i].LegId == legId)
                return i;
        }
        return -1;
    }
}
