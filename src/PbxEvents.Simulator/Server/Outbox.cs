namespace PbxEvents.Simulator.Server;

/// <summary>
/// What waits to be written to one client, in order; each item may be held back for a time (the Delay fault). Bounded:
/// who fills it awaits <see cref="WaitForRoomAsync"/> first; past twice its capacity it takes nothing more.
/// Any number of writers, one reader.
/// </summary>
/// <typeparam name="T">The items.</typeparam>
/// <param name="clock">The clock that delays are measured with.</param>
internal sealed class Outbox<T>(TimeProvider clock)
{
    private const int Capacity = 4096;

    private readonly Queue<Entry> _queue = new();
    private readonly object _lock = new();
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _room = NewSignal();
    private bool _closed;

    /// <summary>Adds an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="delay">How long it is held back.</param>
    /// <returns>True once it was written in full, false once it is sure that it will not be.</returns>
    public Task<bool> Post(T item, TimeSpan delay)
    {
        lock (_lock)
        {
            if (_closed || _queue.Count >= 2 * Capacity)
                return Task.FromResult(false);
            var entry = new Entry(item, clock.GetUtcNow() + delay, new(TaskCreationOptions.RunContinuationsAsynchronously));
            _queue.Enqueue(entry);
            _changed.TrySetResult();
            return entry.Written.Task;
        }
    }

    /// <summary>Waits until the queue is not full; the end of the outbox counts as room.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When there is room.</returns>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_closed || _queue.Count < Capacity)
                    return;
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits for an item that is due.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False when the outbox is closed.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            var delay = TimeSpan.Zero;
            lock (_lock)
            {
                if (_closed)
                    return false;
                if (_queue.TryPeek(out var head))
                {
                    delay = head.Due - clock.GetUtcNow();
                    if (delay <= TimeSpan.Zero)
                        return true;
                }
                else if (_changed.Task.IsCompleted)
                {
                    _changed = NewSignal();
                }

                changed = _changed.Task;
            }

            await (delay > TimeSpan.Zero ? clock.WaitInFullAsync(delay, cancellationToken) : changed.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Takes the items that are due.</summary>
    /// <param name="max">At most so many.</param>
    /// <returns>The items, oldest first. The reader completes each one's Written.</returns>
    public IReadOnlyList<Entry> Take(int max)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            var taken = new List<Entry>();
            while (taken.Count < max && _queue.TryPeek(out var head) && head.Due <= now)
                taken.Add(_queue.Dequeue());
            if (_queue.Count < Capacity)
            {
                _room.TrySetResult();
                _room = NewSignal();
            }

            return taken;
        }
    }

    /// <summary>Ends it; what still waits is not written.</summary>
    public void Close()
    {
        List<Entry> rest;
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            rest = [.. _queue];
            _queue.Clear();
            _changed.TrySetResult();
            _room.TrySetResult();
        }

        foreach (var entry in rest)
            entry.Written.TrySetResult(false);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One item.</summary>
    /// <param name="Item">The item.</param>
    /// <param name="Due">Not to be written before.</param>
    /// <param name="Written">To be completed by the reader.</param>
    internal sealed record Entry(T Item, DateTimeOffset Due, TaskCompletionSource<bool> Written);
}
