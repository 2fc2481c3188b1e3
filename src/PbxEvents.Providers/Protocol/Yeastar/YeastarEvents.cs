using System.Text;

namespace PbxEvents.Providers.Protocol.Yeastar;

/// <summary>From Yeastar's frames to events and call updates (yeastar.md sections 5 and 6).</summary>
internal sealed class YeastarEvents
{
    private const int CallId = 0, Members = 1, Extension = 2, Status = 3, Reason = 4, QueueNumber = 5, AgentNumber = 6, CallerNumber = 7,
        TimeStart = 8, CallFrom = 9, CallTo = 10, CallDuration = 11, Type = 12, Uid = 13, ExtNumber = 14, ExtNum = 15, CreateTime = 16,
        DidNumber = 17, Channel = 18, TrunkName = 19;

    /// <summary>Section 6.1: so long after the last BYE the record may come that says how the call went.</summary>
    private static readonly TimeSpan RecordGrace = TimeSpan.FromSeconds(2);

    /// <summary>After a failure the PBX may dial another way, so a failed call is given more time to go on.</summary>
    private static readonly TimeSpan FailureGrace = TimeSpan.FromSeconds(5);

    /// <summary>The PBX counts whole seconds.</summary>
    private static readonly TimeSpan UnseenMargin = TimeSpan.FromSeconds(2);

    private const string EndTimerPrefix = "end ";
    private const string EndedName = "CallEnded";
    private const int MaxQueues = 1000;

    /// <summary>Ten days, in seconds: no call is longer, but a field may hold anything.</summary>
    private const long MaxDuration = 864_000;

    private static readonly FieldNames Names = new(
        "call_id", "members", "extension", "status", "reason", "queue_number", "agent_number", "caller_number",
        "time_start", "call_from", "call_to", "call_duration", "type", "uid", "ext_number", "ext_num", "create_time",
        "did_number", "channel", "trunk_name");

    private readonly ISessionHost _host;
    private readonly Func<int, bool> _isWanted;
    private readonly string _server;
    private readonly YeastarTimes _times;
    private readonly JsonFields _fields;
    private readonly YeastarMembers _members;
    private readonly CallUpdate _update = new();
    private readonly YeastarCalls _calls = new();
    private readonly RecentIds _records = new();
    private readonly YeastarRecordIds _recordIds = new();
    private readonly HashSet<string> _queues = new(StringComparer.Ordinal);
    private readonly YeastarResync _resync = new();
    private readonly YeastarOverlap _overlap = new();
    private bool _hasWarnedOfUnseen;

    /// <param name="host">Where everything goes.</param>
    /// <param name="pool">Where texts come from.</param>
    /// <param name="isWanted">True for a topic that is subscribed to.</param>
    /// <param name="server">Host and port.</param>
    /// <param name="zone">The PBX's time zone.</param>
    public YeastarEvents(ISessionHost host, Utf8Pool pool, Func<int, bool> isWanted, string server, TimeZoneInfo zone)
    {
        _host = host;
        _isWanted = isWanted;
        _server = server;
        _times = new YeastarTimes(zone);
        _fields = new JsonFields(Names, pool);
        _members = new YeastarMembers(pool);
    }

    /// <summary>The calls that are not known to be over.</summary>
    public IReadOnlyList<string> OpenCalls => _calls.Open;

    /// <summary>Takes note of numbers that are queues: a call's path does not say what it is.</summary>
    public void NameQueues(IEnumerable<string> numbers)
    {
        foreach (var number in numbers)
            if (_queues.Count < MaxQueues)
                _queues.Add(number);
    }

    /// <summary>
    /// Since when events of calls come in without a gap: a record of an earlier call says nothing about the PBX's switches.
    /// </summary>
    public DateTimeOffset ListeningSince { get; set; }

    /// <summary>A link is ready after a gap.</summary>
    /// <param name="willBeAsked">True when snapshots follow.</param>
    public void LinkRestored(bool willBeAsked)
    {
        _calls.ForgetStatuses();
        if (willBeAsked)
            _resync.Begin();
    }

