using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using static PbxEvents.Providers.Platforms.TelecomX.TelecomXFields;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>What events say about calls, and about the callers who wait in queues (telecomx.md section 7).</summary>
/// <param name="host">Where known calls are looked up.</param>
/// <param name="pool">Where texts come from.</param>
/// <param name="fields">The event's fields.</param>
/// <param name="privacy">Who must not be shown.</param>
/// <param name="keys">The legs of calls, also for events that name the channel only.</param>
/// <param name="tracksCarrierCalls">
/// True while carrier calls are to be tracked: both layers speak of the same calls under different ids (section 7), so
/// the carrier's count only while no PBX channel is subscribed.
/// </param>
/// <param name="seesSetUps">True while the start of every call is brought: no subscription has narrowed it away.</param>
internal sealed class TelecomXCalls(
    ISessionHost host, Utf8Pool pool, JsonFields fields, TelecomXPrivacy privacy, TelecomXKeys keys, Func<bool> tracksCarrierCalls, Func<bool> seesSetUps)
{
    /// <summary>How long after a call its voicemail is taken for its own.</summary>
    private static readonly TimeSpan VoicemailDelay = TimeSpan.FromMinutes(1);

    private readonly CallUpdate _update = new();

    /// <summary>From a calling number to its newest call; an empty text while there are several. Voicemails name the number only.</summary>
    private readonly RecentMap<string> _callers = new();

    /// <summary>The call that an event's channel belongs to; null when it names none that was seen.</summary>
    public string? FindSession() =>
        (fields.Text(Channel) ?? fields.Text(ChannelId)) is { } channel ? keys.SessionOf(LegOf(channel)) : null;

    /// <summary>Section 7, point 8: server and channel together name a leg anywhere.</summary>
    private string LegOf(string channel) => fields.Text(PbxServer) is { } server ? pool.Join(server, channel) : channel;

    // ---- PBX calls: one event per leg ------------------------------------------------------------------------------

    /// <summary>An event of a leg.</summary>
    /// <param name="pbxEvent">The event, to be completed.</param>
    /// <param name="queue">Set when it says something about a queue.</param>
    public CallUpdate? TranslateLeg(PbxEvent pbxEvent, ref QueueUpdate? queue)
    {
        var channel = fields.Text(Channel);
        if (pbxEvent.CallId is not { } session || channel is null)
            return null;

        pbxEvent.LegId = LegOf(channel);
        var known = host.FindCall(session);
        if (known?.State == PbxCallState.Ended)
            known = null;
        var caller = FindCaller(known);

        // Hold events in the happy path (section 5) leave the letter out; mostly the leg is known by then. Who is put on hold talks
        // with a person; else it is the caller's leg that has not been seen yet.
        var isCallerLeg = fields.Text(Leg) is { } leg ? leg == "I"
            : RoleOf(known, pbxEvent.LegId) is { } role ? role == PbxLegRole.Caller
            : caller is null && pbxEvent.Name is not ("CALL_HOLD" or "CALL_UNHOLD");
        var update = _update.Reset(session);
        update.Queue = pbxEvent.Queue;
        if (pbxEvent.Queue is { } number && fields.Text(QueueName) is { } name)
            queue = new QueueUpdate(number) { Name = name };
        update.HasUnseen = known is null && !(isCallerLeg && pbxEvent.Name == "CALL_START") && seesSetUps();
        ReadParties(pbxEvent, update, isCallerLeg);
        Keep(pbxEvent.LegId, channel, session, update);
        if (pbxEvent.Name == "CALL_END")
            keys.End(pbxEvent.LegId, host.Now);

        // direction and leg share letters and mean different things (point 3): I is from outside, O from a local party. What the
        // first leg said stands; a call from a local party that reaches an extension is internal.
        if (known is null or { Direction: PbxDirection.Unknown } && fields.Text(Direction) is { } direction)
            update.Direction = direction == "O" ? PbxDirection.Outbound : PbxDirection.Inbound;
        if (!isCallerLeg && pbxEvent.Extension is { } called && called != caller?.Extension
            && (update.Direction ?? known?.Direction) == PbxDirection.Outbound)
        {
            update.Direction = PbxDirection.Internal;
        }

        // Section 7, point 2: a menu, a queue and a mailbox answer on the leg I. Who answers on a leg O is a person; without an
        // extension it is one outside: a queue member, a forwarding target, or whom a local party has called.
        update.Add(new LegUpdate(pbxEvent.LegId, isCallerLeg ? PbxLegRole.Caller : PbxLegRole.Callee, LegState(pbxEvent.Name, isCallerLeg))
        {
            Extension = pbxEvent.Extension,
            Number = isCallerLeg ? update.From : update.To,
        });
        KeepParties(update, known, caller, pbxEvent.LegId, isCallerLeg);
        if (isCallerLeg && caller is null && SipAddress.NumberOf(fields.Text(Caller)) is { } calling)
            Remember(calling, session);
        return update;
    }

    /// <summary>Keeps a leg, for the call records and for events that name the channel only.</summary>
    private void Keep(string leg, string channel, string session, CallUpdate update)
    {
        if (keys.SessionOf(leg) != session)
            keys.Add(new TelecomXKey(leg, channel, session, host.Now) { CallId = fields.Text(CallId), Caller = update.From, Callee = update.To });
    }

    /// <summary>
    /// The parties of a call are those of its first leg I. What a leg O dials is one phone, and who calls on it may be shown as
    /// the company's number.
    /// </summary>
    private static void KeepParties(CallUpdate update, PbxCall? known, PbxLeg? caller, string legId, bool isCallerLeg)
    {
        if (known is null || (isCallerLeg && caller is null))
            return;

        // CALL_UPDATE on that leg may bring the name, once it has been looked up. What that leg left out, another does not know.
        var isSame = caller?.LegId == legId && (update.From is null || update.From == known.From);
        var isTold = caller is not null && !isSame && (known.From ?? known.To) is not null;
        if (isTold || known.From is not null)
            update.From = null;
        if (!isSame && (isTold || known.FromName is not null))
            update.FromName = null;
        if (isTold || known.To is not null)
            update.To = null;
    }

    /// <summary>Takes note of whose newest call it is, also of a number that is not shown.</summary>
    private void Remember(string number, string session)
    {
        var isTaken = _callers.TryGet(number, out var other) && other != session && (other.Length == 0 || host.FindCall(other) is { State: not PbxCallState.Ended });
        _callers.Set(number, isTaken ? "" : session);
    }

    private static PbxLeg? FindCaller(PbxCall? call)
    {
        foreach (var leg in call?.Legs ?? [])
        {
            if (leg.Role == PbxLegRole.Caller)
                return leg;
        }
        return null;
    }

    private static PbxLegRole? RoleOf(PbxCall? call, string legId)
    {
        foreach (var leg in call?.Legs ?? [])
        {
            if (leg.LegId == legId)
                return leg.Role;
        }
        return null;
    }

    private void ReadParties(PbxEvent pbxEvent, CallUpdate update, bool isCallerLeg)
    {
        // Point 7: who must not be shown. hideOtherParty on a leg O means the caller, on the leg I the called party.
        var isOtherHidden = fields.Flag(HideOtherParty) == true;
        var calling = fields.Text(Caller);
        var from = SipAddress.Read(calling);
        var hidesCaller = fields.Flag(CallerPrivacy) == true || (isOtherHidden && !isCallerLeg) || SipAddress.IsHidden(calling);
        var hidesCallee = isOtherHidden && isCallerLeg;
        var hidden = hidesCaller || hidesCallee ? privacy.Hide(update.CallId, hidesCaller, hidesCallee) : privacy.Of(update.CallId);
        if (hidden is { Caller: true } && isCallerLeg)
            privacy.Learn(hidden, from.Number, fields.Text(CallerName), host.Now);
        update.HidesFrom = hidden is { Caller: true };
        update.HidesTo = hidden is { Callee: true };
        pbxEvent.From = update.HidesFrom ? null : from.Number;
        pbxEvent.To = update.HidesTo ? null : SipAddress.NumberOf(fields.Text(Callee));
        update.From = pbxEvent.From;
        update.FromName = update.HidesFrom ? null : fields.Text(CallerName) ?? from.Name;
        update.To = pbxEvent.To;
    }

    private PbxCallState? LegState(string name, bool isCallerLeg) => name switch
    {
        "CALL_END" => PbxCallState.Ended,
        "CALL_ANSWER" or "CALL_UNHOLD" => PbxCallState.Answered,
        "CALL_HOLD" => PbxCallState.Held,
        "CALL_RING" => isCallerLeg ? null : PbxCallState.Ringing,
        "CALL_START" => !isCallerLeg && fields.Is(ExtensionState, "RINGING") ? PbxCallState.Ringing : PbxCallState.Offered,
        _ => !isCallerLeg && fields.Is(ExtensionState, "RINGING") ? PbxCallState.Ringing : null,
    };

    // ---- queues ----------------------------------------------------------------------------------------------------

    /// <summary>Section 7, points 4 and 6: <c>_id</c> is the queued call here and <c>queue</c> the queue.</summary>
    public CallUpdate? TranslateQueue(PbxEvent pbxEvent, ref QueueUpdate? queue)
    {
        pbxEvent.Queue = fields.Text(QueueOfEvent);
        pbxEvent.Extension ??= fields.Text(AnsweredByExtension);
        pbxEvent.From = SipAddress.NumberOf(fields.Text(Number));
        if (pbxEvent.CallId is not { } session)
            return null;
        var update = _update.Reset(session);
        if (privacy.Of(session) is { Caller: true })
        {
            update.HidesFrom = true;
            pbxEvent.From = null;
        }
        var call = host.FindCall(session);
        KeepQueued(session, pbxEvent.From);
        update.Queue = pbxEvent.Queue;
        update.From = call?.From is null ? pbxEvent.From : null;
        update.HasUnseen = call is null && seesSetUps();
        if (pbxEvent.Queue is { } number)
            queue = TellQueue(number, pbxEvent, update);
        if (pbxEvent.Name == "QUEUE_ENTERED")
        {
            update.OutcomeIfUnanswered = PbxOutcome.Abandoned;
            return update;
        }
        switch (fields.Text(State))
        {
            // Mostly the leg has told it already. With the channel narrowed to queue events no leg is ever seen, and after a lost
            // link the queue's word may be the only one.
            case "ANSWERED" when call?.AnsweredAt is null:
                update.State = PbxCallState.Answered;
                update.AnsweredBy = fields.Text(AnsweredByExtension) ?? fields.Text(AnsweredByNumber);
                update.IsCorrection = call is { State: PbxCallState.Ended };
                update.AnsweredAt = call?.EndedAt;
                break;
            case "CANCELLED":
                update.Outcome = PbxOutcome.Abandoned;
                update.IsEnd = call is not { Legs.Count: > 0 };
                break;
            case "TIMED_OUT" or "NO_MEMBERS" or "ALL_BUSY":
                update.OutcomeIfUnanswered = PbxOutcome.Missed;
                break;
        }
        return update;
    }

    /// <summary>A queued call's id is its channel and the server (point 6): all there is of a leg when only queue events are subscribed to.</summary>
    private void KeepQueued(string session, string? caller)
    {
        if (fields.Text(EntityId) is not { } id || fields.Text(PbxServer) is not { } server || !id.EndsWith($"-{server}", StringComparison.Ordinal))
            return;
        var channel = id[..^(server.Length + 1)];
        var leg = LegOf(channel);
        if (keys.SessionOf(leg) != session)
            keys.Add(new TelecomXKey(leg, channel, session, host.Now) { Caller = caller });
    }

    private QueueUpdate TellQueue(string number, PbxEvent pbxEvent, CallUpdate call)
    {
        var queue = new QueueUpdate(number);
        if (pbxEvent.Name == "QUEUE_LEFT")
        {
            queue.Left.Add(call.CallId);
            return queue;
        }
        queue.Entered.Add(new PbxQueueCaller
        {
            CallId = call.CallId,
            From = pbxEvent.From,
            FromName = call.HidesFrom ? null : fields.Text(Name),
            Position = (int?)fields.Number(Position),
            EnteredAt = default,
        });
        return queue;
    }

    // ---- what is left of a call ------------------------------------------------------------------------------------

    /// <summary>
    /// A recording belongs to its channel's call. The id that stays comes when it ends, which may be after the call.
    /// </summary>
    public CallUpdate? TranslateRecording(PbxEvent pbxEvent)
    {
        pbxEvent.Extension ??= fields.Text(Employee);
        pbxEvent.LegId ??= fields.Text(Channel);
        if (FindSession() is not { } session || host.FindCall(session) is not { } call)
            return null;
        pbxEvent.CallId = session;
        pbxEvent.LegId = LegOf(fields.Text(Channel)!);
        if (fields.Text(RecordingId) is not { } recording)
            return null;
        var update = _update.Reset(session);
        update.RecordingId = recording;
        update.IsCorrection = call.State == PbxCallState.Ended;
        return update;
    }

    /// <summary>A voicemail names no call, but its caller's number, and it may be stored when the call is over.</summary>
    public CallUpdate? TranslateVoicemail(PbxEvent pbxEvent)
    {
        pbxEvent.Extension ??= fields.Text(EntityId);
        pbxEvent.From = SipAddress.NumberOf(fields.Text(CallerNumber));
        if (pbxEvent.Name != "VOICEMAIL_NEW" || pbxEvent.From is not { } number || !_callers.TryGet(number, out var session) || session.Length == 0
            || host.FindCall(session) is not { IsReached: false, Direction: not PbxDirection.Outbound } call || call.EndedAt < host.Now - VoicemailDelay)
        {
            return null;
        }
        pbxEvent.CallId = session;
        var update = _update.Reset(session);
        update.Outcome = PbxOutcome.Voicemail;
        update.VoicemailId = fields.Text(VoicemailId);
        update.IsCorrection = call.State == PbxCallState.Ended;
        return update;
    }

    // ---- carrier calls ---------------------------------------------------------------------------------------------

    /// <summary>The carrier's layer: one event per call, its key is <c>callid</c> (section 7).</summary>
    public CallUpdate? TranslateCarrier(PbxEvent pbxEvent)
    {
        pbxEvent.CallId = fields.Text(CarrierCallId) ?? fields.Text(CallId);
        pbxEvent.From = SipAddress.NumberOf(fields.Text(CarrierFrom));
        pbxEvent.To = SipAddress.NumberOf(fields.Text(CarrierTo));
        if (pbxEvent.CallId is not { } id)
            return null;
        var update = _update.Reset(id);
        update.From = pbxEvent.From;
        update.To = pbxEvent.To;
        var call = host.FindCall(id);
        if (fields.Text(Direction) is { } direction)
            update.Direction = direction == "O" ? PbxDirection.Outbound : PbxDirection.Inbound;
        switch (pbxEvent.Name)
        {
            case "START":
                update.State = PbxCallState.Offered;
                break;
            case "ANSWER":
                update.State = PbxCallState.Answered;
                update.AnsweredBy = pbxEvent.To;
                break;
            default:
                update.IsEnd = true;
                update.Outcome = CarrierOutcome(pbxEvent.Name, call, update.Direction ?? call?.Direction);
                update.EndedBy = fields.Text(EndedBy)?.ToUpperInvariant() switch
                {
                    "A" => PbxEndedBy.Caller,
                    "B" => PbxEndedBy.Callee,
                    "S" => PbxEndedBy.System,
                    _ => null,
                };
                break;
        }
        if (tracksCarrierCalls())
            return update;
        pbxEvent.CallState = update.IsEnd ? PbxCallState.Ended : update.State;
        pbxEvent.Outcome = update.Outcome;
        return null;
    }

    /// <summary>
    /// The carrier says why an unanswered call ended, also when nothing of the call was seen before. An outbound call is nobody's
    /// miss (section 7). A call that ended with BYE had been answered: SIP ends an unanswered one with CANCEL or a code.
    /// </summary>
    private PbxOutcome? CarrierOutcome(string name, PbxCall? call, PbxDirection? direction)
    {
        if (name is "MAXCHANNELS" or "PEER_ERROR" or "FRAUD")
            return PbxOutcome.Failed;
        var reason = fields.Text(Reason)?.ToUpperInvariant();
        if (call is { AnsweredAt: not null } || reason == "BYE")
            return PbxOutcome.Answered;
        if (reason is null)
            return null;
        var isOutbound = direction == PbxDirection.Outbound;

        // A code may have its words behind it.
        return reason.AsSpan(0, Math.Min(3, reason.Length)) switch
        {
            "486" or "600" when isOutbound => PbxOutcome.Busy,
            "603" when isOutbound => PbxOutcome.Rejected,
            "CAN" or "408" or "480" or "486" or "487" when !isOutbound => PbxOutcome.Missed,
            _ => PbxOutcome.Failed,
        };
    }
}
