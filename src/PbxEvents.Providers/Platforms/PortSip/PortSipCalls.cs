using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// From PortSIP's call events to call updates: the table of portsip.md section 7 for both dialects. A call is one
/// <c>session_id</c>; <c>call_*</c> speak of the call, <c>target_*</c> of one device, and <c>extension_call</c> of an
/// extension without saying in which call.
/// </summary>
internal sealed class PortSipCalls
{
    /// <summary>
    /// The record follows the end of a call at once, and knows what no event tells: transfers and who else rang. So the
    /// end waits for it, but not longer than this.
    /// </summary>
    private static readonly TimeSpan RecordTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Events tell whole seconds and not always in order (section 6).</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(2);

    private readonly ISessionHost _host;
    private readonly JsonFields _fields;
    private readonly PortSipDirectory _directory;
    private readonly Func<bool> _wantsRecords;
    private readonly PortSipOpenCalls _open;
    private readonly KeyedTimers<string> _recordTimers;
    private readonly CallUpdate _update = new();

    /// <summary>True once a record was waited for in vain: this login gets none.</summary>
    private bool _lacksRecords;

    /// <param name="host">Where the calls are known.</param>
    /// <param name="fields">The fields of the message at hand.</param>
    /// <param name="directory">What is known of the PBX's numbers.</param>
    /// <param name="wantsRecords">True while records are subscribed to.</param>
    public PortSipCalls(ISessionHost host, JsonFields fields, PortSipDirectory directory, Func<bool> wantsRecords)
    {
        _host = host;
        _fields = fields;
        _directory = directory;
        _wantsRecords = wantsRecords;
        _open = new PortSipOpenCalls(host, directory);
        _recordTimers = new KeyedTimers<string>(host, RecordMissing);
    }

    private bool AwaitsRecords => _wantsRecords() && !_lacksRecords;

    /// <summary>A queue says which call an agent has.</summary>
    public void AgentHas(string agent, string? session) => _open.AgentHas(agent, session);

    /// <summary>What an event says about its call; the event's parties are filled in.</summary>
    /// <returns>Null when it says nothing about a call that can be named.</returns>
    public CallUpdate? Translate(PbxEvent pbxEvent)
    {
        pbxEvent.CallId = _fields.Text(PortSipFields.SessionId);
        pbxEvent.LegId = _fields.Text(PortSipFields.CallId);
        pbxEvent.From = _fields.Party(PortSipFields.Caller);
        pbxEvent.To = _fields.Party(PortSipFields.Callee);
        var name = Simplify(pbxEvent.Name);
        if (name is "extension_call" or "extension_hold" or "extension_unhold")
            return TranslateExtension(name, pbxEvent);
        if (pbxEvent.CallId is not { } session)
            return null;
        var known = _host.FindCall(session);
        pbxEvent.Queue ??= known?.Queue;
        var update = _update.Reset(session);
        update.KeepsOpen = true;
        if (known is { State: PbxCallState.Ended, EndedAt: { } endedAt } && pbxEvent.Time < endedAt + Blur)
        {
            // Section 7, point 6: the end sticks; this is a late word about a call that is over.
            return update;
        }
        if (known?.State == PbxCallState.Ended)
            known = null;
        switch (name)
        {
            case "call_start":
                Start(update, pbxEvent, known);
                break;
            case "call_update_info":
                Change(update, pbxEvent, known);
                break;
            case "call_established":
                Answer(update, pbxEvent, known, _fields.Address(PortSipFields.CallTarget));
                break;
            case "call_hold" or "call_unhold":
                pbxEvent.Extension = _fields.Party(PortSipFields.Aor);
                PortSipLegs.Hold(update, known, pbxEvent.Extension, isHold: name == "call_hold", pbxEvent.Time);
                break;
            case "call_reroute":
                // Before an answer it is forwarding; after one, somebody passed the call on.
                update.IsTransfer = known?.AnsweredAt is not null;
                break;
            case "call_ended" or "call_noanswer" or "call_fail":
                End(name, update, pbxEvent, known);
                break;
            default:
                if (name.StartsWith("target_", StringComparison.Ordinal))
                    TranslateTarget(name, update, pbxEvent, known);
                break;
        }
        return update;
    }