    /// <summary>Two links are open from now on.</summary>
    /// <param name="oldLink">The one that is to go.</param>
    /// <param name="newLink">The one that takes over.</param>
    public void BeginOverlap(int oldLink, int newLink) => _overlap.Begin(oldLink, newLink);

    /// <summary>The new link has brought everything that the old one has, as far as anybody can know.</summary>
    public void EndOverlap()
    {
        if (_overlap.IsCatchingUp)
            ReleaseHeld();
    }

    /// <summary>A link is gone.</summary>
    /// <param name="link">The link.</param>
    /// <param name="wasReady">True when it was more than an attempt.</param>
    /// <returns>True when another link has taken over from it and has to catch up before <see cref="EndOverlap"/>.</returns>
    public bool LinkClosed(int link, bool wasReady)
    {
        if (_overlap.IsSuccessor(link) && !wasReady && !_overlap.IsCatchingUp)
            _overlap.Forget();
        else if (_overlap.IsOn && _overlap.LinkClosed(link))
            ReleaseHeld();
        return _overlap.IsCatchingUp;
    }

    /// <summary>An event.</summary>
    /// <param name="link">The link that brought it.</param>
    /// <param name="message">The event.</param>
    public void Received(int link, in YeastarMessage message)
    {
        var members = Read(message);
        if (_overlap.IsNew(link))
        {
            if (!_overlap.Hold(KeyOf(message, members), message))
                ReleaseHeld();
            return;
        }
        if (_overlap.IsOld(link))
        {
            // After a release that could not wait for the end of the old link, the new one brings what is left.
            if (!_overlap.IsOn)
                return;
            _overlap.Note(KeyOf(message, members));
        }
        Pass(message, members);
    }

    private void ReleaseHeld()
    {
        var fresh = _overlap.Release(out var doubles);
        foreach (var message in fresh)
            Pass(message, Read(message));
        for (; doubles > 0; doubles--)
            _host.CountDuplicate();
    }

    /// <summary>Reads the payload. One that is no object has no fields.</summary>
    /// <returns>The members in it; they live until the next call.</returns>
    private IReadOnlyList<YeastarMember> Read(in YeastarMessage message)
    {
        _fields.Read(message.Payload);
        return _members.Read(_fields.Json(Members));
    }

    private void Pass(in YeastarMessage message, IReadOnlyList<YeastarMember> members)
    {
        var id = message.Id;
        var row = YeastarCatalogue.Instance.Find(id);
        var pbxEvent = new PbxEvent
        {
            Category = row?.Category ?? PbxCategory.Unknown,
            Name = message.Name,
            Topic = row?.Topic ?? message.Name,
            Payload = message.Payload,
        };
        switch (id)
        {
            case YeastarTopics.CallState or YeastarTopics.Transfer or YeastarTopics.Forwarding or YeastarTopics.Failure
                or YeastarTopics.IncomingRequest or YeastarTopics.Dtmf or YeastarTopics.PromptPlayed:
                MembersReceived(pbxEvent, id, members);
                break;
            case YeastarTopics.Record:
                RecordReceived(pbxEvent);
                break;
            default:
                Fill(pbxEvent, id);
                break;
        }
    }

    /// <summary>One answer to <c>call/query</c> after a gap (section 6.4).</summary>
    public void SnapshotReceived(in Snapshot snapshot)
    {
        if (snapshot.Kind == YeastarDriver.EndOfSnapshots)
        {
            _resync.End();
            return;
        }
        var isFound = false;
        foreach (var json in YeastarResync.ReadCalls(snapshot.Payload))
        {
            isFound = true;
            _fields.Read(json);
            SnapshotOfCall(json);
        }

        // What spoke of itself since the link was ready is not gone, whatever the answer to an earlier question says.
        if (snapshot.Key is { } key && !isFound && !_resync.HasHeardOf(key) && _host.FindCall(key) is { State: not PbxCallState.Ended })
            EndCall(key, null);
    }

