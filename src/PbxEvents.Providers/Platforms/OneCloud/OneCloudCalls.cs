using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>From call records to what they say about calls (onecloud.md section 7).</summary>
internal sealed class OneCloudCalls
{
    /// <summary>The members that name an outside caller.</summary>
    private static readonly FieldNames CallerMembers = new(
        "ani", "orig_from_user", "orig_from_name", "orig_from_uri", "orig_name", "orig_id", "orig_match", "orig_logi_uri");

    /// <summary>How long a call that was passed on waits for the next leg, which may come after the end of the one before.</summary>
    private static readonly TimeSpan TransferGrace = TimeSpan.FromSeconds(10);

    /// <summary>A record that is written no later than this after the call's start shows its set-up.</summary>
    private static readonly TimeSpan SetUp = TimeSpan.FromSeconds(5);

    private readonly ISessionHost _host;
    private readonly OneCloudStreams _streams;
    private readonly CallUpdate _update = new();

    /// <summary>From the ids of legs to the call they belong to.</summary>
    private readonly RecentMap<string> _calls = new(16 * 1024);
    private readonly RecentMap<LegMemory> _legs = new();
    private readonly OneCloudTimes _times = new();

    /// <summary>The last event of each call that was passed on and has no further leg yet.</summary>
    private readonly Dictionary<string, PbxEvent> _passedOn = new(StringComparer.Ordinal);
    private readonly KeyedTimers<string> _transferTimers;

    /// <param name="host">Where known calls are looked up and timers are set.</param>
    /// <param name="streams">What is subscribed to.</param>
    public OneCloudCalls(ISessionHost host, OneCloudStreams streams)
    {
        _host = host;
        _streams = streams;
        _transferTimers = new KeyedTimers<string>(host, TransferTimeElapsed);
    }

    /// <summary>Reads what a record says about its call, and completes its event.</summary>
    /// <param name="record">The record.</param>
    /// <param name="pbxEvent">Its event.</param>
    /// <returns>The update; null when the record names no call.</returns>
    public CallUpdate? Translate(OneCloudRecord record, PbxEvent pbxEvent)
    {
        if (record.IsFromHidden)
            pbxEvent.Payload = HiddenParty.Mask(pbxEvent.Payload, CallerMembers, null, null);
        pbxEvent.From = record.From;
        pbxEvent.To = record.To;
        if (record.Key is not { } key)
        {
            if (record.WriteTime is { } written)
                pbxEvent.Time = written;
            return null;
        }
        var callId = Identify(key, record);
        pbxEvent.Time = _times.TimeOf(callId, record, _host.Now);
        var known = _host.FindCall(callId);
        if (known?.State == PbxCallState.Ended)
            known = null;
        var update = _update.Reset(callId);
        if (_times.IsPlatforms(callId) && record.StartTime <= pbxEvent.Time)
            update.StartedAt = record.StartTime;
        pbxEvent.CallId = callId;
        pbxEvent.LegId = record.TermCallId is { } term ? $"{key}_{term}" : null;
        ReadParties(record, update, known);
        var isQueueLeg = _streams.IsQueue(record.TermExtension) || record.IsQueueResponder;
        update.Queue = pbxEvent.Queue = FindQueue(record, known, pbxEvent);
        pbxEvent.Extension = isQueueLeg ? record.OrigExtension : record.IsVoicemail ? BoxOf(record) : record.TermExtension ?? ForwarderOf(record) ?? record.OrigExtension;
        if (pbxEvent.Queue is not null)
            pbxEvent.Topic = OneCloudTopics.QueueCall;

        var role = isQueueLeg || record.IsVoicemail ? PbxLegRole.System : IsOwnPhone(record) ? PbxLegRole.Caller : PbxLegRole.Callee;
        if (record.IsVoicemail)
            update.Outcome = PbxOutcome.Voicemail;
        if (record.IsRemoved)
            EndLeg(record, pbxEvent, update, known, role);
        else
            MoveLeg(record, pbxEvent, update, key, role, isFirst: known is null);
        return update;
    }

