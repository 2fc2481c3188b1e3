using PbxEvents.Providers.Connection;

namespace PbxEvents.Journal;

/// <summary>
/// One connection's events on their way into a journal: a cursor of its own on the connection's log, so that it never holds up the
/// connection. Writer's thread only, but for what others wait for.
/// </summary>
/// <param name="stream">The connection.</param>
/// <param name="after">The last event that is not to be kept; 0 to keep all.</param>
internal sealed class KeptEvents(KeptStream stream, long after) : IEventKeeping
{
    /// <summary>More than a busy PBX has at once; of an older call the later events are kept without the earlier ones.</summary>
    private const int MaxCalls = 50_000;

    private readonly EventCursor _cursor = stream.Log.OpenCursor(after);
    private readonly Dictionary<string, (long First, long Seq)> _calls = new(StringComparer.Ordinal);
    private readonly Queue<string> _callOrder = new();
    private readonly List<(long Sequence, TaskCompletionSource<bool> Waiter)> _waiters = [];
    private readonly object _gate = new();
    private DateTimeOffset _lastReadAt = stream.Clock.GetUtcNow();
    private volatile UnkeptTime? _unkept;
    private long _kept = after;
    private bool _isOver;
    private Task _more = Task.CompletedTask;
    private IJournalStore? _store;
    private long _run;
    private PbxEvent? _unread;

    /// <summary>What it is of.</summary>
    public KeptStream Stream => stream;

    /// <summary>The events after this one are not wanted any more.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>True when everything that can come has been read.</summary>
    public bool IsRead => _unread is null && (_cursor.Position >= Limit || (stream.Log.IsComplete && _cursor.Position >= stream.Log.Head));

    /// <summary>How many events have come that are not kept yet. Any thread.</summary>
    public long Behind => Math.Max(0, stream.Log.Head - Volatile.Read(ref _kept));

    /// <inheritdoc/>
    public UnkeptTime? Unkept => _unkept;

    /// <inheritdoc/>
    public Task<bool> KeptAsync(long sequence, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_kept >= sequence || _isOver)
                return Task.FromResult(_kept >= sequence);
            var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((sequence, waiter));
            return waiter.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes the next event, if there is one. What the reader lost before it comes first, as an event.</summary>
    public PbxEvent? TryRead()
    {
        if (_unread is { } next)
        {
            _unread = null;
            return next;
        }
        if (_cursor.Position >= Limit || !_cursor.TryRead(out var pbxEvent, out var gap))
            return null;
        var before = _lastReadAt;
        _lastReadAt = pbxEvent!.ReceivedUtc;
        if (gap is null)
            return pbxEvent;
        _unkept = new UnkeptTime(_unkept?.From ?? before, stream.Clock.GetUtcNow());
        _unread = pbxEvent;
        return Tell(gap);
    }

    /// <summary>A gap as an event that only the journal has.</summary>
    public PbxEvent Tell(PbxGap gap) => new()
    {
        Connection = stream.Connection,
        Provider = stream.Provider,
        Category = PbxCategory.Connection,
        Name = "Gap",
        Synthesized = true,
        ReceivedAt = gap.To,
        Time = gap.To,
        Gap = gap,
    };

    /// <summary>The event as the store is to keep it.</summary>
    public EventRecord ToRecord(PbxEvent e, IJournalStore store, long seq)
    {
        if (!ReferenceEquals(store, _store))
        {
            _run = store.BeginRun(stream.Connection, stream.Provider, e.ReceivedUtc);
            _calls.Clear();
            _callOrder.Clear();
            _store = store;
        }
        return EventMapping.ToRecord(e, seq, _run, e.Call is null ? null : FirstOf(e, e.Call, seq), stream.Mask);
    }

    /// <summary>All that was read is kept.</summary>
    public void Committed()
    {
        lock (_gate)
        {
            _kept = _cursor.Position - (_unread is null ? 0 : 1);
            _waiters.RemoveAll(w => w.Sequence <= _kept && w.Waiter.TrySetResult(true));
        }
    }

    /// <summary>Nothing more is kept.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            foreach (var (_, waiter) in _waiters)
                waiter.TrySetResult(false);
            _waiters.Clear();
        }
    }

    /// <summary>Does something, once, when there may be more to read.</summary>
    public void WhenMore(Action ring)
    {
        if (!_more.IsCompleted)
            return;
        _more = stream.Log.WaitAsync(_cursor.Position, CancellationToken.None);
        _ = _more.ContinueWith((_, r) => ((Action)r!)(), ring, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>An id may come again for another call, whose first event then is another one.</summary>
    private long FirstOf(PbxEvent e, PbxCall call, long seq)
    {
        var first = call.Events.Count > 0 ? call.Events[0].Sequence : e.Sequence;
        if (_calls.TryGetValue(call.CallId, out var known))
        {
            if (known.First == first)
                return known.Seq;
        }
        else
        {
            _callOrder.Enqueue(call.CallId);
            if (_callOrder.Count > MaxCalls)
                _calls.Remove(_callOrder.Dequeue());
        }
        _calls[call.CallId] = (first, seq);
        return seq;
    }
}
