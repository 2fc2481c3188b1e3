using System.Text.Json;

namespace PbxEvents.Providers.Protocol.TelecomX;

/// <summary>From TelecomX's frames to events and call updates (telecomx.md sections 4 and 7).</summary>
/// <param name="host">Where they go.</param>
/// <param name="pool">Where texts come from.</param>
/// <param name="tracksCarrierCalls">
/// True while carrier calls are to be tracked: both layers speak of the same calls under different ids (section 7), so
/// the carrier's count only while no PBX channel is subscribed.
/// </param>
internal sealed class TelecomXEvents(ISessionHost host, Utf8Pool pool, Func<bool> tracksCarrierCalls)
{
    private const int Event = 0, Type = 1, EventId = 2, Data = 3, SessionId = 4, Channel = 5, PbxServer = 6, Leg = 7, Direction = 8,
        Extension = 9, ExtensionState = 10, Caller = 11, CallerName = 12, Callee = 13, QueueId = 14, QueueOfEvent = 15, State = 16,
        CallerPrivacy = 17, HideOtherParty = 18, Number = 19, AnsweredByExtension = 20, AnsweredByNumber = 21, EntityId = 22,
        CarrierCallId = 23, CarrierFrom = 24, CarrierTo = 25, Reason = 26, CallerNumber = 27, Employee = 28, Username = 29, Name = 30,
        SipAccount = 31, CallId = 32, Position = 33, QueueName = 34;

    private static readonly FieldNames Names = new(
        "event", "type", "eventId", "data", "sessionId", "channel", "pbxServer", "leg", "direction",
        "extension", "extensionState", "caller", "callerName", "callee", "queueId", "queue", "state",
        "callerPrivacy", "hideOtherParty", "number", "answeredByExtension", "answeredByNumber", "_id",
        "callid", "from", "to", "reason", "callerNumber", "employee", "username", "name",
        "sipAccount", "callId", "position", "queueName");

    private readonly JsonFields _fields = new(Names, pool);
    private readonly CallUpdate _update = new();
    private readonly RecentIds _recent = new();
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
        if (eventId is not null && !_recent.Add(eventId))
        {
            host.CountDuplicate();
            return;
        }
        var pbxEvent = new PbxEvent
        {
            Category = row?.Category ?? PbxCategory.Unknown,
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
        { Topic: "PBX", Category: PbxCategory.Voicemail } => FillVoicemail(pbxEvent),
        { Topic: "PBX", Category: PbxCategory.Queue } => FillPersonalQueue(pbxEvent),
        { Topic: "PBX", Category: PbxCategory.Conference or PbxCategory.Recording } => FillPerson(pbxEvent, Employee),
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

        // Section 7, point 8: server and channel together name a leg anywhere.
        pbxEvent.LegId = _fields.Text(PbxServer) is { } server ? pool.Join(server, channel) : channel;
        var known = host.FindCall(session);
        if (known?.State == PbxCallState.Ended)
            known = null;
        var knownRole = RoleOf(known, pbxEvent.LegId);

        // Hold events in the happy path (section 5) leave the letter out; the leg is known by then.
        var isCallerLeg = _fields.Text(Leg) is { } leg ? leg == "I" : knownRole is PbxLegRole.Caller || known is null;
        var update = _update.Reset(session);
        update.Queue = pbxEvent.Queue;
        if (pbxEvent.Queue is { } queue && _fields.Text(QueueName) is { } name)
            _queue = new QueueUpdate(queue) { Name = name };
        ReadParties(pbxEvent, update, isCallerLeg);

        // direction and leg share letters and mean different things (point 3): I is from outside, O from a local party.
        var isLocalCaller = _fields.Text(Direction) is { } direction
            ? direction == "O"
            : known?.Direction is PbxDirection.Outbound or PbxDirection.Internal;
        if (isCallerLeg && _fields.Has(Direction))
            update.Direction = isLocalCaller ? PbxDirection.Outbound : PbxDirection.Inbound;

        // Point 2: a system answers the leg I. Of the legs O only those of an extension are a person's, except that a
        // local party who calls outside is answered by a person without an extension.
        var isPerson = !isCallerLeg && (pbxEvent.Extension is not null || isLocalCaller);
        if (isPerson && isLocalCaller && pbxEvent.Extension is not null)
            update.Direction = PbxDirection.Internal;
        var role = isCallerLeg ? PbxLegRole.Caller
            : isPerson || knownRole is PbxLegRole.Callee ? PbxLegRole.Callee
            : PbxLegRole.System;
        update.Add(new LegUpdate(pbxEvent.LegId, role, LegState(pbxEvent.Name, isCallerLeg))
        {
            Extension = pbxEvent.Extension,
            Number = isCallerLeg ? update.From : update.To,
        });

        // What a leg O dials is one phone; what was called, the leg I says.
        if (!isCallerLeg && known?.To is not null)
            update.To = null;
        return update;
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
        // Point 7: what must not be shown is not put where it would be shown. The payload keeps it.
        var isHidden = _fields.Flag(HideOtherParty) == true;
        var hidesCaller = _fields.Flag(CallerPrivacy) == true || (isHidden && !isCallerLeg);
        pbxEvent.From = hidesCaller ? null : _fields.Text(Caller);
        pbxEvent.To = isHidden && isCallerLeg ? null : _fields.Text(Callee);
        update.From = pbxEvent.From;
        update.FromName = hidesCaller ? null : _fields.Text(CallerName);
        update.To = pbxEvent.To;
    }

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
        pbxEvent.From = _fields.Text(Number);
        pbxEvent.Extension ??= _fields.Text(AnsweredByExtension);
        if (pbxEvent.CallId is not { } session)
            return null;
        var update = _update.Reset(session);
        update.Queue = pbxEvent.Queue;
        update.From = pbxEvent.From;
        TellQueue(pbxEvent, session);
        if (pbxEvent.Name == "QUEUE_ENTERED")
            return update;

