using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using static PbxEvents.Providers.Platforms.TelecomX.TelecomXFields;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>From TelecomX's frames to events (telecomx.md section 4).</summary>
internal sealed class TelecomXEvents
{
    /// <summary>The members that name the calling party, in most events and where somebody waits or takes part; and the called party.</summary>
    private static readonly FieldNames CallerMembers = new("caller", "callerName", "callerNumber", "from");
    private static readonly FieldNames WaitingMembers = new("caller", "callerName", "number", "name");
    private static readonly FieldNames CalleeMembers = new("callee", "calleeName");

    private readonly ISessionHost _host;
    private readonly JsonFields _fields;
    private readonly TelecomXCalls _calls;
    private readonly TelecomXPrivacy _privacy = new();
    private readonly RecentMap<bool> _recent = new();

    /// <param name="host">Where they go.</param>
    /// <param name="pool">Where texts come from.</param>
    /// <param name="keys">Where the legs of calls are kept.</param>
    /// <param name="tracksCarrierCalls">As <see cref="TelecomXCalls"/> has it.</param>
    /// <param name="seesSetUps">As <see cref="TelecomXCalls"/> has it.</param>
    public TelecomXEvents(ISessionHost host, Utf8Pool pool, TelecomXKeys keys, Func<bool> tracksCarrierCalls, Func<bool> seesSetUps)
    {
        _host = host;
        _fields = new JsonFields(Names, pool);
        _calls = new TelecomXCalls(host, pool, _fields, _privacy, keys, tracksCarrierCalls, seesSetUps);
    }

    /// <summary>The channel that a confirmation names; null when it names none.</summary>
    public string? ReadChannel(ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        _fields.Read(payload, ref reader);
        return _fields.Text(EventType);
    }

    /// <summary>An event: the name on the socket is its type, the object holds the rest.</summary>
    public void Received(string topic, ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            _host.ReportUnreadable(payload.Span, $"The payload of '{topic}' is no object.");
            return;
        }
        var start = (int)reader.TokenStartIndex;
        _fields.Read(payload, ref reader);
        var json = payload[start..(int)reader.BytesConsumed];

        // Section 4: the name stands in event, in some rows in type. What the catalogue does not know passes through.
        var name = _fields.Text(Event) ?? _fields.Text(EventType) ?? topic;
        var row = TelecomXCatalogue.All.Find(name);
        if (!HoldsOwnData(name))
            _fields.ReadInner(Data);
        var eventId = _fields.Text(EventId);
        if (eventId is not null && !_recent.Add(eventId, true))
        {
            _host.CountDuplicate();
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
        QueueUpdate? queue = null;
        var call = Translate(row, pbxEvent, ref queue);
        Hide(pbxEvent);
        _host.Emit(pbxEvent, call, queue);
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

    private CallUpdate? Translate(PbxEventType? row, PbxEvent pbxEvent, ref QueueUpdate? queue)
    {
        switch (row)
        {
            case { Topic: "PBX", Category: PbxCategory.Call }:
                return pbxEvent.Name.StartsWith("CALL_", StringComparison.Ordinal) && pbxEvent.Name != "CALL_VARIABLE"
                    ? _calls.TranslateLeg(pbxEvent, ref queue) : null;
            case { Name: "QUEUE_ENTERED" or "QUEUE_LEFT" }:
                return _calls.TranslateQueue(pbxEvent, ref queue);
            case { Topic: "PBX", Category: PbxCategory.Voicemail }:
                return _calls.TranslateVoicemail(pbxEvent);
            case { Topic: "PBX", Category: PbxCategory.Recording }:
                return _calls.TranslateRecording(pbxEvent);
            case { Topic: "CALL" }:
                return _calls.TranslateCarrier(pbxEvent);
            case { Topic: "PBX", Category: PbxCategory.Agent }:
                queue = ReadAgent(pbxEvent);
                return null;
            case { Topic: "PBX", Category: PbxCategory.Queue }:
                FillPersonalQueue(pbxEvent);
                return null;
            case { Topic: "PBX", Category: PbxCategory.Presence }:
                FillPerson(pbxEvent, EntityId);
                return null;
            case { Topic: "PBX", Category: PbxCategory.Conference }:
                FillPerson(pbxEvent, Employee);
                return null;
            case { Topic: "REGISTER" }:
                FillRegistration(pbxEvent);
                return null;
            default:
                return null;
        }
    }

    private void FillPersonalQueue(PbxEvent pbxEvent)
    {
        pbxEvent.Queue = _fields.Text(EntityId);
        pbxEvent.LegId = _fields.Text(Channel);
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(Caller));
    }

    /// <summary>In member events <c>_id</c> is the queue (point 6) and <c>data</c> the member (section 9).</summary>
    private QueueUpdate? ReadAgent(PbxEvent pbxEvent)
    {
        pbxEvent.Queue = _fields.Text(EntityId);
        _fields.ReadInner(Data);
        pbxEvent.Extension = _fields.Text(Extension) ?? _fields.Text(Employee);
        if (pbxEvent.Queue is not { } number || (_fields.Text(Extension) ?? _fields.Text(Number)) is not { } member)
            return null;
        var queue = new QueueUpdate(number);
        if (pbxEvent.Name == "QUEUE_MEMBER_LEFT")
            queue.Gone.Add(member);
        else
            queue.Agents.Add(new PbxQueueAgent { Extension = member, Since = default });
        return queue;
    }

    private void FillPerson(PbxEvent pbxEvent, Field field)
    {
        pbxEvent.Extension ??= _fields.Text(field) ?? _fields.Text(Employee);
        pbxEvent.LegId ??= _fields.Text(Channel);
    }

    private void FillRegistration(PbxEvent pbxEvent)
    {
        pbxEvent.Extension ??= _fields.Text(Username) ?? _fields.Text(SipAccount);
        pbxEvent.IsRegistered = pbxEvent.Name switch
        {
            "REGISTER" => true,
            // An ERROR is a registration that was refused.
            "UNREGISTER" or "ERROR" => false,
            _ => null,
        };
    }

    /// <summary>
    /// Takes who must not be shown out of an event. Its call or its channel is known to hide somebody, it says so itself, or it
    /// names no call and a number that was hidden a short while ago.
    /// </summary>
    private void Hide(PbxEvent pbxEvent)
    {
        var session = pbxEvent.CallId is { } id && pbxEvent.Topic != "CALL" ? id : _calls.FindSession();
        var hidden = _privacy.Of(session);
        var number = hidden?.Number;
        var hidesCaller = hidden is { Caller: true } || _fields.Flag(CallerPrivacy) == true;
        if (session is null && !hidesCaller)
        {
            number = SipAddress.NumberOf(_fields.Text(Caller) ?? _fields.Text(CallerNumber) ?? _fields.Text(Number) ?? _fields.Text(CarrierFrom));
            hidesCaller = _privacy.IsHidden(number, _host.Now);
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
}
