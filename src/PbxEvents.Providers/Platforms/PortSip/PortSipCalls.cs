using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// From PortSIP's call events to call updates: the table of portsip.md section 7 for both dialects. A call is one
/// <c>session_id</c>; <c>call_*</c> speak of the call, <c>target_*</c> of one device, and <c>extension_call</c> of an
/// extension without saying in which call.
/// </summary>
/// <param name="host">Where the calls are known.</param>
/// <param name="fields">The fields of the message at hand.</param>
/// <param name="directory">What is known of the PBX's numbers.</param>
/// <param name="wantsRecords">True while records are subscribed to.</param>
internal sealed class PortSipCalls(ISessionHost host, JsonFields fields, PortSipDirectory directory, Func<bool> wantsRecords)
{
    private const string EndTimerPrefix = "end ";

    /// <summary>More calls than one PBX has at a time; beyond that the oldest are forgotten.</summary>
    private const int MaxOpenCalls = 10_000;

    /// <summary>
    /// The record follows the end of a call at once, and knows what no event tells: transfers and who else rang. So the
    /// end waits for it, but not longer than this.
    /// </summary>
    private static readonly TimeSpan RecordTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Events tell whole seconds and not always in order (section 6).</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, OpenCall> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sessionOfAgent = new(StringComparer.Ordinal);
    private readonly CallUpdate _update = new();

    /// <summary>True once a record was waited for in vain: this login gets none.</summary>
    private bool _lacksRecords;

