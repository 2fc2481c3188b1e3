using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>From notifications to events and call updates (ringcentral.md sections 5.3, 7 and 8). Loop only.</summary>
/// <param name="host">Where they go.</param>
/// <param name="pool">Where texts come from.</param>
/// <param name="sessionIds">Gets the older ids of calls.</param>
/// <param name="tracksPresence">
/// True while calls are to be read from detailed presence: telephony sessions say more about the same calls, so presence
/// counts only while nobody subscribes to them.
/// </param>
internal sealed class RingCentralEvents(ISessionHost host, Utf8Pool pool, LiveCallIds sessionIds, Func<bool> tracksPresence)
{
    private static readonly FieldNames NotificationNames = new(), BodyNames = new(), EndNames = new();
    private static readonly Field
        Uuid = NotificationNames.Add("uuid"), Event = NotificationNames.Add("event"), Timestamp = NotificationNames.Add("timestamp"),
        OwnerId = NotificationNames.Add("ownerId"), Body = NotificationNames.Add("body"), PnApns = NotificationNames.Add("pn_apns"),
        ExtensionId = BodyNames.Add("extensionId"), Sequence = BodyNames.Add("sequence"),
        TotalActiveCalls = BodyNames.Add("totalActiveCalls"), ActiveCalls = BodyNames.Add("activeCalls"),
        From = BodyNames.Add("from"), To = BodyNames.Add("to"),
        PhoneNumber = EndNames.Add("phoneNumber"), EndExtension = EndNames.Add("extensionId"), ExtensionNumber = EndNames.Add("extensionNumber");

    /// <summary>The members that hold a number, and the name beside it; <c>from</c> is a number in presence.</summary>
    private static readonly FieldNames CallerNumbers = new("phoneNumber", "from");
    private static readonly FieldNames CallerNames = new("name", "fromName");

    private readonly JsonFields _notification = new(NotificationNames, pool);
    private readonly JsonFields _inner = new(NotificationNames, pool);
    private readonly JsonFields _body = new(BodyNames, pool);
    private readonly JsonFields _end = new(EndNames, pool);
    private readonly RingCentralCalls _calls = new(host, pool, sessionIds);
    private readonly RingCentralPresence _presence = new(host, pool);
    private readonly RecentMap<bool> _recent = new();
    private readonly RecentMap<RingCentralPath> _paths = new();
    private readonly RecentMap<long> _presenceSequences = new(RingCentralPresence.MaxExtensions);

    private volatile string? _owner;

    /// <summary>The id of the token's own extension; null before the first notification. Any thread.</summary>
    public string? Owner => _owner;

    /// <summary>The calls in progress.</summary>
    public IReadOnlyList<string> OpenCalls => _calls.Open;

    /// <summary>A notification.</summary>
    /// <param name="payload">The inner object.</param>
    /// <returns>True when it was new, false for a double.</returns>
    public bool Received(ReadOnlyMemory<byte> payload)
    {
        if (!_notification.Read(payload))
        {
            host.ReportUnreadable(payload.Span, "The body of a notification is no object.");
            return true;
        }
        _owner = _notification.Text(OwnerId) ?? _owner;
        var uuid = _notification.Text(Uuid);
        if (uuid is not null && !_recent.Add(uuid, true))
        {
            host.CountDuplicate();
            return false;
        }
        var path = PathOf(_notification.Text(Event) ?? "");
        var row = RingCentralCatalogue.All.Find(path.Name);
        var pbxEvent = new PbxEvent
        {
            Category = row?.Category ?? RingCentralCatalogue.CategoryOf(path.Name),
            Name = row?.Name ?? (path.Name.Length > 0 ? path.Name : "notification"),
            Topic = path.Topic.Length > 0 ? path.Topic : null,
            Payload = payload,
            Extension = path.Extension is "~" ? null : path.Extension,
            Queue = path.Queue,
        };
        if (RingCentralTime.Parse(_notification, Timestamp) is { } time)
            pbxEvent.Time = time;
        if (uuid is not null)
            pbxEvent.Id = uuid;
        return Emit(pbxEvent);
    }

    /// <summary>The answer to a question about a call that was in progress.</summary>
    public void SnapshotReceived(in Snapshot snapshot)
    {
        var pbxEvent = new PbxEvent
        {
            Category = PbxCategory.Call,
            Name = RingCentralSnapshots.CallKind,
            Synthesized = true,
            CallId = snapshot.Key,
            Payload = snapshot.Payload,
        };
        if (snapshot.Payload.IsEmpty)
            host.Emit(pbxEvent, _calls.End(snapshot.Key!));
        else if (ReadCall(snapshot.Payload, pbxEvent) == TelephonyVerdict.News)
            host.Emit(pbxEvent, _calls.Update);
    }