    /// <summary>No further leg came: the call that was passed on is over, as far as can be seen.</summary>
    private void TransferTimeElapsed(string callId)
    {
        if (!_passedOn.Remove(callId, out var last) || _host.FindCall(callId) is not { State: not PbxCallState.Ended } call
            || call.Legs.Any(l => l.Role != PbxLegRole.Caller && l.State != PbxCallState.Ended))
        {
            return;
        }
        var update = _update.Reset(callId);
        update.IsEnd = true;
        update.Outcome = PbxOutcome.Transferred;
        EndCallerLegs(update, call);
        _host.Emit(new PbxEvent
        {
            Category = PbxCategory.Call,
            Name = "CallPassedOn",
            Topic = last.Topic,
            Time = last.Time,
            Extension = last.Extension,
            Queue = last.Queue,
            Synthesized = true,
        }, update);
    }

    // ---- which call ------------------------------------------------------------------------------------------------

    /// <summary>
    /// Section 7: the call is <c>orig_callid</c>; a new one whose <c>by_callid</c> is an earlier leg's continues that leg's
    /// call. An attended transfer carries the first call's own id (point 6).
    /// </summary>
    private string Identify(string key, OneCloudRecord record)
    {
        if (!_calls.TryGet(key, out var callId))
        {
            callId = record.ByCallId is { } by && _calls.TryGet(by, out var earlier) ? earlier : key;
            _calls.Add(key, callId);
        }
        if (record.TermCallId is { } term)
            _calls.Add(term, callId);
        return callId;
    }

    private static void ReadParties(OneCloudRecord record, CallUpdate update, PbxCall? known)
    {
        // A later leg of the same call may be to somebody else; the call keeps whom it was meant for.
        update.HidesFrom = record.IsFromHidden;
        update.From = known?.From is null ? record.From : null;
        update.FromName = known?.FromName is null ? record.FromName : null;
        update.To = known?.To is null ? record.To : null;
        if (known is not null && known.Direction != PbxDirection.Unknown && !record.IsClickToDial)
            return;
        update.Direction = record.IsFromOutside && !record.IsClickToDial ? PbxDirection.Inbound
            : (record.IsToOutside && !record.IsForwarded) || IsOwnPhone(record) ? PbxDirection.Outbound
            : PbxDirection.Internal;
    }

    /// <summary>Whose voicemail box it is.</summary>
    private static string? BoxOf(OneCloudRecord record) =>
        record.TermExtension is { } box && !box.StartsWith("vmail", StringComparison.OrdinalIgnoreCase) ? box : record.DialledUser;

    /// <summary>Whose leg to the outside it is: of the extension that is forwarded there, when the caller is from outside as well.</summary>
    private string? ForwarderOf(OneCloudRecord record) => record.IsForwarded || record.IsFromOutside
        ? record.ByExtension ?? (_streams.IsExtension(record.DialledUser) ? record.DialledUser : null)
        : null;

    /// <summary>Point 7: agents' legs run under the caller's id, so the queue that the call came to is theirs, too.</summary>
    private string? FindQueue(OneCloudRecord record, PbxCall? known, PbxEvent pbxEvent)
    {
        if (_streams.IsQueue(record.TermExtension))
            return record.TermExtension;
        if (_streams.IsQueue(record.TermUser))
            return record.TermUser;
        if (known?.Queue is { } queue)
            return queue;
        if (_streams.IsQueue(record.DialledUser))
            return record.DialledUser;

        // Nothing in the record names the queue; but what is neither end's stream can only be the queue's.
        var isQueues = pbxEvent.Topic == OneCloudTopics.QueueCall
            || !(_streams.IsExtension(record.OrigExtension) || _streams.IsExtension(record.TermExtension) || _streams.IsExtension(record.ByExtension ?? record.DialledUser));
        return isQueues ? _streams.OnlyQueue : null;
    }

    /// <summary>Point 4: with click-to-dial the first leg is to the user's own phone, whose answer is not the other party's.</summary>
    private static bool IsOwnPhone(OneCloudRecord record) => record.IsClickToDial
        && record.TermExtension is { } own && record.DialledUser is { } dialled && own != dialled && record.TermUser != dialled;

