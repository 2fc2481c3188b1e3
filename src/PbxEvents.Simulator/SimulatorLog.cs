namespace PbxEvents.Simulator;

/// <summary>
/// Everything a simulator did, in order: the truth that tests compare a client with. Only added to; the oldest entries go
/// when <see cref="SimulatorOptions.LogSize"/> is reached. Safe from any thread.
/// </summary>
public sealed class SimulatorLog
{
    private readonly Queue<SimulatorLogEntry> _entries = new();
    private readonly List<Waiter> _waiters = [];
    private readonly object _lock = new();
    private readonly int _size;
    private long _last;

    internal SimulatorLog(int size) => _size = size;

    /// <summary>Called for each entry after it was added, on the thread that added it. It must be quick.</summary>
    public event Action<SimulatorLogEntry>? Added;

    /// <summary>How many entries were added, the forgotten ones included.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <summary>A copy of what the log holds, oldest first.</summary>
    public IReadOnlyList<SimulatorLogEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    /// <summary>A copy of the entries of one kind, oldest first.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The entries.</returns>
    public IReadOnlyList<SimulatorLogEntry> Of(SimulatorLogKind kind)
    {
        lock (_lock)
            return [.. _entries.Where(e => e.Kind == kind)];
    }

    /// <summary>How much there is.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => $"{Count} entries";

    /// <summary>Waits for an entry; one that is there already counts.</summary>
    /// <param name="match">True for the entry. It must be quick and must not use the log.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The first such entry.</returns>
    public Task<SimulatorLogEntry> WaitAsync(Func<SimulatorLogEntry, bool> match, CancellationToken cancellationToken = default) =>
        WaitAsync(match, 1, cancellationToken);

    /// <summary>Waits for the n-th entry of a kind; those that are there already count.</summary>
    /// <param name="match">True for such an entry. It must be quick and must not use the log.</param>
    /// <param name="count">Which one, from 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>That entry.</returns>
    public async Task<SimulatorLogEntry> WaitAsync(Func<SimulatorLogEntry, bool> match, int count, CancellationToken cancellationToken = default)
    {
        Waiter waiter;
        lock (_lock)
        {
            waiter = new Waiter(match, count);
            foreach (var entry in _entries)
            {
                if (waiter.Offer(entry))
                    return entry;
            }

            _waiters.Add(waiter);
        }

        try
        {
            return await waiter.Found.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_lock)
                _waiters.Remove(waiter);
        }
    }

    internal SimulatorLogEntry Add(SimulatorLogEntry entry)
    {
        lock (_lock)
        {
            entry.Number = ++_last;
            _entries.Enqueue(entry);
            if (_entries.Count > _size)
                _entries.Dequeue();
            _waiters.RemoveAll(w => w.Offer(entry));
        }

        Added?.Invoke(entry);
        return entry;
    }

    private sealed class Waiter(Func<SimulatorLogEntry, bool> match, int count)
    {
        private int _left = count;

        public TaskCompletionSource<SimulatorLogEntry> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Offer(SimulatorLogEntry entry)
        {
            if (!match(entry) || --_left > 0)
                return false;
            Found.TrySetResult(entry);
            return true;
        }
    }
}
