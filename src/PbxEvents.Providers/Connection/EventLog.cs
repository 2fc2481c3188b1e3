namespace PbxEvents.Providers.Connection;

/// <summary>
/// The events of one connection, numbered without holes, the newest kept in a ring. One writer, the connection's loop; any
/// number of readers, each with a cursor of its own. A reader costs the writer nothing and can never hold it up: one that
/// falls further behind than the ring reaches is told so by a gap.
/// </summary>
public sealed class EventLog
{
    private readonly PbxEvent?[] _ring;
    private readonly object _gate = new();
    private TaskCompletionSource? _waiter;
    private long _head;
    private volatile bool _isComplete;

    /// <summary>Makes an empty log.</summary>
    /// <param name="capacity">How many events it keeps.</param>
    public EventLog(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _ring = new PbxEvent?[capacity];
    }

    /// <summary>How many events it keeps.</summary>
    public int Capacity => _ring.Length;

    /// <summary>The sequence of the newest event; 0 before the first.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>The sequence of the oldest event that is still kept; 1 before the first.</summary>
    public long Oldest => Math.Max(1, Head - _ring.Length + 1);

    /// <summary>True when no further event can come.</summary>
    public bool IsComplete => _isComplete;

    /// <summary>Opens a cursor.</summary>
    /// <param name="after">It reads from the event after this sequence; 0 for the very first.</param>
    /// <returns>The cursor. It holds nothing that needs disposing.</returns>
    public EventCursor OpenCursor(long after) => new(this, after);

    /// <summary>Waits until there is an event after a sequence, or no further event can come.</summary>
    /// <param name="after">The sequence.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When there is something to read or the log is complete.</returns>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        if (Head > after || _isComplete)
            return Task.CompletedTask;
        Task pulse;
        lock (_gate)
            pulse = (_waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        // The writer publishes the head before it looks for a waiter, and we published the waiter before this look at the
        // head: with full fences on both sides one of the two sees the other.
        Interlocked.MemoryBarrier();
        return Head > after || _isComplete ? Task.CompletedTask : pulse.WaitAsync(cancellationToken);
    }

    /// <summary>Numbers an event and keeps it. Loop only.</summary>
    internal void Append(PbxEvent pbxEvent)
    {
        var sequence = _head + 1;
        pbxEvent.Sequence = sequence;
        Volatile.Write(ref _ring[sequence % _ring.Length], pbxEvent);
        Interlocked.Exchange(ref _head, sequence);
        if (Volatile.Read(ref _waiter) is not null)
            WakeReaders();
    }

    /// <summary>Says that no further event will come. Loop only.</summary>
    internal void Complete()
    {
        _isComplete = true;
        Interlocked.MemoryBarrier();
        WakeReaders();
    }

    /// <summary>The event of that sequence, or null when it is no longer, or not yet, kept.</summary>
    internal PbxEvent? TryGet(long sequence) =>
        Volatile.Read(ref _ring[sequence % _ring.Length]) is { } found && found.Sequence == sequence ? found : null;

    private void WakeReaders()
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
        }
        waiter?.TrySetResult();
    }
}