    /// <summary>A timer elapsed.</summary>
    /// <returns>False when it is none of these.</returns>
    public bool TimerElapsed(string timer)
    {
        if (!timer.StartsWith(EndTimerPrefix, StringComparison.Ordinal))
            return false;
        var callId = timer[EndTimerPrefix.Length..];
        if (_host.FindCall(callId) is { State: not PbxCallState.Ended } call && IsOver(call))
            EndCall(callId, null);
        return true;
    }

    // ---- members ---------------------------------------------------------------------------------------------------

    private void MembersReceived(PbxEvent pbxEvent, int id, IReadOnlyList<YeastarMember> members)
    {
        if (_fields.Text(CallId) is not { } callId)
        {
            _host.Emit(pbxEvent);
            return;
        }
        var call = _calls.Get(callId);
        var isNew = id switch
        {
            YeastarTopics.CallState => call.Note(members),

            // The same key may be pressed twice, and a prompt be played again.
            YeastarTopics.Dtmf or YeastarTopics.PromptPlayed => true,
            _ => call.NoteReport($"{id} {Encoding.UTF8.GetString(pbxEvent.Payload.Span)}"),
        };
        if (!isNew)
        {
            _host.CountDuplicate();
            return;
        }
        _resync.Heard(callId, members);
        Apply(pbxEvent, call, callId, id, members);
    }

    private void Apply(PbxEvent pbxEvent, YeastarCall call, string callId, int id, IReadOnlyList<YeastarMember> members)
    {
        var known = _host.FindCall(callId);
        if (known?.State == PbxCallState.Ended)
            known = null;
        pbxEvent.CallId = callId;
        var update = _update.Reset(callId);
        update.KeepsOpen = _isWanted(YeastarTopics.Record);
        foreach (var member in members)
            AddLeg(update, member, known, isRequest: id == YeastarTopics.IncomingRequest);
        call.HasFailed &= !update.Legs.Any(l => l is { Role: PbxLegRole.Callee, State: PbxCallState.Ringing or PbxCallState.Answered });
        ReadParties(pbxEvent, update, call, known, members);
        switch (id)
        {
            case YeastarTopics.Transfer:
                update.IsTransfer = true;
                call.WasPassedOn = true;
                break;
            case YeastarTopics.Forwarding:
                call.WasPassedOn = true;
                break;
            case YeastarTopics.Failure:
                update.Outcome = YeastarOutcomes.FromReason(_fields.Text(Reason));
                call.HasFailed = true;
                break;
        }
        _host.Emit(pbxEvent, update);
        WatchForEnd(callId, call);
    }

    private static void AddLeg(CallUpdate update, in YeastarMember member, PbxCall? known, bool isRequest) =>
        update.Add(new LegUpdate(member.Channel, RoleOf(member, known), member.State ?? (isRequest ? PbxCallState.Offered : null))
        {
            Extension = member.Kind == YeastarMemberKind.Extension ? member.Number : null,
            Number = member.Kind switch
            {
                YeastarMemberKind.Extension => member.Number,
                YeastarMemberKind.Inbound => member.From,
                _ => member.To,
            },
        });

    /// <summary>HOLD and BYE are the same word for both sides; the leg is known by then, or the call's direction tells.</summary>
    private static PbxLegRole RoleOf(in YeastarMember member, PbxCall? known)
    {
        if (member.Role is { } told)
            return told;
        foreach (var leg in known?.Legs ?? [])
            if (leg.LegId == member.Channel)
                return leg.Role;
        return known?.Direction == PbxDirection.Outbound ? PbxLegRole.Caller : PbxLegRole.Callee;
    }

