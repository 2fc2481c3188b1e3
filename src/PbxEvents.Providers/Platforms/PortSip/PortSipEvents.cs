using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// From PortSIP's messages to events (portsip.md section 4). A message about several callers, agents or extensions becomes
/// one event for each, every one with the whole message as its payload: an event has one call and one extension.
/// </summary>
internal sealed class PortSipEvents
{
    /// <summary>After subscribing to <c>queue_management_events</c> all queues come as <c>queue_created</c> (section 3).</summary>
    private static readonly TimeSpan ListingTime = TimeSpan.FromSeconds(5);

    /// <summary>The lists whose entries name a caller.</summary>
    private static readonly Field[] CallerLists = [PortSipFields.WaitingList, PortSipFields.UpdatedCallers, PortSipFields.UpdatedAgents];

    private readonly ISessionHost _host;
    private readonly JsonFields _fields;
    private readonly JsonFields _entry;
    private readonly IReadOnlySet<string> _wantedNames;
    private readonly PortSipDirectory _directory = new();
    private readonly PortSipCalls _calls;
    private readonly LiveCallIds _callIds;
    private readonly PortSipDoubles _doubles;
    private readonly PortSipQueues _queues;
    private readonly Dictionary<string, PortSipExtension> _extensionStates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _listedQueues = new(StringComparer.Ordinal);
    private DateTimeOffset _listingUntil;

    /// <param name="host">Where they go.</param>
    /// <param name="pool">Where texts come from.</param>
    /// <param name="fields">The fields of the message at hand; the session has read them.</param>
    /// <param name="wantedNames">The topics that are subscribed to.</param>
    /// <param name="callIds">Learns the sessions of the calls.</param>
    public PortSipEvents(
        ISessionHost host, Utf8Pool pool, JsonFields fields, IReadOnlySet<string> wantedNames, LiveCallIds callIds)
    {
        _host = host;
        _fields = fields;
        _entry = new JsonFields(PortSipFields.Names, pool);
        _wantedNames = wantedNames;
        _calls = new PortSipCalls(host, fields, _directory, () => IsWanted(PortSipTopics.Records));
        _callIds = callIds;
        _doubles = new PortSipDoubles(host, fields);
        _queues = new PortSipQueues(host, fields, _entry, _directory, _calls, _doubles);
    }

    /// <summary>A new link: what is told first on it is state.</summary>
    public void LinkOpened()
    {
        _extensionStates.Clear();
        _listedQueues.Clear();
    }

    /// <summary>A subscription was sent: its snapshot comes next.</summary>
    public void Subscribed(string topic)
    {
        if (PortSipTopics.BaseOf(topic) == PortSipTopics.QueueManagement)
            _listingUntil = _host.Now + ListingTime;
    }

    /// <summary>A filter tells extensions and queues.</summary>
    public void LearnFrom(PbxSubscriptionFilter filter)
    {
        foreach (var extension in filter.Extension)
            _directory.AddExtension(extension);
        foreach (var queue in filter.Queue)
            _directory.AddQueue(queue);
    }

    /// <summary>A message that is neither an answer nor an event of the form that is known.</summary>
    public void ReceiveUnknown(string? name, ReadOnlyMemory<byte> payload) => _host.Emit(new PbxEvent
    {
        Category = PbxCategory.Unknown,
        Name = name ?? "message",
        Payload = payload,
    });

    /// <summary>An event.</summary>
    /// <returns>The subscription it speaks for.</returns>
    public PortSipReceived Receive(string name, ReadOnlyMemory<byte> payload)
    {
        var row = PortSipCatalogue.All.Find(name);
        var topic = TopicOf(name, row);
        var shape = new PbxEvent
        {
            Category = row?.Category ?? PortSipTopics.CategoryOf(name, IsWanted),
            Name = row?.Name ?? name,
            Topic = topic,
            Payload = HidesCaller() ? HiddenParty.MaskHidden(payload, PortSipFields.CallerNumbers, PortSipFields.CallerNames) : payload,
            Tenant = _fields.Text(PortSipFields.TenantId),
            Time = _fields.Moment(PortSipFields.Time) ?? _fields.Moment(PortSipFields.Timestamp) ?? _host.Now,
        };
        if (shape.Category is PbxCategory.Call or PbxCategory.Cdr && _fields.Text(PortSipFields.CallId) is { } callId
            && _fields.Text(PortSipFields.SessionId) is { } session)
        {
            _callIds.Add(callId, session, _host.Now);
        }
        switch (shape.Name)
        {
            case "queue_status":
                return Speaks(topic, shape, [_queues.ReceiveQueue(shape)]);
            case "queue_caller_status":
                _queues.ReceiveCallers(shape);
                break;
            case "queue_agent_status":
                _queues.ReceiveAgents(shape);
                break;
            case "extension_status":
                return Speaks(topic, shape, ReceiveStates(shape));
            case "extension_agent_status":
                _queues.ReceiveAgentStates(shape);
                break;
            case "call_cdr":
                ReceiveRecord(shape);
                break;
            default:
                ReceiveOne(shape, isKnown: row is not null);
                break;
        }
        return new PortSipReceived(topic);
    }

