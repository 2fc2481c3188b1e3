using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>From TelecomX's frames to events and call updates (telecomx.md sections 4 and 7).</summary>
/// <param name="host">Where they go.</param>
/// <param name="pool">Where texts come from.</param>
/// <param name="tracksCarrierCalls">
/// True while carrier calls are to be tracked: both layers speak of the same calls under different ids (section 7), so
/// the carrier's count only while no PBX channel is subscribed.
/// </param>
/// <param name="seesSetUps">True while the start of every call is brought: no subscription has narrowed it away.</param>
internal sealed class TelecomXEvents(ISessionHost host, Utf8Pool pool, Func<bool> tracksCarrierCalls, Func<bool> seesSetUps)
{
    private const int Event = 0, Type = 1, EventId = 2, Data = 3, SessionId = 4, Channel = 5, PbxServer = 6, Leg = 7, Direction = 8,
        Extension = 9, ExtensionState = 10, Caller = 11, CallerName = 12, Callee = 13, QueueId = 14, QueueOfEvent = 15, State = 16,
        CallerPrivacy = 17, HideOtherParty = 18, Number = 19, AnsweredByExtension = 20, AnsweredByNumber = 21, EntityId = 22,
        CarrierCallId = 23, CarrierFrom = 24, CarrierTo = 25, Reason = 26, CallerNumber = 27, Employee = 28, Username = 29, Name = 30,
        SipAccount = 31, CallId = 32, Position = 33, QueueName = 34, EndedBy = 35, RecordingId = 36, VoicemailId = 37, ChannelId = 38;

    private static readonly FieldNames Names = new(
        "event", "type", "eventId", "data", "sessionId", "channel", "pbxServer", "leg", "direction",
        "extension", "extensionState", "caller", "callerName", "callee", "queueId", "queue", "state",
        "callerPrivacy", "hideOtherParty", "number", "answeredByExtension", "answeredByNumber", "_id",
        "callid", "from", "to", "reason", "callerNumber", "employee", "username", "name",
        "sipAccount", "callId", "position", "queueName", "endedBy", "recordingId", "voicemailId", "channelId");

    /// <summary>The members that name the calling party, in most events and where somebody waits or takes part; and the called party.</summary>
    private static readonly FieldNames CallerMembers = new("caller", "callerName", "callerNumber", "from");
    private static readonly FieldNames WaitingMembers = new("caller", "callerName", "number", "name");
    private static readonly FieldNames CalleeMembers = new("callee", "calleeName");

    /// <summary>How long after a call its voicemail is taken for its own.</summary>
    private static readonly TimeSpan VoicemailDelay = TimeSpan.FromMinutes(1);

    private readonly JsonFields _fields = new(Names, pool);
    private readonly CallUpdate _update = new();
    private readonly RecentMap<bool> _recent = new();
    private readonly TelecomXPrivacy _privacy = new();

    /// <summary>From a leg to its call, for events that name the channel only.</summary>
    private readonly RecentMap<string> _sessions = new();

    /// <summary>From a calling number to its newest call; an empty text while there are several. Voicemails name the number only.</summary>
    private readonly RecentMap<string> _callers = new();
    private QueueUpdate? _queue;

    /// <summary>The channel that a confirmation names; null when it names none.</summary>
    public string? ReadChannel(ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        _fields.Read(payload, ref reader);
        return _fields.Text(Type);
    }

    /// <summary>An event: the name on the socket is its type, the object holds the rest.</summary>
    public void Received(string topic, ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            host.ReportUnreadable(payload.Span, $"The payload of '{topic}' is no object.");
            return;
        }
        var start = (int)reader.TokenStartIndex;
        _fields.Read(payload, ref reader);
        var json = payload[start..(int)reader.BytesConsumed];

