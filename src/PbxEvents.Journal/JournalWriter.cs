using PbxEvents.Providers.Connection;

namespace PbxEvents.Journal;

/// <summary>
/// Writes the events of connections into a store, on a thread of its own. It takes what is there, at most a thousand, commits, and looks
/// again: one event at a time while little happens, groups by themselves when much does. While the store takes nothing it tries again
/// each second; the connections' logs hold what comes, and what falls out of them is told as a gap.
/// </summary>
internal sealed class JournalWriter
{
    private const int MaxBatch = 1000;
    private const int MaxBatchBytes = 16 << 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleTrim = TimeSpan.FromMinutes(1);

    private readonly JournalOptions _options;
    private readonly FileGround _ground;
    private readonly Func<IJournalStore> _reopen;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly List<KeptEvents> _streams = [];
    private readonly List<(KeptEvents Stream, PbxEvent Event)> _batch = new(MaxBatch);
    private readonly List<EventRecord> _records = new(MaxBatch);

    /// <summary>Null after a damaged file was closed, until a new one has taken its place.</summary>
    private IJournalStore? _store;
    private DateTimeOffset? _oldest;
    private PbxException? _loss;

    /// <summary>What was set aside, until a new file has taken its place.</summary>
    private PbxException? _replaced;
    private volatile PbxException? _lastError;
    private volatile bool _isStopping;
    private bool _hasWarned;
    private bool _isRung;
    private long _newest;
    private volatile int _replacements;
    private TaskCompletionSource? _more;
    private long _lookedAt;
    private int _turn;

    /// <param name="options">The journal.</param>
    /// <param name="ground">Where its file is.</param>
    /// <param name="store">Its store, which is closed with the writer.</param>
    /// <param name="reopen">Opens it again when its file was damaged or taken away.</param>
    /// <param name="oldest">When its oldest event arrived.</param>
    /// <param name="loss">What was lost when it was opened; null for nothing.</param>
    public JournalWriter(JournalOptions options, FileGround ground, IJournalStore store, Func<IJournalStore> reopen, DateTimeOffset? oldest, PbxException? loss)
    {
        (_options, _ground, _store, _reopen, _oldest, _loss) = (options, ground, store, reopen, oldest, loss);
        _newest = store.Newest;
        _thread = new Thread(Run) { IsBackground = true, Name = $"PbxEvents journal {options.Name}" };
        _thread.Start();
    }

    /// <summary>Why the last try to keep events failed; null when it did not.</summary>
    public PbxException? LastError => _lastError;

    /// <summary>The connections whose events it keeps.</summary>
    public IReadOnlyList<string> Connections => [.. Streams().Select(s => s.Stream.Connection)];

    /// <summary>How many events have come that are not kept yet.</summary>
    public long Behind
    {
        get
        {
            lock (_gate)
                return _streams.Sum(s => s.Behind);
        }
    }

    /// <summary>The number of the newest event that is kept.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>How often a new file took the place of one that was damaged or gone: then numbers begin anew.</summary>
    public int Replacements => _replacements;