    /// <summary>A caller entered a queue or left it (section 7, point 4). The key is <c>session_id</c>.</summary>
    public CallUpdate TranslateQueue(string session, string? queue, string? caller, string reason, DateTimeOffset time)
    {
        var known = _host.FindCall(session);
        var update = _update.Reset(session);
        update.KeepsOpen = true;
        update.Queue = queue;
        if (known is { State: PbxCallState.Ended })
            return update;
        update.From = known?.From is null ? caller : null;
        var open = _open.Get(session);
        switch (reason)
        {
            case "AGENTANSWERED" when known?.AnsweredAt is null:
                update.State = PbxCallState.Answered;
                update.AnsweredBy = _open.AgentIn(session);
                break;
            case "HANGUP" when known?.AnsweredAt is null:
                open.IsAbandoned = true;

                // Legs were seen, or records come: then the call's own end is still to come.
                Finish(update, open, PbxOutcome.Abandoned, time, waits: known is { Legs.Count: > 0 } || AwaitsRecords);
                break;
        }
        return update;
    }

    /// <summary>A caller that a snapshot shows waiting: state, and no news.</summary>
    public CallUpdate TranslateWaiting(string session, string? queue, string? caller)
    {
        var known = _host.FindCall(session);
        var update = _update.Reset(session);
        update.KeepsOpen = update.IsSnapshot = true;
        update.Queue = queue;
        update.From = known?.From is null ? caller : null;
        if (known is not { State: PbxCallState.Ended })
            _open.Get(session);
        return update;
    }

    /// <summary>The state of an extension as a snapshot shows it, on a link that just came up.</summary>
    /// <returns>Null when it changes nothing about a known call.</returns>
    public CallUpdate? TranslateSnapshot(PbxEvent pbxEvent, string extension, string status)
    {
        if (_open.FindFor(extension, status) is not { } found)
            return null;
        var update = Begin(pbxEvent, found.Call);
        update.IsSnapshot = true;
        Move(update, found, extension, status, pbxEvent.Time);

        // The record went by while there was no link. Of an answered call it is known how it went; of others it is not.
        var isAlone = !found.Call.Legs.Any(l => l.LegId != found.Leg?.LegId && l.Role == PbxLegRole.Callee && l.IsLive());
        if (status.Length > 0 || !isAlone || found.Call.AnsweredAt is null)
            return update;
        update.IsEnd = true;
        PortSipLegs.EndAll(update, found.Call);
        Close(found.Call.CallId);
        return update;
    }

    /// <summary>The final record: who was tried, who answered, how it ended.</summary>
    public CallUpdate? TranslateRecord(PbxEvent pbxEvent, PortSipRecord record)
    {
        _lacksRecords = false;
        if (record.SessionId is not { } session)
            return null;
        var known = _host.FindCall(session);
        var open = _open.Find(session);
        var update = _update.Reset(session);
        update.IsEnd = update.TellsWholeCall = true;
        update.Direction = record.Direction;
        update.From = known?.From is null ? record.Caller : null;
        update.FromName = record.CallerName;
        update.To = known?.To is null ? record.Callee : null;
        update.StartedAt = record.StartedAt;
        update.EndedBy = PortSipWords.EndedBy(record.Reason);
        update.IsCorrection = known?.State == PbxCallState.Ended;

        // An extension_call names no call, so with two callers its answer may have been taken for the wrong one's.
        update.ReplacesCallees = record.TellsWhoAnswered && HasGuesses(known, open);
        update.Queue = known?.Queue ?? record.Targets.Select(t => t.Number).FirstOrDefault(_directory.IsQueue);
        pbxEvent.Queue = update.Queue;
        pbxEvent.Extension = AddRecordLegs(update, record, known, open);
        update.Outcome = record.Outcome(_directory, known, update.ReplacesCallees, open?.IsAbandoned == true);
        Close(session);
        return update;
    }