        // Section 4: the name stands in event, in some rows in type. What the catalogue does not know passes through.
        var name = _fields.Text(Event) ?? _fields.Text(Type) ?? topic;
        var row = TelecomXCatalogue.Instance.Find(name);
        if (!HoldsOwnData(name))
            _fields.ReadInner(Data);
        var eventId = _fields.Text(EventId);
        if (eventId is not null && !_recent.Add(eventId, true))
        {
            host.CountDuplicate();
            return;
        }
        var pbxEvent = new PbxEvent
        {
            Category = row?.Category ?? TelecomXTopics.CategoryOf(topic, name),
            Name = row?.Name ?? name,
            Topic = topic,
            Payload = json,
            Extension = _fields.Text(Extension),
            Queue = _fields.Text(QueueId),
            CallId = _fields.Text(SessionId),
        };
        if (eventId is not null)
            pbxEvent.Id = eventId;
        _queue = null;
        var call = Translate(row, pbxEvent);
        Hide(pbxEvent);
        host.Emit(pbxEvent, call, _queue);
    }

    /// <summary>The answer to a look-up after a gap, as it came: its shape is not published.</summary>
    public static void EmitSnapshot(ISessionHost host, in Snapshot snapshot) => host.Emit(new PbxEvent
    {
        Category = snapshot.Kind.EndsWith("queues", StringComparison.Ordinal) ? PbxCategory.Queue : PbxCategory.Presence,
        Name = snapshot.Kind,
        Synthesized = true,
        Payload = snapshot.Payload,
    });

    /// <summary>Section 4: in these, <c>data</c> is a field of its own and not an envelope.</summary>
    private static bool HoldsOwnData(string name) =>
        name is "EMPLOYEE_PRESENCE_CHANGED" or "QUEUE_MEMBER_JOIN" or "QUEUE_MEMBER_UPDATE" or "QUEUE_MEMBER_LEFT";

    private CallUpdate? Translate(PbxEventType? row, PbxEvent pbxEvent) => row switch
    {
        { Topic: "PBX", Category: PbxCategory.Call } when pbxEvent.Name.StartsWith("CALL_", StringComparison.Ordinal)
            && pbxEvent.Name != "CALL_VARIABLE" => TranslateLeg(pbxEvent),
        { Name: "QUEUE_ENTERED" or "QUEUE_LEFT" } => TranslateQueue(pbxEvent),
        { Topic: "PBX", Category: PbxCategory.Agent } => FillAgent(pbxEvent),
        { Topic: "PBX", Category: PbxCategory.Presence } => FillPerson(pbxEvent, EntityId),
        { Topic: "PBX", Category: PbxCategory.Voicemail } => TranslateVoicemail(pbxEvent),
        { Topic: "PBX", Category: PbxCategory.Queue } => FillPersonalQueue(pbxEvent),
        { Topic: "PBX", Category: PbxCategory.Recording } => TranslateRecording(pbxEvent),
        { Topic: "PBX", Category: PbxCategory.Conference } => FillPerson(pbxEvent, Employee),
        { Topic: "CALL" } => TranslateCarrier(pbxEvent),
        { Topic: "REGISTER" } => FillRegistration(pbxEvent),
        _ => null,
    };

    // ---- PBX calls: one event per leg ------------------------------------------------------------------------------

    private CallUpdate? TranslateLeg(PbxEvent pbxEvent)
    {
        var channel = _fields.Text(Channel);
        if (pbxEvent.CallId is not { } session || channel is null)
            return null;

        pbxEvent.LegId = LegOf(channel);
        _sessions.Set(pbxEvent.LegId, session);
        var known = host.FindCall(session);
        if (known?.State == PbxCallState.Ended)
            known = null;
        var caller = FindCaller(known);

        // Hold events in the happy path (section 5) leave the letter out; mostly the leg is known by then. Who is put on hold talks
        // with a person; else it is the caller's leg that has not been seen yet.
        var isCallerLeg = _fields.Text(Leg) is { } leg ? leg == "I"
            : RoleOf(known, pbxEvent.LegId) is { } role ? role == PbxLegRole.Caller
            : caller is null && pbxEvent.Name is not ("CALL_HOLD" or "CALL_UNHOLD");
        var update = _update.Reset(session);
        update.Queue = pbxEvent.Queue;
        if (pbxEvent.Queue is { } queue && _fields.Text(QueueName) is { } name)
            _queue = new QueueUpdate(queue) { Name = name };
        update.HasUnseen = known is null && !(isCallerLeg && pbxEvent.Name == "CALL_START") && seesSetUps();
        ReadParties(pbxEvent, update, isCallerLeg);

        // direction and leg share letters and mean different things (point 3): I is from outside, O from a local party. What the
        // first leg said stands; a call from a local party that reaches an extension is internal.
        if (known is null or { Direction: PbxDirection.Unknown } && _fields.Text(Direction) is { } direction)
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
        if (isCallerLeg && caller is null && SipAddress.NumberOf(_fields.Text(Caller)) is { } calling)
            Remember(calling, session);
        return update;
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
            if (leg.Role == PbxLegRole.Caller)
                return leg;
        return null;
    }

    private static PbxLegRole? RoleOf(PbxCall? call, string legId)
    {
        foreach (var leg in call?.Legs ?? [])
            if (leg.LegId == legId)
                return leg.Role;
        return null;
    }

    private void ReadParties(PbxEvent pbxEvent, CallUpdate update, bool isCallerLeg)
    {
        // Point 7: who must not be shown. hideOtherParty on a leg O means the caller, on the leg I the called party.
        var isOtherHidden = _fields.Flag(HideOtherParty) == true;
        var calling = _fields.Text(Caller);
        var from = SipAddress.Read(calling);
        var hidesCaller = _fields.Flag(CallerPrivacy) == true || (isOtherHidden && !isCallerLeg) || SipAddress.IsHidden(calling);
        var hidesCallee = isOtherHidden && isCallerLeg;
        var hidden = hidesCaller || hidesCallee ? _privacy.Hide(update.CallId, hidesCaller, hidesCallee) : _privacy.Of(update.CallId);
        if (hidden is { Caller: true } && isCallerLeg)
            _privacy.Learn(hidden, from.Number, _fields.Text(CallerName), host.Now);
        update.HidesFrom = hidden is { Caller: true };
        update.HidesTo = hidden is { Callee: true };
        pbxEvent.From = update.HidesFrom ? null : from.Number;
        pbxEvent.To = update.HidesTo ? null : SipAddress.NumberOf(_fields.Text(Callee));
        update.From = pbxEvent.From;
        update.FromName = update.HidesFrom ? null : _fields.Text(CallerName) ?? from.Name;
        update.To = pbxEvent.To;
    }

    /// <summary>
    /// Takes who must not be shown out of an event. Its call or its channel is known to hide somebody, it says so itself, or it
    /// names no call and a number that was hidden a short while ago.
    /// </summary>
    private void Hide(PbxEvent pbxEvent)
    {
        var session = pbxEvent.CallId is { } id && pbxEvent.Topic != "CALL" ? id : FindSession();
        var hidden = _privacy.Of(session);
        var number = hidden?.Number;
        var hidesCaller = hidden is { Caller: true } || _fields.Flag(CallerPrivacy) == true;
        if (session is null && !hidesCaller)
        {
            number = SipAddress.NumberOf(_fields.Text(Caller) ?? _fields.Text(CallerNumber) ?? _fields.Text(Number) ?? _fields.Text(CarrierFrom));
            hidesCaller = _privacy.IsHidden(number, host.Now);
        }
        if (hidesCaller)
        {
            var names = pbxEvent.Name.StartsWith("QUEUE_", StringComparison.Ordinal) || pbxEvent.Category == PbxCategory.Conference ? WaitingMembers : CallerMembers;
            pbxEvent.From = null;
            pbxEvent.Payload = HiddenParty.Mask(pbxEvent.Payload, names, number, hidden?.Name);
        }
        if (hidden is { Callee: true })
        {
            pbxEvent.To = null;
            pbxEvent.Payload = HiddenParty.Mask(pbxEvent.Payload, CalleeMembers, null, null);
        }
    }

    /// <summary>The call that an event's channel belongs to; null when it names none that was seen.</summary>
    private string? FindSession() =>
        (_fields.Text(Channel) ?? _fields.Text(ChannelId)) is { } channel && _sessions.TryGet(LegOf(channel), out var session) ? session : null;

    /// <summary>Section 7, point 8: server and channel together name a leg anywhere.</summary>
    private string LegOf(string channel) => _fields.Text(PbxServer) is { } server ? pool.Join(server, channel) : channel;

    private PbxCallState? LegState(string name, bool isCallerLeg) => name switch
    {
        "CALL_END" => PbxCallState.Ended,
        "CALL_ANSWER" or "CALL_UNHOLD" => PbxCallState.Answered,
        "CALL_HOLD" => PbxCallState.Held,
        "CALL_RING" => isCallerLeg ? null : PbxCallState.Ringing,
        "CALL_START" => !isCallerLeg && _fields.Is(ExtensionState, "RINGING") ? PbxCallState.Ringing : PbxCallState.Offered,
        _ => !isCallerLeg && _fields.Is(ExtensionState, "RINGING") ? PbxCallState.Ringing : null,
    };

    // ---- queues ----------------------------------------------------------------------------------------------------

    /// <summary>Section 7, points 4 and 6: <c>_id</c> is the queued call here and <c>queue</c> the queue.</summary>
    private CallUpdate? TranslateQueue(PbxEvent pbxEvent)
    {
        pbxEvent.Queue = _fields.Text(QueueOfEvent);
        pbxEvent.Extension ??= _fields.Text(AnsweredByExtension);
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(Number));
        if (pbxEvent.CallId is not { } session)
            return null;
        var update = _update.Reset(session);
        if (_privacy.Of(session) is { Caller: true })
        {
            update.HidesFrom = true;
            pbxEvent.From = null;
        }
        var call = host.FindCall(session);
        update.Queue = pbxEvent.Queue;
        update.From = call?.From is null ? pbxEvent.From : null;
        update.HasUnseen = call is null && seesSetUps();
        TellQueue(pbxEvent, session, update.HidesFrom);
        if (pbxEvent.Name == "QUEUE_ENTERED")
        {
            update.OutcomeIfUnanswered = PbxOutcome.Abandoned;
            return update;
        }
        switch (_fields.Text(State))
        {
            // Mostly the leg has told it already. With the channel narrowed to queue events no leg is ever seen, and after a lost
            // link the queue's word may be the only one.
            case "ANSWERED" when call?.AnsweredAt is null:
                update.State = PbxCallState.Answered;
                update.AnsweredBy = _fields.Text(AnsweredByExtension) ?? _fields.Text(AnsweredByNumber);
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

    private void TellQueue(PbxEvent pbxEvent, string session, bool hidesCaller)
    {
        if (pbxEvent.Queue is not { } queue)
            return;
        _queue = new QueueUpdate(queue);
        if (pbxEvent.Name == "QUEUE_LEFT")
        {
            _queue.Left.Add(session);
            return;
        }
        _queue.Entered.Add(new PbxQueueCaller
        {
            CallId = session,
            From = pbxEvent.From,
            FromName = hidesCaller ? null : _fields.Text(Name),
            Position = (int?)_fields.Number(Position),
            EnteredAt = default,
        });
    }

    private CallUpdate? FillPersonalQueue(PbxEvent pbxEvent)
    {
        pbxEvent.Queue = _fields.Text(EntityId);
        pbxEvent.LegId = _fields.Text(Channel);
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(Caller));
        return null;
    }

    /// <summary>In member events <c>_id</c> is the queue (point 6) and <c>data</c> the member (section 9).</summary>
    private CallUpdate? FillAgent(PbxEvent pbxEvent)
    {
        pbxEvent.Queue = _fields.Text(EntityId);
        _fields.ReadInner(Data);
        pbxEvent.Extension = _fields.Text(Extension) ?? _fields.Text(Employee);
        if (pbxEvent.Queue is { } queue && (_fields.Text(Extension) ?? _fields.Text(Number)) is { } member)
        {
            _queue = new QueueUpdate(queue);
            if (pbxEvent.Name == "QUEUE_MEMBER_LEFT")
                _queue.Gone.Add(member);
            else
                _queue.Agents.Add(new PbxQueueAgent { Extension = member, Since = default });
        }
        return null;
    }

    // ---- the rest --------------------------------------------------------------------------------------------------

    private CallUpdate? FillPerson(PbxEvent pbxEvent, int slot)
    {
        pbxEvent.Extension ??= _fields.Text(slot) ?? _fields.Text(Employee);
        pbxEvent.LegId ??= _fields.Text(Channel);
        return null;
    }

    /// <summary>
    /// A recording belongs to its channel's call. The id that stays comes when it ends, which may be after the call.
    /// </summary>
    private CallUpdate? TranslateRecording(PbxEvent pbxEvent)
    {
        FillPerson(pbxEvent, Employee);
        if (FindSession() is not { } session || host.FindCall(session) is not { } call)
            return null;
        pbxEvent.CallId = session;
        pbxEvent.LegId = LegOf(_fields.Text(Channel)!);
        if (_fields.Text(RecordingId) is not { } recording)
            return null;
        var update = _update.Reset(session);
        update.RecordingId = recording;
        update.IsCorrection = call.State == PbxCallState.Ended;
        return update;
    }

    /// <summary>A voicemail names no call, but its caller's number, and it may be stored when the call is over.</summary>
    private CallUpdate? TranslateVoicemail(PbxEvent pbxEvent)
    {
        pbxEvent.Extension ??= _fields.Text(EntityId);
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(CallerNumber));
        if (pbxEvent.Name != "VOICEMAIL_NEW" || pbxEvent.From is not { } number || !_callers.TryGet(number, out var session) || session.Length == 0
            || host.FindCall(session) is not { IsReached: false, Direction: not PbxDirection.Outbound } call || call.EndedAt < host.Now - VoicemailDelay)
        {
            return null;
        }
        pbxEvent.CallId = session;
        var update = _update.Reset(session);
        update.Outcome = PbxOutcome.Voicemail;
        update.VoicemailId = _fields.Text(VoicemailId);
        update.IsCorrection = call.State == PbxCallState.Ended;
        return update;
    }

    private CallUpdate? FillRegistration(PbxEvent pbxEvent)
    {
        pbxEvent.Extension ??= _fields.Text(Username) ?? _fields.Text(SipAccount);
        pbxEvent.IsRegistered = pbxEvent.Name switch
        {
            "REGISTER" => true,
            // An ERROR is a registration that was refused.
            "UNREGISTER" or "ERROR" => false,
            _ => null,
        };
        return null;
    }

    // ---- carrier calls ---------------------------------------------------------------------------------------------

    /// <summary>The carrier's layer: one event per call, its key is <c>callid</c> (section 7).</summary>
    private CallUpdate? TranslateCarrier(PbxEvent pbxEvent)
    {
        pbxEvent.CallId = _fields.Text(CarrierCallId) ?? _fields.Text(CallId);
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(CarrierFrom));
        pbxEvent.To = SipAddress.NumberOf(_fields.Text(CarrierTo));
        if (pbxEvent.CallId is not { } id)
            return null;
        var update = _update.Reset(id);
        update.From = pbxEvent.From;
        update.To = pbxEvent.To;
        var call = host.FindCall(id);
        if (_fields.Text(Direction) is { } direction)
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
                update.EndedBy = _fields.Text(EndedBy)?.ToUpperInvariant() switch
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
        var reason = _fields.Text(Reason)?.ToUpperInvariant();
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
