using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// The ends of calls that a gap hid a part of. Only its record tells how such a call went, so its end is held back while the record is
/// asked for: at the moments at which late records are known to come, counted from the end. When none comes by the last of them, the call
/// ends with what was seen. Nothing else waits for it. While there is no link nothing is asked, and the time does not count. Loop only.
/// </summary>
internal sealed class HeldEnds
{
    /// <summary>
    /// Records have whole seconds. One that ends earlier than the call by more is of a first part of it: it counts when no later one comes.
    /// </summary>
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(5);

    private readonly ConnectionSupervisor _connection;
    private readonly SessionTimer _timer;
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly CallUpdate _update = new();
    private bool _isRunning;
    private bool _isAsking;

    /// <summary>One reading serves all that are due: where many calls end after a gap, they wait for each other rather than ask one by one.</summary>
    private DateTimeOffset _restUntil;

    /// <param name="connection">The connection.</param>
    public HeldEnds(ConnectionSupervisor connection)
    {
        _connection = connection;
        _timer = connection.Timers.New(Ask);
    }

    private CallTracker Calls => _connection.Pipeline.Calls;

    private DateTimeOffset Now => _connection.Pipeline.Now;

    private RecordReader Reader => _connection.Driver.Records!;

    /// <summary>The tracker holds the end of a call back.</summary>
    public void Hold(string callId)
    {
        _waiting[callId] = new Waiting(Now);
        Schedule();
    }

    /// <summary>The time does not count from here on.</summary>
    public void Pause()
    {
        _isRunning = false;
        _timer.Cancel();
    }

    /// <summary>Somebody listens, over a link: the time counts from here, also for what an earlier process left.</summary>
    public void Resume()
    {
        if (_isRunning)
            return;
        _isRunning = true;
        foreach (var callId in Calls.HeldCalls())
            _waiting[callId] = new Waiting(Now);
        Schedule();
    }

    /// <summary>Tells the end of a call that is held, if this is its record.</summary>
    /// <param name="record">A record.</param>
    /// <param name="known">The call that it is of.</param>
    /// <returns>True when it was told.</returns>
    public bool Take(CallRecord record, PbxCall known)
    {
        if (Calls.HeldEndOf(known.CallId) is not { } end)
            return false;
        if (end.EndedAt is { } at && record.EndedAt < at - Blur)
        {
            if (_waiting.TryGetValue(known.CallId, out var waiting) && !(waiting.Part?.EndedAt > record.EndedAt))
                waiting.Part = record;
            return false;
        }
        return Tell(record, known);
    }

    /// <summary>Ends all of them with what was seen: no record can be had any more.</summary>
    public void ReleaseAll()
    {
        foreach (var callId in Calls.HeldCalls())
            Release(callId, _waiting.GetValueOrDefault(callId));
        _waiting.Clear();
    }