    /// <summary>No record came for a call that has ended: it ends by what was seen.</summary>
    private void RecordMissing(string session)
    {
        if (_open.Remove(session) is not { EndedAt: { } endedAt } open)
            return;
        _lacksRecords |= _wantsRecords();
        var update = _update.Reset(session);
        update.IsEnd = true;
        update.Outcome = open.EndedAs;
        if (_host.FindCall(session) is { } known)
            PortSipLegs.EndAll(update, known);
        _host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = "call_ended", Synthesized = true, Time = endedAt, CallId = session }, update);
    }

    // ---- the call --------------------------------------------------------------------------------------------------

    /// <summary>With and without <c>cdr_</c>, <c>end</c> and <c>ended</c>, <c>answer</c> and <c>answered</c> (section 4.3).</summary>
    private static string Simplify(string name)
    {
        if (name.StartsWith("cdr_", StringComparison.OrdinalIgnoreCase))
            name = name["cdr_".Length..];
        return name switch
        {
            "target_end" => "target_ended",
            "target_answered" => "target_answer",
            _ => name,
        };
    }

    private void Start(CallUpdate update, PbxEvent pbxEvent, PbxCall? known)
    {
        _open.Get(update.CallId).Target = pbxEvent.To;
        ReadParties(update, pbxEvent, known);
        var direction = update.Direction ?? known?.Direction;
        var isLocalCaller = direction is PbxDirection.Internal or PbxDirection.Outbound;
        if (isLocalCaller)
            _directory.AddExtension(pbxEvent.From);
        pbxEvent.Extension = isLocalCaller ? pbxEvent.From : _directory.IsExtension(pbxEvent.To) ? pbxEvent.To : null;

        // An extension that is called later in the same session (from a menu, a queue) has a call_start of its own.
        if (known is { Legs: [{ Role: PbxLegRole.Caller }, ..] })
            return;
        update.Add(new LegUpdate(pbxEvent.LegId ?? "caller", PbxLegRole.Caller, known is null ? PbxCallState.Offered : null)
        {
            Extension = isLocalCaller ? pbxEvent.From : null,
            Number = pbxEvent.From,
        });
    }

    private void Change(CallUpdate update, PbxEvent pbxEvent, PbxCall? known)
    {
        ReadParties(update, pbxEvent, known);
        var open = _open.Get(update.CallId);
        if (pbxEvent.To is not { } target || target == open.Target)
            return;
        open.Target = target;

        // A hint only (section 7), but a clear one: a person had the call, and now it goes to somebody else.
        update.IsTransfer = known is { AnsweredAt: not null, AnsweredBy: { } person } && person != target;
    }

    private void ReadParties(CallUpdate update, PbxEvent pbxEvent, PbxCall? known)
    {
        ReadDirection(update);
        update.From = known?.From is null ? pbxEvent.From : null;
        update.FromName = _fields.CallerNameOf();

        // What was dialled stays, wherever the call is sent on to.
        update.To = known?.To is null ? pbxEvent.To : null;
    }

    private void ReadDirection(CallUpdate update)
    {
        var word = _fields.Text(PortSipFields.Direction);
        update.Direction = PortSipWords.Direction(word);
        if (PortSipWords.GoesOutside(word))
            _open.Get(update.CallId).GoesOutside = true;
    }

    /// <summary>Something took the call. Only a person's answer is one (point 3).</summary>
    private void Answer(CallUpdate update, PbxEvent pbxEvent, PbxCall? known, string? device)
    {
        update.From = known?.From is null ? pbxEvent.From : null;
        update.To = known?.To is null ? pbxEvent.To : null;
        var open = _open.Get(update.CallId);
        var number = SipAddress.NumberOf(device);
        if (number is null)
        {
            update.State = PbxCallState.Answered;
            return;
        }
        if (!IsPerson(number, known))
        {
            var legId = PortSipLegs.FindLeg(known, open, device!, number, isAnyDevice: true)?.LegId ?? device!;
            update.Add(new LegUpdate(legId, PbxLegRole.System, PbxCallState.Answered) { Number = number });
            return;
        }
        pbxEvent.Extension = ExtensionOf(number, known);
        var others = PortSipLegs.EndOthers(update, known, number);
        if (others && known?.State == PbxCallState.Transferred)
            update.State = PbxCallState.Answered;

        // The call tells the extension, not the device: of several that ring the ones that stop will tell.
        if (!open.LegOfDevice.ContainsKey(device!) && known?.Legs.Count(l => l.IsOf(number) && l.IsLive() && l.AnsweredAt is null) > 1)
        {
            update.State = PbxCallState.Answered;
            update.AnsweredBy = number;
            return;
        }
        var leg = PortSipLegs.FindLeg(known, open, device!, number, isAnyDevice: true);
        update.Add(new LegUpdate(leg?.LegId ?? device!, PbxLegRole.Callee, PbxCallState.Answered)
        {
            Extension = pbxEvent.Extension,
            Number = number,
        });
    }

    private void End(string name, CallUpdate update, PbxEvent pbxEvent, PbxCall? known)
    {
        update.From = known?.From is null ? pbxEvent.From : null;
        update.To = known?.To is null ? pbxEvent.To : null;
        var open = _open.Get(update.CallId);
        PbxOutcome? outcome = known?.AnsweredAt is not null ? null
            : open.IsAbandoned ? PbxOutcome.Abandoned
            : name == "call_fail" ? PortSipWords.Unanswered(_fields.Number(PortSipFields.FailCode))
            : name == "call_noanswer" ? PbxOutcome.Missed
            : null;
        Finish(update, open, outcome, pbxEvent.Time, waits: AwaitsRecords && known is not null);
    }

    /// <summary>Ends a call, now or when its record has come. The first end of two counts (point 6).</summary>
    private void Finish(CallUpdate update, PortSipCall open, PbxOutcome? outcome, DateTimeOffset time, bool waits)
    {
        if (waits)
        {
            if (open.EndedAt is not null)
                return;
            open.EndedAt = time;
            open.EndedAs = outcome;
            _recordTimers.Set(open.Id, RecordTimeout);
            return;
        }
        update.IsEnd = true;
        update.Outcome = open.EndedAs ?? outcome;
        if (_host.FindCall(open.Id) is { } known)
            PortSipLegs.EndAll(update, known);
        Close(open.Id);
    }

    private void Close(string session)
    {
        _recordTimers.Cancel(session);
        _open.Remove(session);
    }

    // ---- its devices -----------------------------------------------------------------------------------------------

    /// <summary>One device of a call (point 1). No page shows the fields, so every name seen for its address is taken.</summary>
    private void TranslateTarget(string name, CallUpdate update, PbxEvent pbxEvent, PbxCall? known)
    {
        var device = _fields.Address(PortSipFields.Destination) ?? _fields.Address(PortSipFields.DestinationMisspelt)
            ?? _fields.Address(PortSipFields.CallTarget) ?? _fields.Address(PortSipFields.Extension) ?? _fields.Address(PortSipFields.Callee);
        if (device is null || SipAddress.NumberOf(device) is not { } number)
            return;
        ReadDirection(update);
        update.From = known?.From is null ? pbxEvent.From : null;
        pbxEvent.Extension = ExtensionOf(number, known, update.Direction);
        if (name == "target_answer")
        {
            PortSipLegs.Claim(known, _open.Get(update.CallId), device, number);
            Answer(update, pbxEvent, known, device);
            pbxEvent.LegId = update.Legs.Count > 0 ? update.Legs[^1].LegId : device;
            return;
        }
        var leg = PortSipLegs.Claim(known, _open.Get(update.CallId), device, number);
        pbxEvent.LegId = leg?.LegId ?? device;
        var role = leg?.Role ?? (_directory.IsQueue(number) ? PbxLegRole.System : PbxLegRole.Callee);
        PbxCallState? state = name switch
        {
            "target_add" => leg is null ? PbxCallState.Offered : null,
            "target_ringing" => PbxCallState.Ringing,
            "target_noanswer" or "target_fail" or "target_ended" => PbxCallState.Ended,
            _ => null,
        };
        update.Add(new LegUpdate(pbxEvent.LegId, role, state)
        {
            Extension = pbxEvent.Extension,
            Number = number,
            Outcome = OutcomeOfTarget(name, known, leg),
        });
        PortSipLegs.KeepState(update, known);
        if (state == PbxCallState.Ended)
            PortSipLegs.FindWhoAnswered(update, known, pbxEvent.LegId, number);
    }

    /// <summary>
    /// What became of a device. Once the call is answered by another one, it was answered elsewhere, however the device's
    /// own ringing ended; the tracker says that by itself.
    /// </summary>
    private PbxOutcome? OutcomeOfTarget(string name, PbxCall? known, PbxLeg? leg)
    {
        if (name != "target_fail" || known?.AnsweredAt is not null || leg?.AnsweredAt is not null)
            return null;
        return PortSipWords.Unanswered(_fields.Number(PortSipFields.FailCode) ?? _fields.Number(PortSipFields.StatusCode));
    }

    // ---- extensions ------------------------------------------------------------------------------------------------

    /// <summary>The newer dialects: an extension rings, talks or is idle; in which call has to be found (section 4.2).</summary>
    private CallUpdate? TranslateExtension(string name, PbxEvent pbxEvent)
    {
        if (_fields.Party(PortSipFields.Extension) is not { } extension)
            return null;
        pbxEvent.Extension = extension;
        _directory.AddExtension(extension);
        if (name != "extension_call")
        {
            if (_open.FindFor(extension, "ONCALL") is not { } holding)
                return null;
            var update = Begin(pbxEvent, holding.Call);
            PortSipLegs.Hold(update, holding.Call, extension, isHold: name == "extension_hold", pbxEvent.Time);
            return update;
        }
        var status = _fields.Word(PortSipFields.CallStatus);
        if (_open.FindFor(extension, status) is { } found)
        {
            var update = Begin(pbxEvent, found.Call);
            Move(update, found, extension, status, pbxEvent.Time);
            return update;
        }

        // No call is known that it could be: the extension's own state is still worth knowing.
        pbxEvent.CallState = status switch
        {
            "RINGING" => PbxCallState.Ringing,
            "ONCALL" => PbxCallState.Answered,
            "" => PbxCallState.Ended,
            _ => null,
        };
        return null;
    }

    private CallUpdate Begin(PbxEvent pbxEvent, PbxCall call)
    {
        pbxEvent.CallId = call.CallId;
        pbxEvent.Queue ??= call.Queue;
        var update = _update.Reset(call.CallId);
        update.KeepsOpen = true;
        return update;
    }

    private void Move(CallUpdate update, (PbxCall Call, PbxLeg? Leg) found, string extension, string status, DateTimeOffset time)
    {
        var (call, leg) = found;

        // A caller is on a call from the first digit on; that tells nothing. Its end does.
        if (leg?.Role == PbxLegRole.Caller && status.Length > 0)
            return;
        if (leg?.Role != PbxLegRole.Caller)
            _open.Get(call.CallId).HasGuesses = true;
        if (status != "ONCALL")
            PortSipLegs.KeepState(update, call);
        update.Add(new LegUpdate(leg?.LegId ?? extension, leg?.Role ?? PbxLegRole.Callee, status switch
        {
            "RINGING" => PbxCallState.Ringing,
            "ONCALL" => PbxCallState.Answered,
            _ => PbxCallState.Ended,
        })
        { Extension = extension, Number = extension });
    }

    // ---- records ---------------------------------------------------------------------------------------------------

    /// <returns>The extension the record is about: the last person who answered, else the last that was tried.</returns>
    private string? AddRecordLegs(CallUpdate update, PortSipRecord record, PbxCall? known, PortSipCall? open)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        string? answered = null, tried = null;
        foreach (var target in record.Targets)
        {
            if (target.Number is not { } number)
                continue;
            var isPerson = target.AnsweredAt is null ? !_directory.IsQueue(number) : record.IsPerson(target, _directory);
            var leg = known?.Legs.FirstOrDefault(l => !used.Contains(l.LegId) && target.Device is { } device
                    && open?.LegOfDevice.GetValueOrDefault(device) == l.LegId)
                ?? known?.Legs.FirstOrDefault(l => !used.Contains(l.LegId) && l.Role != PbxLegRole.Caller && l.IsOf(number));
            var legId = leg?.LegId ?? target.Device ?? number;
            for (var i = 2; !used.Add(legId); i++)
                legId = $"{target.Device ?? number} {i}";
            var isOurs = record.Direction != PbxDirection.Outbound && !_directory.IsOutside(number, record.Callee, record.GoesOutside);
            var extension = isPerson && isOurs ? number : null;
            if (extension is not null)
                tried = extension;
            if (extension is not null && target.AnsweredAt is not null)
                answered = extension;
            update.RingingAt ??= isPerson ? target.RingAt : null;
            update.Add(new LegUpdate(legId, isPerson ? PbxLegRole.Callee : PbxLegRole.System, PbxCallState.Ended)
            {
                Extension = extension,
                Number = number,
                AnsweredAt = target.AnsweredAt,
                Outcome = isPerson ? record.OutcomeOf(target, _directory) : null,
            });
        }
        foreach (var leg in known?.Legs ?? [])
        {
            // Without a list the record still says that nobody answered: who rang did so in vain.
            var isRetold = update.ReplacesCallees && record.Targets.Count == 0 && leg.Role != PbxLegRole.Caller;
            if (isRetold || (leg.IsLive() && !used.Contains(leg.LegId) && !(update.ReplacesCallees && leg.Role == PbxLegRole.Callee)))
                update.Add(new LegUpdate(leg.LegId, leg.Role, PbxCallState.Ended) { Extension = leg.Extension, Number = leg.Number });
        }
        return answered ?? tried;
    }

    /// <summary>A leg that was made from an <c>extension_call</c> has the extension for its id.</summary>
    private static bool HasGuesses(PbxCall? known, PortSipCall? open) =>
        open?.HasGuesses == true || (open is null && known?.Legs.Any(l => l.Role == PbxLegRole.Callee && l.LegId == l.Extension) == true);

    // ---- helpers ---------------------------------------------------------------------------------------------------

    /// <summary>True when an answer by that number is a person's (point 3). A menu or a queue answers while no phone rings.</summary>
    private bool IsPerson(string number, PbxCall? known)
    {
        if (_directory.IsQueue(number))
            return false;
        return _directory.IsExtension(number)
            || known?.Direction != PbxDirection.Inbound
            || known.Legs.Any(l => l is { Role: PbxLegRole.Callee, State: PbxCallState.Ringing });
    }

    private string? ExtensionOf(string number, PbxCall? known, PbxDirection? direction = null)
    {
        if (_directory.IsExtension(number))
            return number;
        var goesOutside = known is not null && _open.Find(known.CallId)?.GoesOutside == true;
        return (direction ?? known?.Direction) is PbxDirection.Outbound || _directory.IsOutside(number, known?.To, goesOutside) ? null : number;
    }
}