        // With the channel narrowed to queue events no leg is ever seen; then the queue's word is the only one.
        var seesLegs = host.FindCall(session) is { Legs.Count: > 0 };
        switch (_fields.Text(State))
        {
            case "ANSWERED" when !seesLegs:
                update.State = PbxCallState.Answered;
                update.AnsweredBy = _fields.Text(AnsweredByExtension) ?? _fields.Text(AnsweredByNumber);
                break;
            case "CANCELLED":
                update.Outcome = PbxOutcome.Abandoned;
                update.IsEnd = !seesLegs;
                break;
        }
        return update;
    }

    private void TellQueue(PbxEvent pbxEvent, string session)
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
            FromName = _fields.Text(Name),
            Position = (int?)_fields.Number(Position),
            EnteredAt = default,
        });
    }

    private CallUpdate? FillPersonalQueue(PbxEvent pbxEvent)
    {
        pbxEvent.Queue = _fields.Text(EntityId);
        pbxEvent.LegId = _fields.Text(Channel);
        pbxEvent.From = _fields.Flag(CallerPrivacy) == true ? null : _fields.Text(Caller);
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

    private CallUpdate? FillVoicemail(PbxEvent pbxEvent)
    {
        pbxEvent.Extension ??= _fields.Text(EntityId);
        pbxEvent.From = _fields.Text(CallerNumber);
        return null;
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
        pbxEvent.From = _fields.Text(CarrierFrom);
        pbxEvent.To = _fields.Text(CarrierTo);
        if (pbxEvent.CallId is not { } id)
            return null;
        var update = _update.Reset(id);
        update.From = pbxEvent.From;
        update.To = pbxEvent.To;
        if (_fields.Text(Direction) is { } direction)
            update.Direction = direction == "O" ? PbxDirection.Outbound : PbxDirection.Inbound;
        var wasAnswered = host.FindCall(id) is { AnsweredAt: not null };
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
                update.Outcome = CarrierOutcome(pbxEvent.Name, _fields.Text(Reason), wasAnswered);
                break;
        }
        if (tracksCarrierCalls())
            return update;
        pbxEvent.CallState = update.IsEnd ? PbxCallState.Ended : update.State;
        pbxEvent.Outcome = update.Outcome;
        return null;
    }

    private static PbxOutcome CarrierOutcome(string name, string? reason, bool wasAnswered)
    {
        if (name is "MAXCHANNELS" or "PEER_ERROR" or "FRAUD")
            return PbxOutcome.Failed;
        if (wasAnswered)
            return PbxOutcome.Answered;
        return reason?.ToUpperInvariant() switch
        {
            null or "CANCEL" or "BYE" or "408" or "480" or "486" or "487" => PbxOutcome.Missed,
            _ => PbxOutcome.Failed,
        };
    }
}
