using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>From members, records and agents' events to call updates: what calls mean (yeastar.md section 6). Loop only.</summary>
internal sealed class YeastarCalls
{
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

    private readonly ISessionHost _host;
    private readonly JsonFields _fields;
    private readonly YeastarMembers _members;
    private readonly YeastarQueues _queues;
    private readonly YeastarTimes _times;
    private readonly Func<int, bool> _isWanted;
    private readonly string _server;
    private readonly CallUpdate _update = new();
    private readonly YeastarOpenCalls _calls = new();
    private readonly KeyedTimers<string> _endTimers;
    private readonly RecentMap<bool> _records = new();

    /// <summary>The calls of the last records, by the records' <c>uid</c>: a timeline names nothing else (section 5.4).</summary>
    private readonly RecentMap<string> _callOfRecord = new(1000);
    private readonly YeastarResync _resync = new();
    private bool _hasWarnedOfUnseen;

    /// <param name="host">Where everything goes.</param>
    /// <param name="fields">The fields of the event at hand.</param>
    /// <param name="members">Reads its members.</param>
    /// <param name="queues">The known queues.</param>
    /// <param name="times">Reads the PBX's times.</param>
    /// <param name="isWanted">True for a topic that is subscribed to.</param>
    /// <param name="server">Host and port.</param>
    public YeastarCalls(
        ISessionHost host, JsonFields fields, YeastarMembers members, YeastarQueues queues, YeastarTimes times,
        Func<int, bool> isWanted, string server)
    {
        _host = host;
        _fields = fields;
        _members = members;
        _queues = queues;
        _times = times;
        _isWanted = isWanted;
        _server = server;
        _endTimers = new KeyedTimers<string>(host, EndDue);
    }

    /// <summary>The calls that are not known to be over.</summary>
    public IReadOnlyList<string> Open => _calls.Open;

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

    /// <summary>The call of a record; null when the record was not seen.</summary>
    public string? CallOf(string? uid) => uid is not null && _callOfRecord.TryGet(uid, out var callId) ? callId : null;

    /// <summary>An event with members.</summary>
    public void MembersReceived(PbxEvent pbxEvent, int id, IReadOnlyList<YeastarMember> members)
    {
        if (_fields.Text(YeastarFields.CallId) is not { } callId)
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
        call.IsGone = false;
        Apply(pbxEvent, call, callId, id, members);
    }

    /// <summary>A record.</summary>
    public void RecordReceived(PbxEvent pbxEvent)
    {
        var (callId, uid) = (_fields.Text(YeastarFields.CallId), _fields.Text(YeastarFields.Uid));
        if (!_records.Add(YeastarRecord.KeyOf(_fields), true))
        {
            _host.CountDuplicate();
            return;
        }
        var record = YeastarRecord.Read(_fields, _times, _host.Now);
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
            _callOfRecord.Add(uid, callId);
        if (record is { IsOfQueue: true, To.Number: { } queue })
            _queues.Add(queue);
        var call = _calls.Get(callId);
        call.Add(record);
        if (record.Direction != PbxDirection.Outbound && YeastarVerdict.IsOfSystem(record, call, _queues.Of))
            pbxEvent.Extension = null;
        var known = _host.FindCall(callId);
        if (known is not null && (known.State == PbxCallState.Ended || YeastarEnd.IsOnly(record, known, call)))
        {
            Settle(callId, call, isOver: true, pbxEvent);
            return;
        }

        // Others may belong to it (section 6.1). Who hears of calls hears of the record now, in its order, and of the end when they
        // are in; to who hears of records only, the record is the end.
        call.AwaitsRecords = true;
        _endTimers.Set(callId, RecordSettle);
        if (!_isWanted(YeastarTopics.CallState))
        {
            call.Hold(pbxEvent);
            return;
        }
        var verdict = YeastarVerdict.Of(call, known, _queues.Of);
        pbxEvent.Queue = verdict.Queue;
        _host.Emit(pbxEvent, known is null ? null : Describe(callId, verdict, known, isOver: false));
    }

    /// <summary>An agent let the call of the event ring in vain. The call goes on; it is this agent who missed it (section 6.1).</summary>
    /// <returns>Null when the call is not known.</returns>
    public CallUpdate? AgentMissed(PbxEvent pbxEvent)
    {
        if (pbxEvent.CallId is not { } callId || _host.FindCall(callId) is not { State: not PbxCallState.Ended } known)
            return null;
        var update = _update.Reset(callId);
        update.KeepsOpen = true;
        update.Queue = pbxEvent.Queue;
        foreach (var leg in known.Legs)
        {
            if (leg.Extension == pbxEvent.Extension && leg.Role == PbxLegRole.Callee && leg.AnsweredAt is null && leg.Outcome is null)
                update.Add(new LegUpdate(leg.LegId, PbxLegRole.Callee, null) { Outcome = PbxOutcome.Missed });
        }
        return update;
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
        if (snapshot.Key is not { } key || isFound || _resync.HasHeardOf(key) || _host.FindCall(key) is not { State: not PbxCallState.Ended })
            return;
        var call = _calls.Get(key);
        call.IsGone = true;
        Settle(key, call, isOver: true);
    }

    /// <summary>The connection ends: what waits for more is told now.</summary>
    public void Closing()
    {
        foreach (var callId in _calls.Open)
        {
            var known = _host.FindCall(callId);
            if (_calls.Find(callId) is { } call && (call.AwaitsRecords || known is { State: not PbxCallState.Ended } && (call.IsGone || YeastarEnd.AllEnded(known))))
                Settle(callId, call, call.IsGone || YeastarEnd.IsOver(known, call));
        }
    }

