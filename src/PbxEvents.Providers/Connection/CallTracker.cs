using PbxEvents.Providers.Connection.Keeping;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Joins what events say about legs into calls. The rules are the same for all platforms; what differs stands in the
/// sessions, which translate their frames into <see cref="CallUpdate"/>. Written on the loop; the calls may be read anywhere.
/// </summary>
/// <param name="connection">The connection's name.</param>
/// <param name="provider">The platform.</param>
/// <param name="endedKept">How many ended calls are kept for <c>Get-PbxCall</c> and to recognise late frames.</param>
/// <param name="names">The names of extensions and queues.</param>
internal sealed class CallTracker(string connection, string provider, int endedKept, NameBook names)
{
    /// <summary>Events are most of a call's memory, so only the ended calls that are looked at most, the youngest, keep theirs.</summary>
    private const int EndedWithEvents = 1000;

    /// <summary>How many calls in progress are kept for the next process.</summary>
    private const int MaxOpenKept = 5000;

    /// <summary>One whose first word is that a phone rings rang so long at most when events came in again.</summary>
    private static readonly TimeSpan LongestRing = TimeSpan.FromMinutes(5);

    /// <summary>So long after the end of a call that its record told, live words of it may still be on their way. Ids do not come back so soon.</summary>
    private static readonly TimeSpan LateWords = TimeSpan.FromMinutes(5);

    private readonly object _gate = new();
    private readonly Dictionary<string, TrackedCall> _calls = new(StringComparer.Ordinal);
    private readonly Queue<TrackedCall> _ended = new();
    private readonly Queue<TrackedCall> _endedWithEvents = new();
    private readonly long[] _endedCount = new long[(int)PbxOutcome.Unknown + 1];
    private AtomicTime _droppedUntil;

    /// <summary>When events came in again after the last gap, or the end of time within one: calls that began before may have parts that were not seen.</summary>
    private DateTimeOffset? _beganBefore;

    /// <summary>The same after the last gap that hid something.</summary>
    private DateTimeOffset? _heardSince;

    /// <summary>The calls that were told as ended, by this process or the one before it. Loop only.</summary>
    public ToldCalls Told { get; } = new();

    /// <summary>Grows with each word about a call. Loop only.</summary>
    public long Changes { get; private set; }

    /// <summary>Runs on the loop when a call has ended; null for nobody who wants to know.</summary>
    public Action? CallEnded { get; set; }

    /// <summary>
    /// True when the records of calls can be asked for: then the end of a call that a gap hid a part of is held back, until its record
    /// tells it (<see cref="HeldEnds"/>). Null for never. Loop only.
    /// </summary>
    public Func<bool>? CanHold { get; set; }

    /// <summary>Runs on the loop when the end of a call is held back.</summary>
    public Action<string>? EndHeld { get; set; }

    /// <summary>The latest end of the ended calls that are no longer kept; null while all are. Any thread.</summary>
    public DateTimeOffset? DroppedUntil => _droppedUntil.Value;

    /// <summary>How many calls were reported as ended with an outcome. One that is corrected later stays where it was. Any thread.</summary>
    public long CountEnded(PbxOutcome outcome) => Interlocked.Read(ref _endedCount[(int)outcome]);

    /// <summary>The calls in progress and the recently ended ones, in the order they were first seen.</summary>
    public IReadOnlyList<PbxCall> GetCalls()
    {
        TrackedCall[] calls;
        lock (_gate)
            calls = [.. _calls.Values.Where(c => !c.IsOnlyEnd)];

        // Sorting very many takes a while, in which the loop must not wait.
        return calls.Select(c => c.Call).OrderBy(c => c.StartedAt).ToArray();
    }

    /// <summary>The call of that id as it stands; null when none is known. Loop only.</summary>
    public PbxCall? Find(string callId) => _calls.TryGetValue(VisibleText.OfValue(callId), out var tracked) ? tracked.Call : null;

    /// <summary>The calls whose end is held back. Loop only.</summary>
    public IReadOnlyList<string> HeldCalls() => [.. _calls.Values.Where(c => c.Held is not null).Select(c => c.Call.CallId)];

    /// <summary>The end of a call that is held back; null when none is. Loop only.</summary>
    public HeldEnd? HeldEndOf(string callId) => _calls.TryGetValue(callId, out var tracked) ? tracked.Held : null;

