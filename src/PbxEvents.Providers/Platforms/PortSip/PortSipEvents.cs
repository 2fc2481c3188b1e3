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

    private readonly ISessionHost _host;
    private readonly JsonFields _fields;
    private readonly JsonFields _entry;
    private readonly IReadOnlySet<string> _wantedNames;
    private readonly PortSipDirectory _directory = new();
    private readonly PortSipCalls _calls;
    private readonly RecentIds _recent = new();
    private readonly Dictionary<string, PortSipExtension> _extensionStates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _listedQueues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _lastOf = new(StringComparer.Ordinal);
    private DateTimeOffset _listingUntil;

    /// <param name="host">Where they go.</param>
    /// <param name="pool">Where texts come from.</param>
    /// <param name="fields">The fields of the message at hand; the session has read them.</param>
    /// <param name="wantedNames">The topics that are subscribed to.</param>
    public PortSipEvents(ISessionHost host, Utf8Pool pool, JsonFields fields, IReadOnlySet<string> wantedNames)
    {
        _host = host;
        _fields = fields;
        _entry = new JsonFields(PortSipFields.Names, pool);
        _wantedNames = wantedNames;
        _calls = new PortSipCalls(host, fields, _directory, () => IsWanted(PortSipTopics.Records));
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

    public void TimerElapsed(string timer) => _calls.TimerElapsed(timer);

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
        var row = PortSipCatalogue.Instance.Find(name);
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
        switch (shape.Name)
        {
            case "queue_status":
                return Speaks(topic, shape, [ReceiveQueue(shape)]);
            case "queue_caller_status":
                ReceiveCallers(shape);
                break;
            case "queue_agent_status":
                ReceiveAgents(shape);
                break;
            case "extension_status":
                return Speaks(topic, shape, ReceiveStates(shape));
            case "extension_agent_status":
                ReceiveAgentStates(shape);
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
        if (IsDouble(pbxEvent))
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
                pbxEvent.Queue = QueueOfMessage();
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
            && !IsFirst(pbxEvent, $"call_cdr/{record.SessionId}/{_fields.Text(PortSipFields.CdrId)}/{record.EndedAt?.ToUnixTimeSeconds()}"))
        {
            return;
        }
        pbxEvent.CallId = record.SessionId;
        pbxEvent.LegId = _fields.Text(PortSipFields.CallId);
        pbxEvent.From = record.Caller;
        pbxEvent.To = record.Callee;
        _host.Emit(pbxEvent, Hide(_calls.TranslateRecord(pbxEvent, record), SipAddress.IsHidden(_fields.Text(PortSipFields.Caller))));
    }

    // ---- queues ------------------------------------------------------------------------------------------------------

    /// <summary>The full picture of a queue: always state, never news (section 4.4).</summary>
    /// <returns>The queue's number.</returns>
    private string? ReceiveQueue(PbxEvent shape)
    {
        var queue = _fields.Text(PortSipFields.QueueNumber);
        _directory.AddQueue(queue, _fields.Text(PortSipFields.QueueId));
        var picture = queue is null ? null : new QueueUpdate(queue) { IsPicture = true, Name = _fields.Text(PortSipFields.QueueName) };
        foreach (var json in _fields.Entries(PortSipFields.Agents))
        {
            _entry.Read(json);
            TellAgent(picture, LearnAgent(), PortSipFields.AgentState);
        }
        var callers = _fields.Entries(PortSipFields.WaitingList);
        if (callers.Count == 0)
        {
            var pictured = Copy(shape, null);
            pictured.Queue = queue;
            pictured.Synthesized = true;
            _host.Emit(pictured, null, picture);
        }
        foreach (var caller in callers)
        {
            _entry.Read(caller);
            TellCaller(picture);
        }
        for (var i = 0; i < callers.Count; i++)
        {
            _entry.Read(callers[i]);
            var waiting = Copy(shape, callers.Count == 1 ? null : i);
            waiting.Queue = queue;
            waiting.Synthesized = true;
            waiting.CallId = _entry.Text(PortSipFields.SessionId);
            waiting.From = _entry.Party(PortSipFields.CallerNumber);

            // The caller came when the list says; the picture itself is of now.
            waiting.Time = _entry.Moment(PortSipFields.Timestamp) ?? shape.Time;

            // The whole picture goes with its first part.
            var call = waiting.CallId is { } session ? _calls.TranslateWaiting(session, queue, waiting.From) : null;
            _host.Emit(waiting, Hide(call, EntryHidesCaller()), i == 0 ? picture : null);
        }
        return queue;
    }

    private void ReceiveCallers(PbxEvent shape)
    {
        var queue = QueueOfMessage();
        var callers = _fields.Entries(PortSipFields.UpdatedCallers);
        if (callers.Count == 0)
        {
            var empty = Copy(shape, null);
            empty.Queue = queue;
            _host.Emit(empty);
        }
        for (var i = 0; i < callers.Count; i++)
        {
            _entry.Read(callers[i]);
            var session = _entry.Text(PortSipFields.SessionId);
            var reason = _entry.Word(PortSipFields.Reason);
            var time = _entry.Moment(PortSipFields.Timestamp) ?? shape.Time;
            var pbxEvent = Copy(shape, callers.Count == 1 ? null : i);
            if (session is not null && _entry.Has(PortSipFields.Timestamp)
                && !IsFirst(pbxEvent, $"{shape.Name}/{_fields.Text(PortSipFields.QueueId)}/{session}/{reason}/{time.ToUnixTimeSeconds()}"))
            {
                continue;
            }
            pbxEvent.Queue = queue;
            pbxEvent.Time = time;
            pbxEvent.CallId = session;
            pbxEvent.From = _entry.Party(PortSipFields.CallerNumber);
            var update = queue is null ? null : new QueueUpdate(queue);
            if (reason == "ENQUEUE")
                TellCaller(update);
            else if (session is not null)
                update?.Left.Add(session);
            var call = session is null ? null : _calls.TranslateQueue(session, queue, pbxEvent.From, reason, time);
            _host.Emit(pbxEvent, Hide(call, EntryHidesCaller()), update);
        }
    }

    private void ReceiveAgents(PbxEvent shape)
    {
        var queue = QueueOfMessage();
        var updated = _fields.Entries(PortSipFields.UpdatedAgents);
        var removed = _fields.Entries(PortSipFields.RemovedAgents);
        var count = updated.Count + removed.Count;
        if (count == 0)
        {
            var empty = Copy(shape, null);
            empty.Queue = queue;
            _host.Emit(empty);
        }
        for (var i = 0; i < count; i++)
        {
            var isRemoved = i >= updated.Count;
            _entry.Read(isRemoved ? removed[i - updated.Count] : updated[i]);
            var agent = LearnAgent();
            var session = _entry.Text(PortSipFields.SessionId);
            var time = _entry.Moment(PortSipFields.Timestamp);
            var pbxEvent = Copy(shape, count == 1 ? null : i);
            if (!isRemoved && time is { } moment && IsRepeated($"{shape.Name}/{_fields.Text(PortSipFields.QueueId)}/{agent}",
                    $"{_entry.Word(PortSipFields.AgentState)}/{session}/{moment.ToUnixTimeSeconds()}"))
            {
                continue;
            }
            pbxEvent.Queue = queue;
            pbxEvent.Time = time ?? shape.Time;
            pbxEvent.Extension = agent;
            pbxEvent.CallId = session is "0" ? null : session;
            pbxEvent.From = _entry.Party(PortSipFields.CallerNumber);
            var update = queue is null ? null : new QueueUpdate(queue);
            if (!isRemoved)
                TellAgent(update, agent, PortSipFields.AgentState);
            else if (agent is not null)
                update?.Gone.Add(agent);
            _host.Emit(pbxEvent, null, update);
        }
    }

    /// <summary>The agent of the entry at hand, with the platform's own word for its state.</summary>
    private void TellAgent(QueueUpdate? update, string? agent, int state)
    {
        if (agent is not null)
            update?.Agents.Add(new PbxQueueAgent
            {
                Extension = agent,
                State = _entry.Text(state),
                Since = _entry.Moment(PortSipFields.Timestamp) ?? default,
            });
    }

    /// <summary>The caller of the entry at hand.</summary>
    private void TellCaller(QueueUpdate? update)
    {
        if (_entry.Text(PortSipFields.SessionId) is { } session)
            update?.Entered.Add(new PbxQueueCaller
            {
                CallId = session,
                From = _entry.Party(PortSipFields.CallerNumber),
                FromName = EntryHidesCaller() ? null : _entry.Text(PortSipFields.QueueCallerName),
                Position = (int?)_entry.Number(PortSipFields.Position),
                EnteredAt = _entry.Moment(PortSipFields.Timestamp) ?? default,
            });
    }

    /// <summary>The agent of the entry at hand, and the call the queue says it has.</summary>
    private string? LearnAgent()
    {
        var agent = _entry.Party(PortSipFields.AgentExtension);
        _directory.AddExtension(agent);
        if (agent is not null)
            _calls.AgentHas(agent, _entry.Word(PortSipFields.AgentState) == "QUEUECALL" ? _entry.Text(PortSipFields.SessionId) : null);
        return agent;
    }

    /// <summary>Most queue events name the queue by its id only; the snapshot tells the number.</summary>
    private string? QueueOfMessage() =>
        _fields.Text(PortSipFields.QueueNumber) ?? _directory.QueueOf(_fields.Text(PortSipFields.QueueId));

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
            var pbxEvent = Copy(shape, entries.Count == 1 ? null : i);
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
            _host.Emit(Copy(shape, null));
        return extensions;
    }

    private void ReceiveAgentStates(PbxEvent shape)
    {
        if (IsDouble(shape))
            return;
        shape.Extension = _fields.Party(PortSipFields.Extension);
        _directory.AddExtension(shape.Extension);
        var queues = _fields.Entries(PortSipFields.AgentStatus);
        if (queues.Count == 0)
            _host.Emit(shape);
        for (var i = 0; i < queues.Count; i++)
        {
            _entry.Read(queues[i]);
            var pbxEvent = Copy(shape, queues.Count == 1 ? null : i);
            pbxEvent.Queue = _entry.Text(PortSipFields.QueueNumber);
            _directory.AddQueue(pbxEvent.Queue);
            var update = pbxEvent.Queue is { } queue ? new QueueUpdate(queue) : null;
            TellAgent(update, shape.Extension, PortSipFields.Status);
            _host.Emit(pbxEvent, null, update);
        }
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
        foreach (var list in (ReadOnlySpan<int>)[PortSipFields.WaitingList, PortSipFields.UpdatedCallers, PortSipFields.UpdatedAgents])
        {
            foreach (var json in _fields.Entries(list))
            {
                _entry.Read(json);
                if (EntryHidesCaller())
                    return true;
            }
        }
        return false;
    }

    private bool EntryHidesCaller() => SipAddress.IsHidden(_entry.Text(PortSipFields.CallerNumber));

    private static CallUpdate? Hide(CallUpdate? call, bool hidesCaller)
    {
        if (call is not null)
            call.HidesFrom = hidesCaller;
        return call;
    }

    /// <summary>An event for one entry of a message; with a place in the message its id is one of its own.</summary>
    private static PbxEvent Copy(PbxEvent shape, int? place)
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

    private bool IsFirst(PbxEvent pbxEvent, string key)
    {
        if (!_recent.Add(key))
        {
            _host.CountDuplicate();
            return false;
        }
        pbxEvent.Id = key;
        return true;
    }

    /// <summary>
    /// True when an event has come before (section 6). Of a call it is the same when <c>event_type</c>, <c>session_id</c>,
    /// <c>call_id</c> and <c>time</c> are, and the one who acted, since two parties can hold, two devices ring, and a menu and
    /// a person answer in one second. Of an extension or a queue it is a double when it repeats the last one to the letter: within a second a
    /// phone may ring, stop and ring again. Without a time nothing tells a double from the same thing happening again.
    /// </summary>
    private bool IsDouble(PbxEvent pbxEvent)
    {
        if (!_fields.Has(PortSipFields.Time) && !_fields.Has(PortSipFields.Timestamp))
            return false;
        if (_fields.Text(PortSipFields.SessionId) is not { } session)
        {
            var subject = _fields.Text(PortSipFields.Extension) ?? _fields.Text(PortSipFields.ExtensionNumber) ?? _fields.Text(PortSipFields.QueueId);
            return IsRepeated($"{pbxEvent.Name}/{subject}", pbxEvent.Id);
        }
        var actor = _fields.Address(PortSipFields.Aor) ?? _fields.Address(PortSipFields.Extension)
            ?? _fields.Address(PortSipFields.Destination) ?? _fields.Address(PortSipFields.DestinationMisspelt);
        actor ??= pbxEvent.Name switch
        {
            "call_established" => _fields.Address(PortSipFields.CallTarget),
            "call_update_info" => $"{_fields.Address(PortSipFields.Caller)}-{_fields.Address(PortSipFields.Callee)}",
            var name when name.Contains("target_", StringComparison.Ordinal) => _fields.Address(PortSipFields.CallTarget) ?? pbxEvent.Id,
            _ => null,
        };
        return !IsFirst(pbxEvent,
            $"{pbxEvent.Name}/{session}/{_fields.Text(PortSipFields.CallId)}/{pbxEvent.Time.ToUnixTimeSeconds()}{(actor is null ? "" : $"/{actor}")}");
    }

    private bool IsRepeated(string subject, string content)
    {
        if (_lastOf.TryGetValue(subject, out var last) && last == content)
        {
            _host.CountDuplicate();
            return true;
        }

        // More subjects than any PBX has numbers; a server that invents them must not fill the memory.
        if (_lastOf.Count >= 100_000)
            _lastOf.Clear();
        _lastOf[subject] = content;
        return false;
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