    // ---- members ---------------------------------------------------------------------------------------------------

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
            call.Failure = YeastarOutcomes.FromReason(_fields.Text(YeastarFields.Reason));
            call.HasFailed = true;
        }
        foreach (var member in members)
            YeastarLegs.Add(update, member, known, id, call);
        if (update.Legs.Any(l => l is { Role: PbxLegRole.Callee, State: PbxCallState.Ringing or PbxCallState.Answered }))
            call.HasFailed = false;

        // Legs on trunks may not be told (section 1): then nothing shows whether the caller is still there.
        update.KeepsOpen = _isWanted(YeastarTopics.Record) || !YeastarLegs.HasCaller(known, update);
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
                case YeastarMemberKind.Extension when YeastarLegs.RoleOf(member, known) == PbxLegRole.Caller:
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
        pbxEvent.Queue = _queues.Of(call.Path) ?? known?.Queue;
        update.Direction = direction == PbxDirection.Unknown ? null : direction;

        // A colleague who is asked before a transfer is called by the first one; the call itself keeps its parties.
        update.From = known?.From is null || direction != PbxDirection.Internal ? pbxEvent.From : null;
        update.To = known?.To is null || direction != PbxDirection.Internal ? pbxEvent.To : null;
        update.Queue = pbxEvent.Queue;

        // If nobody answers, a caller in a queue has given up.
        update.OutcomeIfUnanswered = pbxEvent.Queue is null ? null : PbxOutcome.Abandoned;
    }

    private void SnapshotOfCall(ReadOnlyMemory<byte> json)
    {
        if (_fields.Text(YeastarFields.CallId) is not { } callId || _host.FindCall(callId)?.State == PbxCallState.Ended)
            return;

        // Newer words than the answer are not undone.
        var members = _members.Read(_fields.Json(YeastarFields.Members)).Where(m => !_resync.HasHeardOf(callId, m.Channel)).ToArray();
        if (members.Length == 0)
            return;
        var call = _calls.Get(callId);
        var pbxEvent = new PbxEvent
        {
            Category = PbxCategory.Call,
            Name = YeastarDriver.CallQuery,
            Topic = YeastarTopics.NameOf(YeastarTopics.CallState),
            Synthesized = true,
            Payload = _fields.ToShow(json, members),
        };
        Apply(pbxEvent, call, callId, YeastarTopics.CallState, members);
    }

    // ---- the end of a call -----------------------------------------------------------------------------------------

    /// <summary>After each word about a call: is it over, or may it be over soon?</summary>
    private void WatchForEnd(string callId, YeastarCall call)
    {
        if (_host.FindCall(callId) is not { State: not PbxCallState.Ended } known)
        {
            _calls.End(callId);
            _endTimers.Cancel(callId);
        }
        else if (call.AwaitsRecords)
        {
            _endTimers.Set(callId, RecordSettle);
        }
        else if (YeastarEnd.AllEnded(known))
        {
            _endTimers.Set(callId, RecordGrace);
        }
        else if (call.HasFailed && YeastarEnd.IsOver(known, call))
        {
            _endTimers.Set(callId, FailureGrace);
        }
        else
        {
            _endTimers.Cancel(callId);
        }
    }

    private void EndDue(string callId)
    {
        if (_calls.Find(callId) is { } call)
            Settle(callId, call, call.IsGone || YeastarEnd.IsOver(_host.FindCall(callId), call));
    }

    /// <summary>Tells the end of a call when it is over, by the records that have come. A record that tells all of it brings the end itself.</summary>
    private void Settle(string callId, YeastarCall call, bool isOver, PbxEvent? record = null)
    {
        if (record is not null)
            call.Hold(record);
        var held = call.Release();
        var known = _host.FindCall(callId);
        var verdict = YeastarVerdict.Of(call, known, _queues.Of);
        var isEnded = known?.State == PbxCallState.Ended;

        // What call records told is of the whole call.
        var isLate = isEnded && known!.Origin != PbxCallOrigin.Record && (held.Count > 0 || call.AwaitsRecords);
        call.AwaitsRecords = false;

        // The record is no event of the kind Call; those who subscribed to calls hear of the end by one of its own.
        if (isOver && !isEnded && (held.Count == 0 || _isWanted(YeastarTopics.CallState)) || isLate && held.Count == 0)
        {
            WarnIfUnseen(known, callId, verdict);
            var end = new PbxEvent
            {
                Category = PbxCategory.Call,
                Name = "CallEnded",
                Topic = YeastarTopics.NameOf(YeastarTopics.CallState),
                Synthesized = true,
                Extension = verdict.Extension,
                Queue = verdict.Queue,
            };
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
        _endTimers.Cancel(callId);
    }

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
        {
            if (leg.State != PbxCallState.Ended)
                update.Add(new LegUpdate(leg.LegId, leg.Role, PbxCallState.Ended));
        }
        return update;
    }

    private void WarnIfUnseen(PbxCall? known, string callId, YeastarVerdict verdict)
    {
        if (known is not null || _hasWarnedOfUnseen || verdict.StartedAt is not { } start || start <= ListeningSince + UnseenMargin)
            return;
        _hasWarnedOfUnseen = true;
        _host.Warn(YeastarFaults.Unseen(_server, callId));
    }
}