    /// <summary>The record of a call was asked for in vain: its next end counts. Loop only.</summary>
    public void Release(string callId) => _calls[callId].Release();

    /// <summary>Nothing was seen of a call but an end that says nothing of it. Loop only.</summary>
    public void Forget(string callId)
    {
        lock (_gate)
            _calls.Remove(callId);
    }

    /// <summary>Applies an update and completes the event with the state, the outcome and the call.</summary>
    public void Apply(PbxEvent pbxEvent, CallUpdate update)
    {
        pbxEvent.CallId ??= update.CallId;
        Changes++;
        var canHold = CanHold?.Invoke() == true;
        if (!_calls.TryGetValue(update.CallId, out var tracked) || (tracked.IsEnded && !update.IsCorrection && !pbxEvent.Synthesized && IsStart(tracked, update, pbxEvent)))
        {
            var (hasBegunInGap, mayHaveBegunInGap) = LookForBegin(pbxEvent, update);
            var isKnowable = IsKnowable(update);
            var canBeRead = mayHaveBegunInGap && canHold;
            if (update.IsCorrection || !(isKnowable || canBeRead) || (tracked is null && IsOnlyEnd(update) && Told.Contains(update.CallId)))
            {
                // The end of a call whose life was not seen, and of which no record is asked for: nobody can say how it went. Or one that
                // was told long ago.
                pbxEvent.CallState = PbxCallState.Ended;
                return;
            }
            Told.Forget(update.CallId);
            tracked = new TrackedCall(new PbxCall
            {
                CallId = update.CallId,
                Connection = connection,
                Provider = provider,
                StartedAt = update.StartedAt ?? pbxEvent.Time,
            }, names)
            {
                IsHalfSeen = hasBegunInGap,
                MayHaveBegunInGap = mayHaveBegunInGap,
                IsOnlyEnd = true,
            };
            lock (_gate)
                _calls[update.CallId] = tracked;
        }

        if (tracked.IsEnded && update.IsCorrection)
        {
            pbxEvent.IsCallNews = tracked.Apply(update, pbxEvent);
        }
        else if (tracked.IsEnded)
        {
            // A double, or a late word about a call that is over: its end stands.
            tracked.Call = tracked.Call with { Events = tracked.History.Add(pbxEvent) };
            pbxEvent.IsCallNews = false;
        }
        else
        {
            var heldBefore = tracked.Held;
            tracked.IsOnlyEnd &= !IsKnowable(update);
            pbxEvent.IsCallNews = tracked.Apply(update, pbxEvent, canHold) && !update.IsSnapshot;
            if (tracked.IsEnded)
                KeepEnded(tracked, pbxEvent);
            else if (tracked.Held is { } held && held != heldBefore)
                EndHeld?.Invoke(update.CallId);
        }
        if (tracked.IsOnlyEnd && !tracked.IsEnded)
        {
            pbxEvent.CallState = PbxCallState.Ended;
            pbxEvent.IsCallNews = false;
            return;
        }
        pbxEvent.CallState = tracked.Call.State;
        pbxEvent.Outcome = tracked.Call.Outcome;
        pbxEvent.From ??= tracked.Call.From;
        pbxEvent.To ??= tracked.Call.To;
        pbxEvent.ExtensionName ??= tracked.NameOf(pbxEvent.Extension);
        pbxEvent.Call = tracked.Call;
    }

    /// <summary>Whether a call of which this is the first word began in a gap: for sure, as far as can be seen; or perhaps, if the word is not of its beginning.</summary>
    private (bool Surely, bool Perhaps) LookForBegin(PbxEvent pbxEvent, CallUpdate update)
    {
        if (_beganBefore is not { } heard || update.IsRecord)
            return (false, false);
        if (update.StartedAt is { } start)
            return (start <= heard, start <= heard);
        var since = pbxEvent.ReceivedUtc - heard;

        // A caller who is through to somebody or something already may have been so for long.
        var showsBegin = !pbxEvent.Synthesized && update.Legs.Any(l => l.Role == PbxLegRole.Caller && l.State is not (PbxCallState.Answered or PbxCallState.Held));
        return (!showsBegin && since < LongestRing, since < RecordReader.LongestCall);
    }

    /// <summary>The calls in progress, for the next process; of very many the youngest. Loop only.</summary>
    public IReadOnlyList<KeptCall> KeepOpen() =>
        [.. _calls.Values.Where(c => !c.IsEnded).OrderByDescending(c => c.Call.StartedAt).Take(MaxOpenKept).Select(c => c.Keep())];