    private bool Emit(PbxEvent pbxEvent)
    {
        var body = BodyOf();
        switch (pbxEvent.Name)
        {
            case "telephony/sessions":
                return EmitCall(pbxEvent, body);
            case "presence" or "presence/line/presence" or "favorite/presence" or "presence/dnd":
                EmitPresence(pbxEvent, body);
                break;
            case "message-store/instant" or "voicemail" or "fax" or "missed-calls":
                if (!body.IsEmpty && _body.Read(body))
                {
                    pbxEvent.From = NumberOf(From);
                    pbxEvent.To = NumberOf(To);
                    if (pbxEvent.From is null)
                        Mask(pbxEvent);
                }
                host.Emit(pbxEvent);
                break;
            case "call-queues/presence":
                host.Emit(pbxEvent, null, RingCentralMembers.Read(pbxEvent.Queue, body));
                break;
            default:
                host.Emit(pbxEvent);
                break;
        }
        return true;
    }

    private bool EmitCall(PbxEvent pbxEvent, ReadOnlyMemory<byte> body)
    {
        switch (body.IsEmpty ? TelephonyVerdict.Stale : ReadCall(body, pbxEvent))
        {
            case TelephonyVerdict.News:
                host.Emit(pbxEvent, _calls.Update);
                if (_calls.TakeFetched() is { } fetched)
                    EmitFetched(pbxEvent, fetched);
                return true;
            case TelephonyVerdict.Duplicate:
                host.CountDuplicate();
                return false;
            default:
                // An older word about a party: passed on, but the call stands as it is.
                host.Emit(pbxEvent);
                return true;
        }
    }

    private TelephonyVerdict ReadCall(ReadOnlyMemory<byte> body, PbxEvent pbxEvent)
    {
        var verdict = _calls.Read(body, pbxEvent);
        if (_calls.HidesCaller)
            Mask(pbxEvent);
        return verdict;
    }

    private static void Mask(PbxEvent pbxEvent) => pbxEvent.Payload = HiddenParty.MaskHidden(pbxEvent.Payload, CallerNumbers, CallerNames);

    private void EmitFetched(PbxEvent origin, CallUpdate call) => host.Emit(new PbxEvent
    {
        Category = PbxCategory.Call,
        Name = "CallPickedUp",
        Topic = origin.Topic,
        Time = origin.Time,
        Payload = origin.Payload,
        LegId = call.Legs[0].LegId,
        Extension = origin.Extension,
        Synthesized = true,
    }, call);

    private void EmitPresence(PbxEvent pbxEvent, ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty || !_body.Read(body))
        {
            host.Emit(pbxEvent);
            return;
        }
        var extension = _body.Text(ExtensionId) ?? pbxEvent.Extension;
        pbxEvent.Extension = extension;
        var sequence = _body.Number(Sequence);
        var total = _body.Number(TotalActiveCalls);
        var calls = _body.Json(ActiveCalls);
        if (!calls.IsEmpty)
            Mask(pbxEvent);
        host.Emit(pbxEvent);
        if (extension is null || (calls.IsEmpty && total is null) || !tracksPresence())
            return;

        // Section 8.3: the sequence is per extension; what comes late is older than what is known.
        if (sequence is { } number)
        {
            if (_presenceSequences.TryGet(extension, out var last) && number <= last)
                return;
            _presenceSequences.Set(extension, number);
        }
        _presence.Read(extension, calls, total, pbxEvent);
    }

    /// <summary>Section 5.3: some documented samples wrap the payload once more, in the form of push notifications.</summary>
    private ReadOnlyMemory<byte> BodyOf()
    {
        if (_notification.IsStructure(Body))
            return _notification.Json(Body);
        if (_notification.IsStructure(PnApns) && _inner.Read(_notification.Json(PnApns)) && _inner.IsStructure(Body))
            return _inner.Json(Body);
        return default;
    }

    private RingCentralPath PathOf(string path)
    {
        if (!_paths.TryGet(path, out var known))
            _paths.Add(path, known = RingCentralPath.Parse(path));
        return known;
    }

    /// <summary>One end of a message: an object, or a list of them, of which the first is told.</summary>
    private string? NumberOf(Field field)
    {
        var json = _body.Json(field);
        if (json.IsEmpty || !_body.IsStructure(field))
            return _body.Text(field) is { } text && !SipAddress.IsHidden(text) ? text : null;
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray && (!reader.Read() || reader.TokenType != JsonTokenType.StartObject))
            return null;
        _end.Read(json, ref reader);
        var number = _end.Text(PhoneNumber) ?? _end.Text(ExtensionNumber) ?? _end.Text(EndExtension);
        return SipAddress.IsHidden(number) ? null : number;
    }
}