    private static PortSipReceived Speaks(string? topic, PbxEvent shape, IEnumerable<string?> members)
    {
        if (topic is not null && PortSipTopics.IsGlobal(topic))
            members = [shape.Tenant];
        return new PortSipReceived(topic, members.Where(m => m is not null).Select(m => m!).ToArray());
    }

    // ---- calls and everything with one subject -----------------------------------------------------------------------

    private void ReceiveOne(PbxEvent pbxEvent, bool isKnown)
    {
        if (_doubles.IsDouble(pbxEvent))
            return;
        switch (pbxEvent.Category)
        {
            case PbxCategory.Call when !isKnown:
                // What it says of the call is not known, so the call stays as it is.
                pbxEvent.CallId = _fields.Text(PortSipFields.SessionId);
                pbxEvent.LegId = _fields.Text(PortSipFields.CallId);
                pbxEvent.From = _fields.Party(PortSipFields.Caller);
                pbxEvent.To = _fields.Party(PortSipFields.Callee);
                break;
            case PbxCategory.Call:
                _host.Emit(pbxEvent, Hide(_calls.Translate(pbxEvent), SipAddress.IsHidden(_fields.Text(PortSipFields.Caller))));
                return;
            case PbxCategory.Queue:
                pbxEvent.Queue = _queues.QueueOfMessage();
                pbxEvent.From = _fields.Party(PortSipFields.Caller);
                break;
            case PbxCategory.Config when pbxEvent.Name.StartsWith("queue_", StringComparison.Ordinal):
                pbxEvent.Queue = _fields.Text(PortSipFields.QueueNumber);
                _directory.AddQueue(pbxEvent.Queue);
                pbxEvent.Synthesized = IsListed(pbxEvent);
                break;
            default:
                pbxEvent.Extension = _fields.Party(PortSipFields.Extension) ?? _fields.Text(PortSipFields.ExtensionNumber);
                pbxEvent.IsRegistered = IsRegistered(pbxEvent.Name);
                _directory.AddExtension(pbxEvent.Extension);
                break;
        }
        _host.Emit(pbxEvent);
    }

    private void ReceiveRecord(PbxEvent pbxEvent)
    {
        var record = PortSipRecord.Read(_fields, _entry);
        pbxEvent.Time = record.EndedAt ?? pbxEvent.Time;
        if (record.SessionId is not null
            && !_doubles.IsFirst(pbxEvent, $"call_cdr/{record.SessionId}/{_fields.Text(PortSipFields.CdrId)}/{record.EndedAt?.ToUnixTimeSeconds()}"))
        {
            return;
        }
        pbxEvent.CallId = record.SessionId;
        pbxEvent.LegId = _fields.Text(PortSipFields.CallId);
        pbxEvent.From = record.Caller;
        pbxEvent.To = record.Callee;
        _host.Emit(pbxEvent, Hide(_calls.TranslateRecord(pbxEvent, record), SipAddress.IsHidden(_fields.Text(PortSipFields.Caller))));
    }

    private bool IsListed(PbxEvent pbxEvent) =>
        pbxEvent.Name == "queue_created" && _host.Now < _listingUntil
        && pbxEvent.Queue is { } queue && _listedQueues.Add($"{pbxEvent.Tenant}/{queue}");

    // ---- extensions --------------------------------------------------------------------------------------------------