    // ---- legs ------------------------------------------------------------------------------------------------------

    private void MoveLeg(OneCloudRecord record, PbxEvent pbxEvent, CallUpdate update, string key, PbxLegRole role, bool isFirst)
    {
        var caller = new LegUpdate(key, PbxLegRole.Caller, PbxCallState.Offered) { Extension = record.OrigExtension, Number = record.From };

        // A queue takes a call at once, so its first record may show the caller connected already; that is a set-up all the same.
        if (!record.IsOrigActive || (isFirst && role == PbxLegRole.System && !(record.WriteTime - record.StartTime > SetUp)))
            update.Add(caller);
        if (record.IsOrigActive)
            update.Add(new LegUpdate(key, PbxLegRole.Caller, PbxCallState.Answered) { Extension = record.OrigExtension, Number = record.From });
        if (pbxEvent.LegId is not { } legId)
            return;
        var memory = Remember(legId, record);
        memory.StartedProgressing |= record.IsOrigProgressing;

        // The events page's live test (section 7): the caller is connected and this leg still is not. A queue, a transfer and click-to-dial
        // look the same, but there the caller was connected before this leg began (points 4, 6 and 7).
        if (memory.StartedProgressing && record.IsOrigActive && !record.IsTermActive && !record.IsClickToDial && !record.IsToOutside)
            memory.IsElsewhere = true;
        PbxCallState? state = record.IsAnswered ? PbxCallState.Answered : record.IsTermAlerting ? PbxCallState.Ringing : null;
        if (role == PbxLegRole.Callee && state == PbxCallState.Answered && memory.IsElsewhere)
            memory.IsElsewhere = false;
        if (state != PbxCallState.Answered)
            memory.SeenUnansweredAt ??= pbxEvent.Time;
        update.Add(Leg(record, legId, role, state) with
        {
            Outcome = memory.IsElsewhere ? PbxOutcome.AnsweredElsewhere : null,
            AnsweredAt = state == PbxCallState.Answered ? AnswerTime(record, update.CallId, memory) : null,
        });
    }

    private void EndLeg(OneCloudRecord record, PbxEvent pbxEvent, CallUpdate update, PbxCall? known, PbxLegRole role)
    {
        var legId = pbxEvent.LegId;
        var leg = known?.Legs.FirstOrDefault(l => l.LegId == legId);
        if (legId is not null)
        {
            // A record that was missed: it was answered, and the closing record still says so.
            if (role == PbxLegRole.Callee && leg?.AnsweredAt is null && record.IsAnswered)
                update.Add(Leg(record, legId, role, PbxCallState.Answered) with { AnsweredAt = AnswerTime(record, update.CallId, Remember(legId, record)) });

            // The record tells of the whole leg. While the caller was not connected to anything, no other leg was answered either.
            update.Add(Leg(record, legId, role, PbxCallState.Ended) with
            {
                Outcome = Judge(record, known, leg, legId, role),
                IsUnanswered = role == PbxLegRole.Callee && !record.IsAnswered && !record.IsOrigActive,
            });
        }
        var goesOn = known is not null && known.Legs.Any(l => l.LegId != legId && l.Role != PbxLegRole.Caller && l.State != PbxCallState.Ended);
        if (role != PbxLegRole.System && IsPassedOn(record, legId))
        {
            update.IsTransfer = true;
            if (!goesOn)
            {
                update.KeepsOpen = true;
                _passedOn[update.CallId] = pbxEvent;
                _transferTimers.Set(update.CallId, TransferGrace);
            }
        }
        else if (!goesOn)
        {
            EndCallerLegs(update, known);
        }

        // Leaving a queue for no named reason, with nobody having answered: the caller gave up.
        if (role == PbxLegRole.System && !record.IsVoicemail && record.ByAction is null)
            update.OutcomeIfUnanswered = PbxOutcome.Abandoned;
    }