    private void Schedule()
    {
        if (!_connection.Records.CanAsk)
            ReleaseAll();
        if (!_isRunning || _isAsking || _waiting.Count == 0)
            return;
        var next = _waiting.Values.Min(DueAt);
        var wait = (next > _restUntil ? next : _restUntil) - Now;
        _timer.Set(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    private DateTimeOffset DueAt(Waiting waiting) => waiting.Since + Reader.Asks[waiting.Asked];

    private void Ask()
    {
        if (_isAsking || !_isRunning || _connection.IsOver)
            return;
        foreach (var callId in _waiting.Keys.Where(id => Calls.HeldEndOf(id) is null).ToArray())
            _waiting.Remove(callId);
        var due = _waiting.Where(w => DueAt(w.Value) <= Now).ToArray();
        if (due.Length == 0 || !_connection.Records.CanAsk)
        {
            Schedule();
            return;
        }
        _isAsking = true;
        var since = due.Min(w => Calls.HeldEndOf(w.Key)!.LookSince) - Reader.Overlap;
        var earliest = Now - _connection.Options.HistoryLimit;
        var (from, to) = (since > earliest ? since : earliest, Now + Reader.Overlap);
        _connection.Activity.Write($"Requesting the call records of {due.Length} calls that were partly hidden by a gap.");
        _connection.Records.Run(async cancellationToken =>
        {
            await _connection.Records.ReadAsync(from, to, Take, cancellationToken).ConfigureAwait(false);
            _connection.Post(() => Asked(due));
        });
    }

    private void Take(CallRecord record)
    {
        foreach (var id in record.OtherIds.Prepend(record.Update.CallId))
        {
            if (Calls.Find(id) is { } known && Take(record, known))
                return;
        }
    }

    private void Asked(IEnumerable<KeyValuePair<string, Waiting>> asked)
    {
        _isAsking = false;
        _restUntil = Now + Reader.Asks[0];
        if (_connection.IsOver)
            return;
        foreach (var (callId, waiting) in asked)
        {
            // Since then it may have been told, or have gone on, or begun to wait anew.
            if (!_waiting.TryGetValue(callId, out var current) || current != waiting)
                continue;
            if (Calls.HeldEndOf(callId) is not null && ++waiting.Asked < Reader.Asks.Count)
                continue;
            _waiting.Remove(callId);
            Release(callId, waiting);
        }
        Schedule();
    }

    private bool Tell(CallRecord record, PbxCall known)
    {
        if (Calls.HeldEndOf(known.CallId) is { IsAll: true })
        {
            Calls.Forget(known.CallId);
            if (!_connection.Gaps.IsWanted(record))
                return true;
        }
        record.Update.Rename(known.CallId);
        record.Update.ReplacesCallees = true;
        _connection.Pipeline.Emit(record.ToEvent(Reader.Topic), record.Update);
        return true;
    }

    /// <summary>No record came: the call ends with what was seen, if anything was.</summary>
    private void Release(string callId, Waiting? waiting)
    {
        if (Calls.HeldEndOf(callId) is not { } end || Calls.Find(callId) is not { } known)
            return;
        if (waiting?.Part is { } part)
        {
            Tell(part, known);
            return;
        }
        if (end.IsAll)
        {
            Calls.Forget(callId);
            return;
        }
        _connection.Activity.Write($"The call {callId}, which was partly hidden by a gap, ends with what was seen of it: no record came.");
        Calls.Release(callId);
        _update.Reset(callId).IsEnd = true;
        (_update.Outcome, _update.EndedAt) = (end.Outcome, end.EndedAt);
        _connection.Pipeline.Emit(new PbxEvent
        {
            Category = PbxCategory.Call,
            Name = "CallEnded",
            Topic = _connection.Driver.Records?.Topic,
            Extension = known.Extension,
            Queue = known.Queue,
            Time = end.At,
            Synthesized = true,
            Payload = "{\"detail\":\"The call was partly hidden by a gap, and no record of it came: it ends with what was seen.\"}"u8.ToArray(),
        }, _update);
    }

    /// <param name="since">From when the time counts.</param>
    private sealed class Waiting(DateTimeOffset since)
    {
        public DateTimeOffset Since => since;

        /// <summary>How often its record was asked for.</summary>
        public int Asked { get; set; }

        /// <summary>The latest record of it that ends before it did; null for none.</summary>
        public CallRecord? Part { get; set; }
    }
}

/// <summary>The end of a call that is held back. Immutable.</summary>
internal sealed record HeldEnd
{
    /// <summary>When it was told, by the event's time.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>When the call ended; null when it was only found over.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Since when it may have ended.</summary>
    public DateTimeOffset LookSince { get; init; }

    /// <summary>How it went, by the word that ended it; null to go by what else was seen.</summary>
    public PbxOutcome? Outcome { get; init; }

    /// <summary>True when nothing of the call was seen but this.</summary>
    public bool IsAll { get; init; }
}