    private void ReadParties(PbxEvent pbxEvent, CallUpdate update, YeastarCall call, PbxCall? known, IReadOnlyList<YeastarMember> members)
    {
        var direction = known?.Direction ?? PbxDirection.Unknown;
        string? callingExtension = null, calledExtension = null;
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            call.Path = member.Path ?? call.Path;
            switch (member.Kind)
            {
                case YeastarMemberKind.Inbound:
                    direction = PbxDirection.Inbound;
                    pbxEvent.From = member.From;
                    pbxEvent.To = member.To;
                    break;
                case YeastarMemberKind.Outbound when direction != PbxDirection.Inbound:
                    direction = PbxDirection.Outbound;
                    pbxEvent.From = member.From;
                    pbxEvent.To = member.To;
                    break;
                case YeastarMemberKind.Extension when update.Legs[i].Role == PbxLegRole.Caller:
                    callingExtension = member.Number;
                    break;
                case YeastarMemberKind.Extension:
                    calledExtension = member.Number;
                    break;
            }
            if (member.Kind == YeastarMemberKind.Extension || pbxEvent.LegId is null)
                pbxEvent.LegId = member.Channel;
        }
        if (direction == PbxDirection.Unknown && members.Count > 0)
            direction = PbxDirection.Internal;
        if (direction == PbxDirection.Internal)
        {
            pbxEvent.From = callingExtension;
            pbxEvent.To = calledExtension;
        }
        pbxEvent.Extension = calledExtension ?? callingExtension;
        pbxEvent.Queue = QueueOf(call.Path) ?? known?.Queue;
        update.Direction = direction == PbxDirection.Unknown ? null : direction;

        // A colleague who is asked before a transfer is called by the first one; the call itself keeps its parties.
        update.From = known?.From is null || direction != PbxDirection.Internal ? pbxEvent.From : null;
        update.To = known?.To is null || direction != PbxDirection.Internal ? pbxEvent.To : null;
        update.Queue = pbxEvent.Queue;

