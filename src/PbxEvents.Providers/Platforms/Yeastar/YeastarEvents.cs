using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>From Yeastar's frames to events and call updates (yeastar.md sections 5 and 6).</summary>
internal sealed class YeastarEvents
{
    private const int CallId = 0, Members = 1, Extension = 2, Status = 3, Reason = 4, QueueNumber = 5, AgentNumber = 6, CallerNumber = 7,
        TimeStart = 8, CallFrom = 9, CallTo = 10, CallDuration = 11, Type = 12, Uid = 13, ExtNumber = 14, ExtNum = 15, CreateTime = 16,
        DidNumber = 17, Channel = 18, TrunkName = 19, TalkDuration = 20, Recording = 21;

    /// <summary>Section 6.1: so long after the last BYE the record may come that says how the call went.</summary>
    private static readonly TimeSpan RecordGrace = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The records of a call come at once, the last stage's first (history/yeastar-history.md section 6): so long one waits for
    /// the next.
    /// </summary>
    private static readonly TimeSpan RecordSettle = TimeSpan.FromMilliseconds(500);

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
        "did_number", "channel", "trunk_name", "talk_duration", "recording");

    /// <summary>The members that hold a calling number, and a calling name beside it.</summary>
    private static readonly FieldNames CallerNumbers = new("from", "call_from", "call_from_number", "caller_number");
    private static readonly FieldNames CallerNames = new("from_name", "call_from_name", "caller_name");

    private readonly ISessionHost _host;
    private readonly Func<int, bool> _isWanted;
    private readonly string _server;
    private readonly YeastarTimes _times;
    private readonly JsonFields _fields;
    private readonly YeastarMembers _members;
    private readonly CallUpdate _update = new();
    private readonly YeastarCalls _calls = new();
    private readonly RecentMap<bool> _records = new();
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
        var row = YeastarCatalogue.Find(id);
        var pbxEvent = new PbxEvent
        {
            Category = row?.Category ?? PbxCategory.Unknown,
            Name = message.Name,
            Topic = row?.Topic ?? message.Name,
            Payload = HidesCaller(members) ? HiddenParty.MaskHidden(message.Payload, CallerNumbers, CallerNames) : message.Payload,
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

    private bool HidesCaller(IReadOnlyList<YeastarMember> members)
    {
        for (var i = 0; i < members.Count; i++)
            if (members[i].IsFromHidden)
                return true;
        return SipAddress.IsHidden(_fields.Text(CallFrom)) || SipAddress.IsHidden(_fields.Text(CallerNumber));
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
            Settle(key, _calls.Get(key), isOver: true);
    }

    /// <summary>The connection ends: what waits for more is told now.</summary>
    public void Closing()
    {
        foreach (var callId in _calls.Open)
        {
            var known = _host.FindCall(callId);
            if (_calls.Find(callId) is { } call && (call.AwaitsRecords || known is { State: not PbxCallState.Ended } && AllEnded(known)))
                Settle(callId, call, IsOver(known, call));
        }
    }

    /// <summary>A timer elapsed.</summary>
    /// <returns>False when it is none of these.</returns>
    public bool TimerElapsed(string timer)
    {
        if (!timer.StartsWith(EndTimerPrefix, StringComparison.Ordinal))
            return false;
        var callId = timer[EndTimerPrefix.Length..];
        if (_calls.Find(callId) is { } call)
            Settle(callId, call, IsOver(_host.FindCall(callId), call));
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
        var wasEnded = known?.State == PbxCallState.Ended;
        if (wasEnded)
            known = null;
        pbxEvent.CallId = callId;
        var update = _update.Reset(callId);
        if (id == YeastarTopics.Failure)
        {
            call.Failure = YeastarOutcomes.FromReason(_fields.Text(Reason));
            call.HasFailed = true;
        }
        foreach (var member in members)
            AddLeg(update, member, known, id, call);
        if (update.Legs.Any(l => l is { Role: PbxLegRole.Callee, State: PbxCallState.Ringing or PbxCallState.Answered }))
            call.HasFailed = false;

        // Legs on trunks may not be told (section 1): then nothing shows whether the caller is still there.
        update.KeepsOpen = _isWanted(YeastarTopics.Record) || !HasCaller(known, update);
        ReadParties(pbxEvent, update, call, known, members);
        switch (id)
        {
            case YeastarTopics.Transfer:
                update.IsTransfer = true;
                call.WasPassedOn = call.IsHandedOver = true;
                break;
            case YeastarTopics.Forwarding:
                call.WasPassedOn = true;
                break;
        }
        _host.Emit(pbxEvent, update);
        if (wasEnded && pbxEvent.CallState != PbxCallState.Ended)
            call.StartAnew();
        WatchForEnd(callId, call);
    }

    private static bool HasCaller(PbxCall? known, CallUpdate update) =>
        known?.Legs.Any(l => l.Role == PbxLegRole.Caller) == true || update.Legs.Any(l => l.Role == PbxLegRole.Caller);

    private static void AddLeg(CallUpdate update, in YeastarMember member, PbxCall? known, int id, YeastarCall call)
    {
        var (role, leg) = (RoleOf(member, known), LegOf(member, known));
        var state = member.State ?? (id == YeastarTopics.IncomingRequest ? PbxCallState.Offered : null);

        // Whose calls go elsewhere before the phone rings is named by the report, and was not called.
        if (id == YeastarTopics.Forwarding && leg is null && state == PbxCallState.Ended)
            return;
        PbxOutcome? outcome = null;
        if (role == PbxLegRole.Callee && state == PbxCallState.Ended)
        {
            outcome = id == YeastarTopics.Failure ? OutcomeOfFailed(leg, call.Failure)
                : call.IsHandedOver && member.Kind == YeastarMemberKind.Extension && leg?.AnsweredAt is not null ? PbxOutcome.Transferred
                : null;
        }
        if (state == PbxCallState.Ended && member.Kind == YeastarMemberKind.Extension)
            call.IsHandedOver = false;
        update.Add(new LegUpdate(member.Channel, role, state)
        {
            Outcome = outcome,
            Extension = member.Kind == YeastarMemberKind.Extension ? member.Number : null,
            Number = member.Kind switch
            {
                YeastarMemberKind.Extension => member.Number,
                YeastarMemberKind.Inbound => member.From,
                _ => member.To,
            },
        });
    }

    /// <summary>A phone that rang and was given up makes a report too (408, 480, 487): only a refusal says more than its BYE.</summary>
    private static PbxOutcome? OutcomeOfFailed(PbxLeg? leg, PbxOutcome? failure) =>
        leg is null || (leg.AnsweredAt is null && failure is PbxOutcome.Busy or PbxOutcome.Rejected) ? failure : null;

    private static PbxLeg? LegOf(in YeastarMember member, PbxCall? known)
    {
        foreach (var leg in known?.Legs ?? [])
            if (leg.LegId == member.Channel)
                return leg;
        return null;
    }

    /// <summary>HOLD and BYE are the same word for both sides; the leg is known by then, or the call's direction tells.</summary>
    private static PbxLegRole RoleOf(in YeastarMember member, PbxCall? known)
    {
        if (member.Role is { } told)
            return told;
        return LegOf(member, known)?.Role ?? (known?.Direction == PbxDirection.Outbound ? PbxLegRole.Caller : PbxLegRole.Callee);
    }

    private void ReadParties(PbxEvent pbxEvent, CallUpdate update, YeastarCall call, PbxCall? known, IReadOnlyList<YeastarMember> members)
    {
        var direction = known?.Direction ?? PbxDirection.Unknown;
        string? callingExtension = null, calledExtension = null;
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            call.AddPath(member.Path);
            switch (member.Kind)
            {
                case YeastarMemberKind.Inbound:
                    direction = PbxDirection.Inbound;
                    pbxEvent.From = member.From;
                    pbxEvent.To = member.To;
                    update.HidesFrom |= member.IsFromHidden;
                    break;
                case YeastarMemberKind.Outbound when direction != PbxDirection.Inbound && !YeastarVerdict.IsSure(known):
                    direction = PbxDirection.Outbound;
                    pbxEvent.From = member.From;
                    pbxEvent.To = member.To;
                    break;
                case YeastarMemberKind.Extension when RoleOf(member, known) == PbxLegRole.Caller:
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
        else if (call.AwaitsRecords)
        {
            _host.SetTimer(timer, RecordSettle);
        }
        else if (AllEnded(known))
        {
            _host.SetTimer(timer, RecordGrace);
        }
        else if (call.HasFailed && IsOver(known, call))
        {
            _host.SetTimer(timer, FailureGrace);
        }
        else
        {
            _host.CancelTimer(timer);
        }
    }

    private static bool AllEnded(PbxCall call) => call.Legs.Count > 0 && call.Legs.All(l => l.State == PbxCallState.Ended);

    /// <summary>True when the last member has gone, when records tell of all that was left, or when nobody could be reached.</summary>
    private static bool IsOver(PbxCall? known, YeastarCall call)
    {
        if (known is null || known.State == PbxCallState.Ended || AllEnded(known))
            return true;
        return call.Records.Count > 0 ? !GoesOn(known, call) : call.HasFailed && call.Path is null && HasReachedNobody(known);
    }

    private static bool HasReachedNobody(PbxCall known) =>
        known.AnsweredAt is null
        && known.Legs.All(l => l.Role == PbxLegRole.Callee ? l.State == PbxCallState.Ended : l.State is not (PbxCallState.Answered or PbxCallState.Held));

    /// <summary>
    /// A record tells of one stage (section 5.3), and a BYE can be lost; so of a call that has records and living members: does
    /// it go on?
    /// </summary>
    private static bool GoesOn(PbxCall known, YeastarCall call)
    {
        // A person is there of whom no record tells.
        var callees = known.Legs.Where(l => l.Role == PbxLegRole.Callee && l.State != PbxCallState.Ended);
        var isTold = !call.WasPassedOn && call.Records.Any(r => r.IsAnswered && call.HasPassed(r.To.Number));
        if (callees.Any(l => !isTold && !call.Records.Any(r => r.To.Number == l.Number)))
            return true;
        var callers = known.Legs.Where(l => l.Role == PbxLegRole.Caller && l.State != PbxCallState.Ended).ToArray();
        if (callers.Length == 0 || call.Records.Any(r => r.IsOfVoicemail))
            return false;

        // The caller waits on in a queue or group, or something that is no person has him.
        if (known.AnsweredAt is null)
            return call.Records.All(r => r.IsUnanswered)
                && (call.Path is not null || callers.Any(l => l.State is PbxCallState.Answered or PbxCallState.Held));
        return known.State == PbxCallState.Transferred;
    }

    /// <summary>Tells the end of a call when it is over, by the records that have come. A record that tells all of it brings the end itself.</summary>
    private void Settle(string callId, YeastarCall call, bool isOver, PbxEvent? record = null)
    {
        if (record is not null)
            call.Hold(record);
        var held = call.Release();
        var known = _host.FindCall(callId);
        var verdict = YeastarVerdict.Of(call, known, QueueOf);
        var isEnded = known?.State == PbxCallState.Ended;
        var isLate = isEnded && (held.Count > 0 || call.AwaitsRecords);
        call.AwaitsRecords = false;

        // The record is no event of the kind Call; those who subscribed to calls hear of the end by one of its own.
        if (isOver && !isEnded && (held.Count == 0 || _isWanted(YeastarTopics.CallState)) || isLate && held.Count == 0)
        {
            WarnIfUnseen(known, callId, verdict);
            var end = NewEnd();
            end.Extension = verdict.Extension;
            end.Queue = verdict.Queue;
            var update = Describe(callId, verdict, known, isOver: true);
            update.IsCorrection = isLate;
            _host.Emit(end, update);
        }
        foreach (var waiting in held)
        {
            waiting.Queue = verdict.Queue;
            var update = Describe(callId, verdict, known, isOver);

            // One that comes after the end was told may tell more of it than was known.
            update.IsCorrection = isLate;
            _host.Emit(waiting, update);
        }
        if (!isOver)
            return;
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

    private CallUpdate Describe(string callId, YeastarVerdict verdict, PbxCall? known, bool isOver)
    {
        var update = _update.Reset(callId);
        update.KeepsOpen = true;
        update.Queue = verdict.Queue;
        update.RecordingId = verdict.RecordingId;
        if (!isOver)
            return update;
        update.IsEnd = true;
        update.Outcome = verdict.Outcome;
        update.Direction = verdict.Direction;
        update.HidesFrom = verdict.HidesFrom;
        update.From = known?.From is null ? verdict.From.Number : null;
        update.FromName = known?.FromName ?? verdict.From.Name;
        update.To = known?.To is null ? verdict.To : null;
        update.StartedAt = verdict.StartedAt;
        update.AnsweredAt = verdict.AnsweredAt;
        update.AnsweredBy = verdict.AnsweredBy;
        update.Extension = verdict.Extension;
        if (known?.State == PbxCallState.Ended)
            return update;
        update.EndedAt = verdict.EndedAt;
        foreach (var leg in known?.Legs ?? [])
            if (leg.State != PbxCallState.Ended)
                update.Add(new LegUpdate(leg.LegId, leg.Role, PbxCallState.Ended));
        return update;
    }

    // ---- records ---------------------------------------------------------------------------------------------------

    private void RecordReceived(PbxEvent pbxEvent)
    {
        var (callId, uid) = (_fields.Text(CallId), _fields.Text(Uid));
        if (!_records.Add(RecordKey(), true))
        {
            _host.CountDuplicate();
            return;
        }
        var record = ReadRecord();
        pbxEvent.CallId = callId;
        pbxEvent.From = record.From.Number;
        pbxEvent.To = record.To.Number;
        pbxEvent.Extension = record.Direction == PbxDirection.Outbound ? record.From.Number : record.To.Number;
        pbxEvent.Time = record.EndedAt ?? default;
        if (callId is null)
        {
            _host.Emit(pbxEvent);
            return;
        }
        if (uid is not null)
            _recordIds.Add(uid, callId);
        if (record is { IsOfQueue: true, To.Number: { } queue })
            NameQueues([queue]);
        var call = _calls.Get(callId);
        call.Add(record);
        if (record.Direction != PbxDirection.Outbound && YeastarVerdict.IsOfSystem(record, call, QueueOf))
            pbxEvent.Extension = null;
        var known = _host.FindCall(callId);
        if (known is not null && (known.State == PbxCallState.Ended || IsOnly(record, known, call)))
        {
            Settle(callId, call, isOver: true, pbxEvent);
            return;
        }

        // Others may belong to it (section 6.1). Who hears of calls hears of the record now, in its order, and of the end when they
        // are in; to who hears of records only, the record is the end.
        call.AwaitsRecords = true;
        _host.SetTimer(EndTimerPrefix + callId, RecordSettle);
        if (!_isWanted(YeastarTopics.CallState))
        {
            call.Hold(pbxEvent);
            return;
        }
        var verdict = YeastarVerdict.Of(call, known, QueueOf);
        pbxEvent.Queue = verdict.Queue;
        _host.Emit(pbxEvent, known is null ? null : Describe(callId, verdict, known, isOver: false));
    }

    /// <summary>True when a record tells all of a call whose members have gone, so that there is none to wait for.</summary>
    private static bool IsOnly(YeastarRecord record, PbxCall known, YeastarCall call)
    {
        if (call.WasPassedOn || !AllEnded(known))
            return false;
        if (known.AnsweredBy is { } person)
            return record.IsAnswered && record.To.Number == person;
        var callees = known.Legs.Where(l => l.Role == PbxLegRole.Callee).Select(l => l.Number).Distinct().ToArray();
        return call.Path is null && callees is [{ } one] && record.To.Number == one;
    }

    private YeastarRecord ReadRecord() => new()
    {
        Direction = ReadDirection(),
        Status = _fields.Text(Status)?.ToUpperInvariant() ?? "",
        From = SipAddress.Read(_fields.Text(CallFrom)),
        IsFromHidden = SipAddress.IsHidden(_fields.Text(CallFrom)),
        To = SipAddress.Read(_fields.Text(CallTo)),
        Did = _fields.Text(DidNumber),
        Recording = _fields.Text(Recording),
        StartedAt = _times.Read(_fields.Text(TimeStart)),
        Duration = ReadSeconds(CallDuration) ?? TimeSpan.Zero,
        TalkTime = ReadSeconds(TalkDuration),
        ArrivedAt = _host.Now,
    };

    private TimeSpan? ReadSeconds(int slot) =>
        _fields.Number(slot) is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MaxDuration)) : null;

    private void WarnIfUnseen(PbxCall? known, string callId, YeastarVerdict verdict)
    {
        if (known is not null || _hasWarnedOfUnseen || verdict.StartedAt is not { } start || start <= ListeningSince + UnseenMargin)
            return;
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

    private DateTimeOffset? ReadEnd() => _times.Read(_fields.Text(TimeStart)) + (ReadSeconds(CallDuration) ?? TimeSpan.Zero);

    /// <summary>The stages of a call have one <c>uid</c> (history/yeastar-history.md sections 3 and 4), so it alone does not tell a double.</summary>
    private string RecordKey() =>
        $"{_fields.Text(CallId)}|{_fields.Text(Uid)}|{_fields.Text(CallFrom)}|{_fields.Text(CallTo)}|{_fields.Text(TimeStart)}|"
        + $"{_fields.Number(CallDuration)}|{_fields.Number(TalkDuration)}|{_fields.Text(Status)}|{_fields.Text(Type)}";

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
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(CallerNumber));
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
        pbxEvent.From = SipAddress.NumberOf(_fields.Text(CallFrom));
        pbxEvent.To = SipAddress.NumberOf(_fields.Text(CallTo));
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
            Payload = HidesCaller(members) ? HiddenParty.MaskHidden(json, CallerNumbers, CallerNames) : json,
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