    /// <summary>Waits until there are events after a number.</summary>
    public Task MoreAsync(long after, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _newest > after ? Task.CompletedTask
                : (_more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Keeps the events of one more connection.</summary>
    public KeptEvents Add(KeptStream stream)
    {
        // A connection that opens with the journal is kept from its first event on.
        var kept = new KeptEvents(stream, 0);
        lock (_gate)
        {
            if (_isStopping)
                kept.End();
            else
                _streams.Add(kept);
        }
        Ring();
        return kept;
    }

    /// <summary>Keeps what has come, and ends.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <returns>How many events could not be kept.</returns>
    public long Stop(TimeSpan limit)
    {
        lock (_gate)
        {
            foreach (var stream in _streams)
                stream.Limit = stream.Stream.Log.Head;
            _isStopping = true;
        }
        Ring();
        var isDone = _thread.Join(limit);
        lock (_gate)
        {
            var lost = _streams.Sum(s => s.Behind);
            foreach (var stream in _streams)
                stream.End();
            return isDone && _lastError is null ? 0 : lost;
        }
    }

    /// <summary>Tells those whose events it keeps.</summary>
    public void Warn(PbxException problem)
    {
        foreach (var stream in Streams())
            stream.Stream.Warn(problem);
    }

    private void Run()
    {
        while (true)
        {
            LetGo();
            Collect();
            if (_batch.Count > 0)
            {
                if (Try(Commit))
                    Settle();
                else if (_isStopping)
                    break;
                else
                    WaitForRing(Pause);
                continue;
            }
            if (_isStopping)
                break;
            var dropped = 0;
            if (Try(() => dropped = Trim()) && dropped > 0)
                continue;
            foreach (var stream in Streams())
                stream.WhenMore(Ring);
            WaitForRing(IdleTrim);
        }
        _store?.Dispose();
    }

    private void Ring()
    {
        lock (_gate)
        {
            _isRung = true;
            Monitor.Pulse(_gate);
        }
    }

    private void WaitForRing(TimeSpan limit)
    {
        lock (_gate)
        {
            if (!_isRung)
                Monitor.Wait(_gate, limit);
            _isRung = false;
        }
    }

    private KeptEvents[] Streams()
    {
        lock (_gate)
            return [.. _streams];
    }

    private void Collect()
    {
        var streams = Streams();
        var bytes = _batch.Sum(b => b.Event.Payload.Length);
        for (var i = 0; i < streams.Length && bytes < MaxBatchBytes; i++)
        {
            var stream = streams[(_turn + i) % streams.Length];
            while (_batch.Count < MaxBatch && bytes < MaxBatchBytes && stream.TryRead() is { } pbxEvent)
            {
                _batch.Add((stream, pbxEvent));
                bytes += pbxEvent.Payload.Length;
            }
        }
        _turn++;
    }

    private void Commit()
    {
        if (Environment.TickCount64 - _lookedAt > Pause.TotalMilliseconds)
        {
            // A system that lets go of a file that is open would let us write into nothing.
            _lookedAt = Environment.TickCount64;
            if (!_ground.IsThere)
                Replace();
        }
        if (_store is null)
            Replace();
        if (_loss is { } loss)
        {
            TellLoss(loss);
            _loss = null;
        }
        _records.Clear();
        foreach (var (stream, pbxEvent) in _batch)
            _records.Add(stream.ToRecord(pbxEvent, _store!, _store!.Newest + _records.Count + 1));
        _store!.Append(_records);
        _records.Clear();
    }

    private void Settle()
    {
        _oldest ??= _batch[0].Event.ReceivedUtc;
        lock (_gate)
        {
            _newest = _store!.Newest;
            _more?.TrySetResult();
            _more = null;
        }
        _batch.Clear();
        foreach (var stream in Streams())
            stream.Committed();
        Try(() => Trim());
    }

    /// <summary>Connections that have ended, and of which all is kept.</summary>
    private void LetGo()
    {
        foreach (var stream in Streams().Where(s => s.IsRead && !_batch.Exists(b => b.Stream == s)))
        {
            stream.End();
            lock (_gate)
                _streams.Remove(stream);
        }
    }

    private int Trim() => _store is null ? 0 : _store.Trim((_options.Clock.GetUtcNow() - _options.MaxAge).UtcTicks, _options.MaxSize);

    /// <returns>False when it failed, which has been told.</returns>
    private bool Try(Action action)
    {
        try
        {
            try
            {
                action();
            }
            catch (PbxException e) when (e.Kind == PbxErrorKind.JournalDamaged && !IsWhole())
            {
                Replace();
                action();
            }
            (_lastError, _hasWarned) = (null, false);
            return true;
        }
        catch (Exception e)
        {
            var fault = e as PbxException ?? JournalFaults.Failed(_options.Path, e.Message, e);
            _lastError = fault;
            if (!_hasWarned)
                Warn(fault);
            _hasWarned = true;
            return false;
        }
    }

    private bool IsWhole()
    {
        try
        {
            return _store?.IsWhole() != false;
        }
        catch (PbxException)
        {
            return false;
        }
    }

    /// <summary>Begins a new file in the place of one that is damaged or gone.</summary>
    private void Replace()
    {
        if (_replaced is null)
        {
            _store?.Dispose();
            _store = null;
            _replaced = JournalFaults.SetAside(_options.Path, _ground.SetAside());
        }
        _store = _reopen();
        _replacements++;
        var loss = _replaced;
        _replaced = null;
        TellLoss(loss);
        Warn(loss);
    }

    /// <summary>The new file begins with what the old one had.</summary>
    private void TellLoss(PbxException loss)
    {
        var now = _options.Clock.GetLocalNow();
        _batch.InsertRange(0, Streams().Select(stream => (stream, stream.Tell(new PbxGap
        {
            Connection = stream.Stream.Connection,
            From = _oldest?.ToLocalTime() ?? now,
            To = now,
            Reason = PbxGapReason.JournalLost,
            Recovery = PbxGapRecovery.Lost,
            Detail = loss.Message,
        }))));
        _oldest = now;
    }
}