    /// <summary>
    /// Right after subscribing it is the state of each extension, later the news that one signed on or off. What a link has
    /// not told yet, or has told just so, is state.
    /// </summary>
    /// <returns>The extensions.</returns>
    private List<string?> ReceiveStates(PbxEvent shape)
    {
        var entries = _fields.Entries(PortSipFields.Status);
        var extensions = new List<string?>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            _entry.Read(entries[i]);
            var extension = _entry.Party(PortSipFields.Extension);
            extensions.Add(extension);
            _directory.AddExtension(extension);
            var state = PortSipExtension.Read(_entry);
            var pbxEvent = Part(shape, entries.Count == 1 ? null : i);
            pbxEvent.Extension = extension;
            pbxEvent.Time = _entry.Moment(PortSipFields.Time) ?? shape.Time;
            pbxEvent.IsRegistered = _entry.Flag(PortSipFields.Online);
            if (extension is null)
            {
                _host.Emit(pbxEvent);
                continue;
            }
            var isFirst = !_extensionStates.TryGetValue($"{shape.Tenant}/{extension}", out var before);
            _extensionStates[$"{shape.Tenant}/{extension}"] = state;
            pbxEvent.Synthesized = isFirst || before == state;
            _host.Emit(pbxEvent, isFirst ? _calls.TranslateSnapshot(pbxEvent, extension, state.CallStatus) : null);
        }
        if (entries.Count == 0)
            _host.Emit(Part(shape, null));
        return extensions;
    }

    /// <summary>Section 4.1: the contacts are there while any device is left.</summary>
    private bool? IsRegistered(string name) => name switch
    {
        "extension_register" => _fields.Entries(PortSipFields.RegistrationContacts).Count > 0,
        "trunk_connected" => true,
        "trunk_disconnected" => false,
        _ => null,
    };

    // ---- helpers -----------------------------------------------------------------------------------------------------

    /// <summary>True when the message has a caller who hides the number, in itself or in one of its lists.</summary>
    private bool HidesCaller()
    {
        if (SipAddress.IsHidden(_fields.Text(PortSipFields.Caller)))
            return true;
        foreach (var list in CallerLists)
        {
            foreach (var json in _fields.Entries(list))
            {
                _entry.Read(json);
                if (_entry.HidesCaller())
                    return true;
            }
        }
        return false;
    }

    /// <summary>An event for one entry of a message; with a place in the message its id is one of its own.</summary>
    public static PbxEvent Part(PbxEvent shape, int? place)
    {
        var pbxEvent = new PbxEvent
        {
            Category = shape.Category,
            Name = shape.Name,
            Topic = shape.Topic,
            Payload = shape.Payload,
            Tenant = shape.Tenant,
            Time = shape.Time,
            Extension = shape.Extension,
        };
        if (place is { } number)
            pbxEvent.Id = $"{shape.Id}/{number}";
        return pbxEvent;
    }

    /// <summary>Says in an update whether the caller hides the number.</summary>
    public static CallUpdate? Hide(CallUpdate? call, bool hidesCaller)
    {
        if (call is not null)
            call.HidesFrom = hidesCaller;
        return call;
    }

    private bool IsWanted(string topic) => _wantedNames.Contains(topic) || _wantedNames.Contains(PortSipTopics.GlobalPrefix + topic);

    /// <summary>
    /// The topic that brought an event: the message does not say. <c>call_start</c> came with the extensions before 16.2, when
    /// it had a <c>request_id</c>, and comes with the records since; <c>target_*</c> may come with either (section 4.3).
    /// </summary>
    private string? TopicOf(string name, PbxEventType? row)
    {
        var topic = row?.Topic;
        if (name == "call_start" && !_fields.Has(PortSipFields.RequestId))
            topic = PortSipTopics.Records;
        if (topic is null || !PortSipTopics.All.Contains(topic))
            return topic;
        if (!IsWanted(topic) && row!.Category == PbxCategory.Call)
        {
            var other = topic == PortSipTopics.Extensions ? PortSipTopics.Records : PortSipTopics.Extensions;
            if (IsWanted(other))
                topic = other;
        }
        return !_wantedNames.Contains(topic) && _wantedNames.Contains(PortSipTopics.GlobalPrefix + topic) ? PortSipTopics.GlobalPrefix + topic : topic;
    }
}