        // If nobody answers, a caller in a queue has given up.
        update.OutcomeIfUnanswered = pbxEvent.Queue is null ? null : PbxOutcome.Abandoned;
    }

    // ---- the end of a call -----------------------------------------------------------------------------------------

    /// <summary>After each word about a call: is it over, or may it be over soon?</summary>
    private void WatchForEnd(string callId, YeastarCall call)
    {
        var timer = EndTimerPrefix + callId;
        if (_host.FindCall(callId) is not { State: not PbxCallState.Ended } known)
        {
            _calls.End(callId);
            _host.CancelTimer(timer);
        }
        else if (AllEnded(known))
        {
            _host.SetTimer(timer, RecordGrace);
        }
        else if (call.HasFailed && IsOver(known))
        {
            _host.SetTimer(timer, FailureGrace);
        }
        else
        {
            _host.CancelTimer(timer);
        }
    }

    private static bool AllEnded(PbxCall call) => call.Legs.Count > 0 && call.Legs.All(l => l.State == PbxCallState.Ended);

    /// <summary>Every leg is gone, or the only callee could not be reached and no menu or queue has the caller.</summary>
    private bool IsOver(PbxCall known)
    {
        if (AllEnded(known))
            return true;
        var call = _calls.Get(known.CallId);
        return call.HasFailed && call.Path is null && known.AnsweredAt is null
            && known.Legs.All(l => l.Role != PbxLegRole.Callee || l.State == PbxCallState.Ended);
    }

    private void EndCall(string callId, PbxOutcome? outcome)
    {
        var update = _update.Reset(callId);
        update.IsEnd = true;
        update.Outcome = outcome;
        _host.Emit(NewEnd(), update);
        _calls.End(callId);
        _host.CancelTimer(EndTimerPrefix + callId);
    }

    private static PbxEvent NewEnd() => new()
    {
        Category = PbxCategory.Call,
        Name = EndedName,
        Topic = YeastarTopics.NameOf(YeastarTopics.CallState),
        Synthesized = true,
    };

    // ---- records ---------------------------------------------------------------------------------------------------

    private void RecordReceived(PbxEvent pbxEvent)
    {
        var (callId, uid) = (_fields.Text(CallId), _fields.Text(Uid));
        if (!_records.Add(RecordKey()))
        {
            _host.CountDuplicate();
            return;
        }
        var direction = ReadDirection();
        var (from, to) = (YeastarParty.Read(_fields.Text(CallFrom)), YeastarParty.Read(_fields.Text(CallTo)));
        pbxEvent.CallId = callId;
        pbxEvent.From = from.Number;
        pbxEvent.To = to.Number;
        pbxEvent.Extension = direction == PbxDirection.Outbound ? from.Number : to.Number;
        pbxEvent.Time = ReadEnd() ?? default;
        if (callId is null)
        {
            _host.Emit(pbxEvent);
            return;
        }
        if (uid is not null)
            _recordIds.Add(uid, callId);

        var known = _host.FindCall(callId);
        var call = _calls.Find(callId);
        pbxEvent.Queue = known?.Queue ?? QueueOf(call?.Path);
        var isOver = known is null || (known.State != PbxCallState.Ended && !GoesOn(known, call));
        var outcome = isOver ? OutcomeOf(direction, known, call, to.Number) : null;
        if (isOver && _isWanted(YeastarTopics.CallState))
        {
            // The record is no event of the kind Call; those who subscribed to calls hear of the end by this one.
            WarnIfUnseen(known, callId);
            EmitEnd(pbxEvent, Describe(_update.Reset(callId), pbxEvent, known, direction, from.Name), outcome);
        }
        var update = Describe(_update.Reset(callId), pbxEvent, known, direction, from.Name);
        update.IsEnd = isOver;
        update.Outcome = isOver ? outcome : null;
        _host.Emit(pbxEvent, update);
        if (isOver)
        {
            _calls.End(callId);
            _host.CancelTimer(EndTimerPrefix + callId);
        }
    }

    private void EmitEnd(PbxEvent record, CallUpdate update, PbxOutcome? outcome)
    {
        update.IsEnd = true;
        update.Outcome = outcome;
        var end = NewEnd();
        end.Extension = record.Extension;
        end.Queue = record.Queue;
        _host.Emit(end, update);
    }

    private CallUpdate Describe(CallUpdate update, PbxEvent record, PbxCall? known, PbxDirection direction, string? fromName)
    {
        // Its type is the final word on the direction (section 6.1); the parties are those of one part of the call.
        update.Direction = direction == PbxDirection.Unknown ? null : direction;
        update.FromName = known?.FromName ?? fromName;
        update.From = known?.From is null ? record.From : null;
        update.To = known?.To is null ? _fields.Text(DidNumber) ?? record.To : null;
        update.Queue = record.Queue;

        // Counted back from its arrival: the PBX's clock may be another one than that of the events before.
        if (_fields.Number(CallDuration) is { } seconds)
            update.StartedAt = _host.Now - TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MaxDuration));
        return update;
    }

    private PbxOutcome? OutcomeOf(PbxDirection direction, PbxCall? known, YeastarCall? call, string? to)
    {
        // The record of a call that a menu or a queue took names that menu or queue as the one that was called.
        var isOfSystem = call?.Path is { } path && to is not null && known?.AnsweredAt is null && path.Contains(to, StringComparison.Ordinal);
        var isQueued = known?.Queue is not null || QueueOf(call?.Path) is not null;
        var wasAnswered = known?.AnsweredAt is not null;

        // "NO ANSWER" of the only one who was called says less than the failure report before it.
        if (known is not null && call is { HasFailed: true } && IsUnanswered() && known.Legs.Count(l => l.Role == PbxLegRole.Callee) < 2)
            return null;
        var outcome = YeastarOutcomes.FromRecord(_fields.Text(Status), direction, wasAnswered, isOfSystem, isQueued);
        if (outcome is not null || known is not null)
            return outcome;

        // Nobody else can say how a call went that was never seen.
        return direction == PbxDirection.Outbound ? PbxOutcome.Failed : PbxOutcome.Missed;
    }

    /// <summary>
    /// Several records of one call are possible (section 5.3), so one does not always end it: not while the parties of a call
    /// that was passed on still talk, and not when an agent did not take a call whose caller waits on.
    /// </summary>
    private bool GoesOn(PbxCall known, YeastarCall? call)
    {
        var callers = known.Legs.Any(l => l.Role == PbxLegRole.Caller && l.State is PbxCallState.Answered or PbxCallState.Held);
        if (call is null || !callers)
            return false;
        if (call.WasPassedOn || known.State == PbxCallState.Transferred)
            return known.Legs.Any(l => l.Role == PbxLegRole.Callee && l.State != PbxCallState.Ended);
        return call.Path is not null && known.AnsweredAt is null && (IsUnanswered() || _fields.Is(Status, "BUSY"));
    }

    private bool IsUnanswered() => _fields.Is(Status, "NO ANSWER") || _fields.Is(Status, "NO ANSWERED");

    private void WarnIfUnseen(PbxCall? known, string callId)
    {
        if (known is not null || _hasWarnedOfUnseen || _fields.Number(CallDuration) is not { } seconds
            || _host.Now - TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MaxDuration)) <= ListeningSince + UnseenMargin)
        {
            return;
        }
        _hasWarnedOfUnseen = true;
        _host.Warn(YeastarFaults.Unseen(_server, callId));
    }

    private PbxDirection ReadDirection() => _fields.Text(Type)?.ToUpperInvariant() switch
    {
        "INBOUND" => PbxDirection.Inbound,
        "OUTBOUND" => PbxDirection.Outbound,
        "INTERNAL" => PbxDirection.Internal,
        _ => PbxDirection.Unknown,
    };

    private DateTimeOffset? ReadEnd() =>
        _times.Read(_fields.Text(TimeStart)) is { } start ? start + TimeSpan.FromSeconds(Math.Clamp(_fields.Number(CallDuration) ?? 0, 0, MaxDuration)) : null;

    private string RecordKey() => _fields.Text(Uid) ?? $"{_fields.Text(CallId)}|{_fields.Text(CallTo)}|{_fields.Text(TimeStart)}";

    // ---- the rest --------------------------------------------------------------------------------------------------

    private void Fill(PbxEvent pbxEvent, int id)
    {
        CallUpdate? update = null;
        QueueUpdate? queue = null;
        switch (id)
        {
            case YeastarTopics.Registration:
                pbxEvent.Extension = _fields.Text(Extension);
                pbxEvent.IsRegistered = _fields.Is(Status, "Registered") ? true : _fields.Is(Status, "Unregistered") ? false : null;
                break;
            case YeastarTopics.TrunkRegistration:
                pbxEvent.Extension = _fields.Text(TrunkName);
                pbxEvent.IsRegistered = IsTrunkUp(_fields.Number(Status));
                break;
            case YeastarTopics.ExtensionState or YeastarTopics.Presence or YeastarTopics.CstaReport:
                // The call_id of a uaCSTA report is of another kind (section 5.1): it would join what does not belong together.
                pbxEvent.Extension = _fields.Text(Extension);
                break;
            case YeastarTopics.ExtensionUpdated:
                pbxEvent.Extension = _fields.Text(ExtNumber);
                break;
            case YeastarTopics.AgentPaused or YeastarTopics.AgentStatus or YeastarTopics.AgentTimeout:
                update = FillAgent(pbxEvent, id);
                queue = ReadAgent(pbxEvent, id);
                break;
            case YeastarTopics.Survey:
                pbxEvent.CallId = _fields.Text(CallId);
                break;
            case YeastarTopics.CallNote:
                pbxEvent.Extension = _fields.Text(ExtNum);
                pbxEvent.LegId = _fields.Text(Channel);
                break;
            case YeastarTopics.SystemInfo or YeastarTopics.SystemWarning or YeastarTopics.SystemAlert:
                pbxEvent.Time = _times.Read(_fields.Text(CreateTime)) ?? default;
                break;
            case YeastarTopics.Timeline:
                FillTimeline(pbxEvent);
                break;
        }
        _host.Emit(pbxEvent, update, queue);
    }

    /// <summary>Section 5.1: the numbers of other lines than SIP trunks tell nothing about a registration.</summary>
    private static bool? IsTrunkUp(long? status) => status switch
    {
        1 or 2 or 3 => true,
        4 or 41 or 42 or 43 or 44 => false,
        _ => null,
    };

    /// <summary>The agent's status in the platform's own word; the other agent events do not tell it.</summary>
    private QueueUpdate? ReadAgent(PbxEvent pbxEvent, int id)
    {
        if (id != YeastarTopics.AgentStatus || pbxEvent is not { Queue: { } queue, Extension: { } agent })
            return null;
        var update = new QueueUpdate(queue);
        update.Agents.Add(new PbxQueueAgent { Extension = agent, State = _fields.Text(Status), Since = default });
        return update;
    }

    private CallUpdate? FillAgent(PbxEvent pbxEvent, int id)
    {
        pbxEvent.Queue = StripQueue(_fields.Text(QueueNumber));
        pbxEvent.Extension = _fields.Text(AgentNumber);
        if (pbxEvent.Queue is { } queue)
            NameQueues([queue]);
        if (id != YeastarTopics.AgentTimeout)
            return null;
        pbxEvent.From = _fields.Text(CallerNumber);
        pbxEvent.CallId = _fields.Text(CallId);
        if (pbxEvent.CallId is not { } callId || _host.FindCall(callId) is not { State: not PbxCallState.Ended } known)
            return null;

        // The call goes on; it is this agent who missed it (section 6.1).
        var update = _update.Reset(callId);
        update.KeepsOpen = true;
        update.Queue = pbxEvent.Queue;
        foreach (var leg in known.Legs)
            if (leg.Extension == pbxEvent.Extension && leg.Role == PbxLegRole.Callee && leg.AnsweredAt is null && leg.Outcome is null)
                update.Add(new LegUpdate(leg.LegId, PbxLegRole.Callee, null) { Outcome = PbxOutcome.Missed });
        return update;
    }

    private void FillTimeline(PbxEvent pbxEvent)
    {
        pbxEvent.CallId = _recordIds.Find(_fields.Text(Uid));
        pbxEvent.From = YeastarParty.Read(_fields.Text(CallFrom)).Number;
        pbxEvent.To = YeastarParty.Read(_fields.Text(CallTo)).Number;
        pbxEvent.Time = ReadEnd() ?? default;
    }

    private void SnapshotOfCall(ReadOnlyMemory<byte> json)
    {
        if (_fields.Text(CallId) is not { } callId || _host.FindCall(callId)?.State == PbxCallState.Ended)
            return;

        // Newer words than the answer are not undone.
        var members = _members.Read(_fields.Json(Members)).Where(m => !_resync.HasHeardOf(callId, m.Channel)).ToArray();
        if (members.Length == 0)
            return;
        var call = _calls.Get(callId);
        var pbxEvent = new PbxEvent
        {
            Category = PbxCategory.Call,
            Name = YeastarDriver.CallQuery,
            Topic = YeastarTopics.NameOf(YeastarTopics.CallState),
            Synthesized = true,
            Payload = json,
        };
        Apply(pbxEvent, call, callId, YeastarTopics.CallState, members);
    }

    /// <summary>Section 6.3: what makes an event the same one on two links.</summary>
    private string KeyOf(in YeastarMessage message, IReadOnlyList<YeastarMember> members) => message.Id switch
    {
        YeastarTopics.CallState => $"{message.Name}|{_fields.Text(CallId)}|{string.Join(',', members.Select(m => $"{m.Channel}={m.Status}"))}",
        YeastarTopics.Record => $"{message.Name}|{RecordKey()}",
        _ => $"{message.Name}|{Encoding.UTF8.GetString(message.Payload.Span)}",
    };

    /// <summary>The queue that a path is, as far as that is known: a menu or a ring group looks the same.</summary>
    private string? QueueOf(string? path)
    {
        if (path is null)
            return null;
        if (_queues.Contains(path))
            return path;
        return path.Contains("queue", StringComparison.OrdinalIgnoreCase) ? StripQueue(path) : null;
    }

    /// <summary>Section 5.1: a sample has the prefix <c>queue-</c>.</summary>
    private static string? StripQueue(string? text)
    {
        if (text is null || !text.StartsWith("queue", StringComparison.OrdinalIgnoreCase))
            return text;
        var number = text["queue".Length..].TrimStart('-', '_', ' ', ':', '/');
        return number.Length == 0 ? text : number;
    }
}