    /// <summary>What an event says about its call; the event's parties are filled in.</summary>
    /// <returns>Null when it says nothing about a call that can be named.</returns>
    public CallUpdate? Translate(PbxEvent pbxEvent)
    {
        pbxEvent.CallId = fields.Text(PortSipFields.SessionId);
        pbxEvent.LegId = fields.Text(PortSipFields.CallId);
        pbxEvent.From = fields.Party(PortSipFields.Caller);
        pbxEvent.To = fields.Party(PortSipFields.Callee);
        var name = Simplify(pbxEvent.Name);
        if (name is "extension_call" or "extension_hold" or "extension_unhold")
            return TranslateExtension(name, pbxEvent);
        if (pbxEvent.CallId is not { } session)
            return null;
        var known = host.FindCall(session);
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
                Answer(update, pbxEvent, known, fields.Address(PortSipFields.CallTarget));
                break;
            case "call_hold" or "call_unhold":
                pbxEvent.Extension = fields.Party(PortSipFields.Aor);
                Hold(update, known, pbxEvent.Extension, isHold: name == "call_hold", pbxEvent.Time);
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
        var known = host.FindCall(session);
        var update = _update.Reset(session);
        update.KeepsOpen = true;
        update.Queue = queue;
        if (known is { State: PbxCallState.Ended })
            return update;
        update.From = known?.From is null ? caller : null;
        var open = Open(session);
        switch (reason)
        {
            case "AGENTANSWERED" when known?.AnsweredAt is null:
                update.State = PbxCallState.Answered;
                update.AnsweredBy = AgentIn(session);
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
        var known = host.FindCall(session);
        var update = _update.Reset(session);
        update.KeepsOpen = update.IsSnapshot = true;
        update.Queue = queue;
        update.From = known?.From is null ? caller : null;
        if (known is not { State: PbxCallState.Ended })
            Open(session);
        return update;
    }

    /// <summary>A queue says which call an agent has.</summary>
    public void AgentHas(string agent, string? session)
    {
        if (session is null or "0")
            _sessionOfAgent.Remove(agent);
        else if (_sessionOfAgent.Count < MaxOpenCalls)
            _sessionOfAgent[agent] = session;
    }

    /// <summary>The state of an extension as a snapshot shows it, on a link that just came up.</summary>
    /// <returns>Null when it changes nothing about a known call.</returns>
    public CallUpdate? TranslateSnapshot(PbxEvent pbxEvent, string extension, string status)
    {
        if (FindFor(extension, status) is not { } found)
            return null;
        var update = Begin(pbxEvent, found.Call);
        update.IsSnapshot = true;
        Move(update, found, extension, status, pbxEvent.Time);

        // The record went by while there was no link. Of an answered call it is known how it went; of others it is not.
        var isAlone = !found.Call.Legs.Any(l => l.LegId != found.Leg?.LegId && l.Role == PbxLegRole.Callee && IsLive(l));
        if (status.Length == 0 && isAlone && found.Call.AnsweredAt is not null)
        {
            update.IsEnd = true;
            EndLegs(update, found.Call);
            _open.Remove(found.Call.CallId);
        }
        return update;
    }

    /// <summary>The final record: who was tried, who answered, how it ended.</summary>
    public CallUpdate? TranslateRecord(PbxEvent pbxEvent, PortSipRecord record)
    {
        _lacksRecords = false;
        if (record.SessionId is not { } session)
            return null;
        var known = host.FindCall(session);
        var open = _open.GetValueOrDefault(session);
        var update = _update.Reset(session);
        update.IsEnd = true;
        update.Direction = record.Direction;
        update.From = known?.From is null ? record.Caller : null;
        update.FromName = record.CallerName;
        update.To = known?.To is null ? record.Callee : null;
        update.StartedAt = record.StartedAt;
        update.EndedBy = PortSipWords.EndedBy(record.Reason);
        update.IsCorrection = known?.State == PbxCallState.Ended;

        // An extension_call names no call, so with two callers its answer may have been taken for the wrong one's.
        update.ReplacesCallees = record.TellsWhoAnswered && HasGuesses(known, open);
        update.Queue = known?.Queue ?? record.Targets.Select(t => t.Number).FirstOrDefault(directory.IsQueue);
        pbxEvent.Queue = update.Queue;
        pbxEvent.Extension = AddRecordLegs(update, record, known, open);
        update.Outcome = record.Outcome(directory, known, update.ReplacesCallees, open?.IsAbandoned == true);
        if (open is not null)
            host.CancelTimer(EndTimerPrefix + session);
        _open.Remove(session);
        return update;
    }

    /// <summary>No record came for a call that has ended: it ends by what was seen.</summary>
    public void TimerElapsed(string timer)
    {
        var session = timer[EndTimerPrefix.Length..];
        if (!_open.Remove(session, out var open) || open.EndedAt is not { } endedAt)
            return;
        _lacksRecords |= wantsRecords();
        var update = _update.Reset(session);
        update.IsEnd = true;
        update.Outcome = open.EndedAs;
        if (host.FindCall(session) is { } known)
            EndLegs(update, known);
        host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = "call_ended", Synthesized = true, Time = endedAt, CallId = session }, update);
    }

    // ---- the call --------------------------------------------------------------------------------------------------

    private bool AwaitsRecords => wantsRecords() && !_lacksRecords;

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
        Open(update.CallId).Target = pbxEvent.To;
        ReadParties(update, pbxEvent, known);
        var direction = update.Direction ?? known?.Direction;
        var isLocalCaller = direction is PbxDirection.Internal or PbxDirection.Outbound;
        if (isLocalCaller)
            directory.AddExtension(pbxEvent.From);
        pbxEvent.Extension = isLocalCaller ? pbxEvent.From : directory.IsExtension(pbxEvent.To) ? pbxEvent.To : null;

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
        var open = Open(update.CallId);
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
        update.FromName = fields.CallerNameOf();

        // What was dialled stays, wherever the call is sent on to.
        update.To = known?.To is null ? pbxEvent.To : null;
    }

    private void ReadDirection(CallUpdate update)
    {
        var word = fields.Text(PortSipFields.Direction);
        update.Direction = PortSipWords.Direction(word);
        if (PortSipWords.GoesOutside(word))
            Open(update.CallId).GoesOutside = true;
    }

    /// <summary>Something took the call. Only a person's answer is one (point 3).</summary>
    private void Answer(CallUpdate update, PbxEvent pbxEvent, PbxCall? known, string? device)
    {
        update.From = known?.From is null ? pbxEvent.From : null;
        update.To = known?.To is null ? pbxEvent.To : null;
        var open = Open(update.CallId);
        var number = SipAddress.NumberOf(device);
        if (number is null)
        {
            update.State = PbxCallState.Answered;
            return;
        }
        if (!IsPerson(number, known))
        {
            var legId = FindLeg(known, open, device!, number, isAnyDevice: true)?.LegId ?? device!;
            update.Add(new LegUpdate(legId, PbxLegRole.System, PbxCallState.Answered) { Number = number });
            return;
        }
        pbxEvent.Extension = ExtensionOf(number, known);
        var others = EndOthers(update, known, number);
        if (others && known?.State == PbxCallState.Transferred)
            update.State = PbxCallState.Answered;

        // The call tells the extension, not the device: of several that ring the ones that stop will tell.
        if (!open.LegOfDevice.ContainsKey(device!) && known?.Legs.Count(l => IsOf(l, number) && IsLive(l) && l.AnsweredAt is null) > 1)
        {
            update.State = PbxCallState.Answered;
            update.AnsweredBy = number;
            return;
        }
        var leg = FindLeg(known, open, device!, number, isAnyDevice: true);
        update.Add(new LegUpdate(leg?.LegId ?? device!, PbxLegRole.Callee, PbxCallState.Answered)
        {
            Extension = pbxEvent.Extension,
            Number = number,
        });
    }

    /// <summary>Another person had the call until now: it was passed on.</summary>
    private static bool EndOthers(CallUpdate update, PbxCall? known, string number)
    {
        var any = false;
        foreach (var leg in known?.Legs ?? [])
        {
            if (leg is not { Role: PbxLegRole.Callee, AnsweredAt: not null } || !IsLive(leg) || IsOf(leg, number))
                continue;
            update.Add(new LegUpdate(leg.LegId, leg.Role, PbxCallState.Ended) { Outcome = PbxOutcome.Transferred });
            any = true;
        }
        return any;
    }

    private static void Hold(CallUpdate update, PbxCall? known, string? actor, bool isHold, DateTimeOffset time)
    {
        // Nobody is put on hold who does not talk: the answer was before what was seen.
        update.AnsweredAt = known?.AnsweredAt is null ? time : null;
        var leg = known?.Legs.Where(l => IsOf(l, actor) && IsLive(l)).OrderByDescending(l => l.AnsweredAt is not null).FirstOrDefault();
        if (leg is not null)
            update.Add(new LegUpdate(leg.LegId, leg.Role, isHold ? PbxCallState.Held : PbxCallState.Answered));
        var othersHold = known?.Legs.Any(l => l.State == PbxCallState.Held && l.LegId != leg?.LegId) == true;
        update.State = isHold || othersHold ? PbxCallState.Held : PbxCallState.Answered;
        update.AnsweredBy = known?.AnsweredBy;
    }

    private void End(string name, CallUpdate update, PbxEvent pbxEvent, PbxCall? known)
    {
        update.From = known?.From is null ? pbxEvent.From : null;
        update.To = known?.To is null ? pbxEvent.To : null;
        var open = Open(update.CallId);
        PbxOutcome? outcome = known?.AnsweredAt is not null ? null
            : open.IsAbandoned ? PbxOutcome.Abandoned
            : name == "call_fail" ? PortSipWords.Failure(fields.Number(PortSipFields.FailCode))
            : name == "call_noanswer" ? PbxOutcome.Missed
            : null;
        Finish(update, open, outcome, pbxEvent.Time, waits: AwaitsRecords && known is not null);
    }

    /// <summary>Ends a call, now or when its record has come. The first end of two counts (point 6).</summary>
    private void Finish(CallUpdate update, OpenCall open, PbxOutcome? outcome, DateTimeOffset time, bool waits)
    {
        if (waits)
        {
            if (open.EndedAt is not null)
                return;
            open.EndedAt = time;
            open.EndedAs = outcome;
            host.SetTimer(EndTimerPrefix + open.Id, RecordTimeout);
            return;
        }
        update.IsEnd = true;
        update.Outcome = open.EndedAs ?? outcome;
        if (host.FindCall(open.Id) is { } known)
            EndLegs(update, known);
        if (open.EndedAt is not null)
            host.CancelTimer(EndTimerPrefix + open.Id);
        _open.Remove(open.Id);
    }

    private static void EndLegs(CallUpdate update, PbxCall known)
    {
        foreach (var leg in known.Legs)
            if (IsLive(leg))
                update.Add(new LegUpdate(leg.LegId, leg.Role, PbxCallState.Ended));
    }

    // ---- its devices -----------------------------------------------------------------------------------------------

    /// <summary>One device of a call (point 1). No page shows the fields, so every name seen for its address is taken.</summary>
    private void TranslateTarget(string name, CallUpdate update, PbxEvent pbxEvent, PbxCall? known)
    {
        var device = fields.Address(PortSipFields.Destination) ?? fields.Address(PortSipFields.DestinationMisspelt)
            ?? fields.Address(PortSipFields.CallTarget) ?? fields.Address(PortSipFields.Extension) ?? fields.Address(PortSipFields.Callee);
        if (device is null || SipAddress.NumberOf(device) is not { } number)
            return;
        ReadDirection(update);
        update.From = known?.From is null ? pbxEvent.From : null;
        pbxEvent.Extension = ExtensionOf(number, known, update.Direction);
        if (name == "target_answer")
        {
            Claim(known, Open(update.CallId), device, number);
            Answer(update, pbxEvent, known, device);
            pbxEvent.LegId = update.Legs.Count > 0 ? update.Legs[^1].LegId : device;
            return;
        }
        var leg = Claim(known, Open(update.CallId), device, number);
        pbxEvent.LegId = leg?.LegId ?? device;
        var role = leg?.Role ?? (directory.IsQueue(number) ? PbxLegRole.System : PbxLegRole.Callee);
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
        KeepState(update, known);
        if (state == PbxCallState.Ended)
            FindWhoAnswered(update, known, pbxEvent.LegId, number);
    }

    /// <summary>
    /// What became of a device. Once the call is answered by another one, it was answered elsewhere, however the device's
    /// own ringing ended; the tracker says that by itself.
    /// </summary>
    private PbxOutcome? OutcomeOfTarget(string name, PbxCall? known, PbxLeg? leg)
    {
        if (name != "target_fail" || known?.AnsweredAt is not null || leg?.AnsweredAt is not null)
            return null;
        return PortSipWords.Failure(fields.Number(PortSipFields.FailCode) ?? fields.Number(PortSipFields.StatusCode));
    }

    /// <summary>
    /// What the legs cannot show must not be undone by them: an answer that only the call or the queue told, and a call that
    /// is on its way to somebody else.
    /// </summary>
    private static void KeepState(CallUpdate update, PbxCall? known)
    {
        if (known is null)
            return;
        var isUnseen = known.AnsweredAt is not null && !known.Legs.Any(l => l is { Role: PbxLegRole.Callee, AnsweredAt: not null });
        if (isUnseen || known.State == PbxCallState.Transferred)
            update.State = known.State;
    }

    /// <summary>The call told only the extension that answered; when all its devices but one have stopped, that one it was.</summary>
    private static void FindWhoAnswered(CallUpdate update, PbxCall? known, string endedLeg, string number)
    {
        if (known is not { AnsweredAt: { } answeredAt } || known.AnsweredBy != number
            || known.Legs.Any(l => IsOf(l, number) && l.AnsweredAt is not null))
        {
            return;
        }
        var rest = known.Legs.Where(l => IsOf(l, number) && IsLive(l) && l.LegId != endedLeg).ToArray();
        if (rest is [var last])
            update.Add(new LegUpdate(last.LegId, PbxLegRole.Callee, PbxCallState.Answered) { AnsweredAt = answeredAt });
    }

    /// <summary>
    /// The leg of a device. A leg that was known by its number only (from <c>extension_call</c>, <c>call_established</c>)
    /// becomes the first device's of that number.
    /// </summary>
    private static PbxLeg? Claim(PbxCall? known, OpenCall open, string device, string number)
    {
        var leg = FindLeg(known, open, device, number, isAnyDevice: false);
        open.LegOfDevice[device] = leg?.LegId ?? device;
        return leg;
    }

    /// <summary>The leg of an address. With <c>isAnyDevice</c> it may name the extension and not one device, so that any of its legs will do.</summary>
    private static PbxLeg? FindLeg(PbxCall? known, OpenCall open, string device, string number, bool isAnyDevice)
    {
        if (known is null)
            return null;
        if (open.LegOfDevice.TryGetValue(device, out var legId))
            return known.Legs.FirstOrDefault(l => l.LegId == legId);
        return known.Legs.FirstOrDefault(l => l.LegId == device)
            ?? known.Legs.FirstOrDefault(l => l.Role != PbxLegRole.Caller && IsOf(l, number) && IsLive(l)
                && (isAnyDevice || !open.LegOfDevice.ContainsValue(l.LegId)));
    }

    // ---- extensions ------------------------------------------------------------------------------------------------

    /// <summary>The newer dialects: an extension rings, talks or is idle; in which call has to be found (section 4.2).</summary>
    private CallUpdate? TranslateExtension(string name, PbxEvent pbxEvent)
    {
        if (fields.Party(PortSipFields.Extension) is not { } extension)
            return null;
        pbxEvent.Extension = extension;
        directory.AddExtension(extension);
        if (name != "extension_call")
        {
            if (FindFor(extension, "ONCALL") is not { } holding)
                return null;
            var update = Begin(pbxEvent, holding.Call);
            Hold(update, holding.Call, extension, isHold: name == "extension_hold", pbxEvent.Time);
            return update;
        }
        var status = fields.Word(PortSipFields.CallStatus);
        if (FindFor(extension, status) is { } found)
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
            Open(call.CallId).HasGuesses = true;
        if (status != "ONCALL")
            KeepState(update, call);
        update.Add(new LegUpdate(leg?.LegId ?? extension, leg?.Role ?? PbxLegRole.Callee, status switch
        {
            "RINGING" => PbxCallState.Ringing,
            "ONCALL" => PbxCallState.Answered,
            _ => PbxCallState.Ended,
        })
        { Extension = extension, Number = extension });
    }

    /// <summary>
    /// The call an extension's state speaks of: the one in which it has a leg, else the one that goes to it, else, for an
    /// extension that begins to ring, the only call that waits for somebody. Rather none than a wrong one.
    /// </summary>
    private (PbxCall Call, PbxLeg? Leg)? FindFor(string extension, string status)
    {
        if (status is not ("RINGING" or "ONCALL" or ""))
            return null;
        (PbxCall Call, PbxLeg? Leg)? called = null, calling = null, goesTo = null;
        PbxCall? waits = null;
        int waiting = 0, offered = 0;
        foreach (var open in _open.Values)
        {
            if (host.FindCall(open.Id) is not { } call || call.State == PbxCallState.Ended)
                continue;
            var leg = call.Legs.LastOrDefault(l => l.Extension == extension && IsLive(l));
            if (open.EndedAt is null && (leg is { Role: PbxLegRole.Callee, AnsweredAt: null } || (leg is null && GoesTo(call, open, extension))))
                offered++;
            if (leg?.Role == PbxLegRole.Callee)
                called ??= (call, leg);
            else if (leg is not null)
                calling = (call, leg);
            else if (open.EndedAt is null && GoesTo(call, open, extension))
                goesTo = (call, null);
            if (open.EndedAt is null && WaitsForSomebody(call, open))
            {
                waits = call;
                waiting++;
            }
        }
        return status switch
        {
            "" => called ?? calling,

            // Several calls are there for it to take: which of them it took, their records tell.
            "ONCALL" when offered > 1 => null,
            "ONCALL" => called ?? calling ?? goesTo,

            // Who talks and is called again rings in the other call.
            _ when called?.Leg?.AnsweredAt is null => called ?? goesTo ?? calling ?? (waiting == 1 ? (waits!, null) : null),
            _ => goesTo ?? called,
        };
    }

    private bool GoesTo(PbxCall call, OpenCall open, string extension) =>
        (open.Target == extension || call.To == extension || _sessionOfAgent.GetValueOrDefault(extension) == open.Id)
        && !call.Legs.Any(l => l.Extension == extension);

    /// <summary>True when a call is with no person and goes to a number that is no known extension: a menu, a queue, a group.</summary>
    private bool WaitsForSomebody(PbxCall call, OpenCall open) =>
        call.Direction != PbxDirection.Outbound && !directory.IsExtension(open.Target)
        && !call.Legs.Any(l => l.Role == PbxLegRole.Callee && l.AnsweredAt is not null && IsLive(l));

    // ---- records ---------------------------------------------------------------------------------------------------

    /// <returns>The extension the record is about: the last person who answered, else the last that was tried.</returns>
    private string? AddRecordLegs(CallUpdate update, PortSipRecord record, PbxCall? known, OpenCall? open)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        string? answered = null, tried = null;
        foreach (var target in record.Targets)
        {
            if (target.Number is not { } number)
                continue;
            var isPerson = target.AnsweredAt is null ? !directory.IsQueue(number) : record.IsPerson(target, directory);
            var leg = known?.Legs.FirstOrDefault(l => !used.Contains(l.LegId) && target.Device is { } device
                    && open?.LegOfDevice.GetValueOrDefault(device) == l.LegId)
                ?? known?.Legs.FirstOrDefault(l => !used.Contains(l.LegId) && l.Role != PbxLegRole.Caller && IsOf(l, number));
            var legId = leg?.LegId ?? target.Device ?? number;
            for (var i = 2; !used.Add(legId); i++)
                legId = $"{target.Device ?? number} {i}";
            var isOurs = record.Direction != PbxDirection.Outbound && !directory.IsOutside(number, record.Callee, record.GoesOutside);
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
                Outcome = isPerson ? record.OutcomeOf(target, directory) : null,
            });
        }
        foreach (var leg in known?.Legs ?? [])
        {
            // Without a list the record still says that nobody answered: who rang did so in vain.
            var isRetold = update.ReplacesCallees && record.Targets.Count == 0 && leg.Role != PbxLegRole.Caller;
            if (isRetold || (IsLive(leg) && !used.Contains(leg.LegId) && !(update.ReplacesCallees && leg.Role == PbxLegRole.Callee)))
                update.Add(new LegUpdate(leg.LegId, leg.Role, PbxCallState.Ended) { Extension = leg.Extension, Number = leg.Number });
        }
        return answered ?? tried;
    }

    /// <summary>A leg that was made from an <c>extension_call</c> has the extension for its id.</summary>
    private static bool HasGuesses(PbxCall? known, OpenCall? open) =>
        open?.HasGuesses == true || (open is null && known?.Legs.Any(l => l.Role == PbxLegRole.Callee && l.LegId == l.Extension) == true);

    // ---- helpers ---------------------------------------------------------------------------------------------------

    /// <summary>True when an answer by that number is a person's (point 3). A menu or a queue answers while no phone rings.</summary>
    private bool IsPerson(string number, PbxCall? known)
    {
        if (directory.IsQueue(number))
            return false;
        return directory.IsExtension(number)
            || known?.Direction != PbxDirection.Inbound
            || known.Legs.Any(l => l is { Role: PbxLegRole.Callee, State: PbxCallState.Ringing });
    }

    private string? ExtensionOf(string number, PbxCall? known, PbxDirection? direction = null)
    {
        if (directory.IsExtension(number))
            return number;
        var goesOutside = known is not null && _open.GetValueOrDefault(known.CallId)?.GoesOutside == true;
        return (direction ?? known?.Direction) is PbxDirection.Outbound || directory.IsOutside(number, known?.To, goesOutside) ? null : number;
    }

    private string? AgentIn(string session)
    {
        foreach (var (agent, has) in _sessionOfAgent)
            if (has == session)
                return agent;
        return null;
    }

    private OpenCall Open(string session)
    {
        if (_open.TryGetValue(session, out var open))
            return open;
        if (_open.Count >= MaxOpenCalls)
            Prune();
        open = new OpenCall(session);
        _open.Add(session, open);
        return open;
    }

    /// <summary>Calls can end without a word, over a lost link; the tracker gives them up after hours.</summary>
    private void Prune()
    {
        foreach (var session in _open.Keys.ToArray())
            if (host.FindCall(session) is null or { State: PbxCallState.Ended })
                _open.Remove(session);
        foreach (var session in _open.Keys.Take(_open.Count - MaxOpenCalls / 2).ToArray())
            _open.Remove(session);
    }

    private static bool IsLive(PbxLeg leg) => leg.State != PbxCallState.Ended;

    private static bool IsOf(PbxLeg leg, string? number) => number is not null && (leg.Extension == number || leg.Number == number);
}