    /// <summary>The rows of section 7 in their order, for a leg that is gone.</summary>
    private PbxOutcome? Judge(OneCloudRecord record, PbxCall? known, PbxLeg? leg, string legId, PbxLegRole role)
    {
        if (role == PbxLegRole.System)
            return record.IsVoicemail ? PbxOutcome.Voicemail : null;
        if (IsPassedOn(record, legId))
            return PbxOutcome.Transferred;
        if (record.IsAnswered || leg?.AnsweredAt is not null)
            return PbxOutcome.Answered;
        var memory = Remember(legId, record);
        if (memory.IsElsewhere || IsSisterAnswered(known, legId)
            || (memory.StartedProgressing && record.IsOrigActive && !record.IsClickToDial && !record.IsToOutside))
        {
            return PbxOutcome.AnsweredElsewhere;
        }
        if (record.IsToOutside && !record.IsFromOutside && !record.IsForwarded)
            return PbxOutcome.Failed;

        // To the one a call was passed on to, the answer of the one before is no sister's.
        return memory.IsMadeByTransfer || known?.State == PbxCallState.Transferred ? PbxOutcome.Missed : null;
    }

    /// <summary>
    /// Passed on by its party. A leg that a transfer has made carries that transfer's word to its end, which says where it
    /// came from and not that it goes on to another one (point 6).
    /// </summary>
    private bool IsPassedOn(OneCloudRecord record, string? legId) => record.IsTransfer
        && !(legId is not null && _legs.TryGet(legId, out var memory) && memory.IsMadeByTransfer
            && (memory.ByAction, memory.ByCallId) == (record.ByAction, record.ByCallId));

    private static bool IsSisterAnswered(PbxCall? known, string legId) => known is not null && known.Legs.Any(l =>
        l.LegId != legId && l.Role == PbxLegRole.Callee && l.AnsweredAt is not null && l.State != PbxCallState.Ended);

    private static LegUpdate Leg(OneCloudRecord record, string legId, PbxLegRole role, PbxCallState? state) => new(legId, role, state)
    {
        Extension = role == PbxLegRole.System ? null : record.TermExtension,
        Number = record.TermNumber,
    };

    /// <summary>When the leg was answered. Of a leg that was seen to ring later, the record's time is the queue's or the menu's.</summary>
    private DateTimeOffset? AnswerTime(OneCloudRecord record, string callId, LegMemory memory) =>
        _times.IsPlatforms(callId) && !(record.AnswerTime < memory.SeenUnansweredAt) ? record.AnswerTime : null;

    private static void EndCallerLegs(CallUpdate update, PbxCall? known)
    {
        foreach (var leg in known?.Legs ?? [])
        {
            if (leg.Role == PbxLegRole.Caller && leg.State != PbxCallState.Ended)
                update.Add(new LegUpdate(leg.LegId, PbxLegRole.Caller, PbxCallState.Ended));
        }
    }

    private LegMemory Remember(string legId, OneCloudRecord record)
    {
        if (_legs.TryGet(legId, out var memory))
            return memory;
        memory = new LegMemory { ByAction = record.ByAction, ByCallId = record.ByCallId, IsMadeByTransfer = record.IsTransfer && !record.IsRemoved };
        _legs.Add(legId, memory);
        return memory;
    }

    /// <summary>What earlier records of a leg showed and the tracker does not keep.</summary>
    private sealed class LegMemory
    {
        /// <summary>The caller was not connected yet when this leg began.</summary>
        public bool StartedProgressing { get; set; }

        /// <summary>The caller was connected to another leg while this one rang.</summary>
        public bool IsElsewhere { get; set; }

        /// <summary>When a record first showed the leg without an answer; null when none did.</summary>
        public DateTimeOffset? SeenUnansweredAt { get; set; }

        /// <summary>The leg was made by passing a call on.</summary>
        public bool IsMadeByTransfer { get; init; }

        /// <summary>Why the leg was made; null when for no named reason.</summary>
        public string? ByAction { get; init; }

        /// <summary>The leg that caused it; null when none did.</summary>
        public string? ByCallId { get; init; }
    }
}