    /// <summary>Goes on where an earlier process stopped. Before the first event; loop only.</summary>
    public void Restore(KeptState state)
    {
        _beganBefore = DateTimeOffset.MaxValue;
        foreach (var (id, at) in state.Told)
            Told.Add(id, at);
        lock (_gate)
        {
            foreach (var kept in state.Open)
                _calls[kept.CallId] = TrackedCall.Of(kept, connection, provider, names);
        }
    }

    /// <summary>The link is gone: from now on things may happen to the calls in progress that nobody sees. Loop only.</summary>
    public void LoseSight()
    {
        _beganBefore = DateTimeOffset.MaxValue;
        foreach (var tracked in _calls.Values)
        {
            if (!tracked.IsEnded)
                tracked.LoseSight();
        }
    }

    /// <summary>Events come in again, and what was missed is not delivered. Loop only.</summary>
    public void HearAgain(DateTimeOffset now) => _beganBefore = _heardSince = now;

    /// <summary>The platform has delivered what was missed. Loop only.</summary>
    public void RegainSight()
    {
        _beganBefore = _heardSince;
        foreach (var tracked in _calls.Values)
        {
            if (!tracked.IsEnded)
                tracked.RegainSight();
        }
    }

    /// <summary>The calls in progress that no event has spoken of since a moment.</summary>
    public IReadOnlyList<PbxCall> FindSilent(DateTimeOffset since)
    {
        lock (_gate)
            return _calls.Values.Where(c => !c.IsEnded && c.LastEventAt < since).Select(c => c.Call).ToArray();
    }

    /// <summary>
    /// A platform may use a call id again: a set-up, or a leg that nobody knows and that rings, on a call that is over, is
    /// another call. A known leg that rings is only a late frame, and an answer to a question after a gap is of the call that was asked for.
    /// </summary>
    private static bool IsStart(TrackedCall tracked, CallUpdate update, PbxEvent pbxEvent)
    {
        if (update.IsEnd)
            return false;

        // A record knows the call, and not the legs by which live words would be known again.
        if (tracked.Call is { Origin: PbxCallOrigin.Record, EndedAt: { } end } && pbxEvent.ReceivedUtc - end < LateWords)
            return false;
        if (update.State is PbxCallState.Offered or PbxCallState.Ringing)
            return true;
        foreach (var leg in update.Legs)
        {
            if (leg.State is PbxCallState.Offered || (leg.State is PbxCallState.Ringing && !tracked.Knows(leg.LegId)))
                return true;
        }
        return false;
    }

    private static bool IsOnlyEnd(CallUpdate update)
    {
        if (update.IsEnd)
            return true;
        foreach (var leg in update.Legs)
        {
            if (leg.State is not (null or PbxCallState.Ended))
                return false;
        }
        return update.State is null;
    }

    private static bool IsKnowable(CallUpdate update)
    {
        // A final record is of a call, also when it has no word for how the call went.
        if (update.IsEnd)
            return update.Outcome is not null || update.StartedAt is not null;
        if (update.Legs.Count == 0 || update.State is not null)
            return true;
        foreach (var leg in update.Legs)
        {
            if (leg.State is not PbxCallState.Ended || leg.Outcome is not null || leg.AnsweredAt is not null || leg.IsUnanswered)
                return true;
        }
        return false;
    }

    private void KeepEnded(TrackedCall tracked, PbxEvent pbxEvent)
    {
        Told.Add(tracked.Call.CallId, pbxEvent.ReceivedUtc);
        Interlocked.Increment(ref _endedCount[(int)(tracked.Call.Outcome ?? PbxOutcome.Unknown)]);
        CallEnded?.Invoke();
        _endedWithEvents.Enqueue(tracked);
        if (_endedWithEvents.Count > EndedWithEvents)
            _endedWithEvents.Dequeue().DropEvents();
        _ended.Enqueue(tracked);
        if (_ended.Count <= endedKept)
            return;
        var oldest = _ended.Dequeue();
        if (oldest.Call.EndedAt is { } end && !(end <= DroppedUntil))
            _droppedUntil.Value = end;
        lock (_gate)
        {
            // The id may belong to another call by now.
            if (_calls.TryGetValue(oldest.Call.CallId, out var current) && ReferenceEquals(current, oldest))
                _calls.Remove(oldest.Call.CallId);
        }
    }
}
