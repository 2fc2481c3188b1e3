namespace PbxEvents.Simulator.RingCentral;

/// <summary>
/// A rate group: so many requests in a window; the one too many starts a penalty, and every further one during the penalty
/// starts it again (ringcentral.md section 3). Safe from any thread.
/// </summary>
/// <param name="limit">How many.</param>
/// <param name="window">The window, and the penalty.</param>
/// <param name="clock">The clock.</param>
internal sealed class RateWindow(int limit, TimeSpan window, TimeProvider clock)
{
    private readonly Queue<DateTimeOffset> _taken = new();
    private readonly object _lock = new();
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;

    /// <summary>How many more there may be now.</summary>
    public int Left
    {
        get
        {
            lock (_lock)
                return clock.GetUtcNow() < _closedUntil ? 0 : Math.Max(0, limit - _taken.Count);
        }
    }

    /// <summary>Counts a request.</summary>
    /// <returns>Null when it is within the limit; else how long to wait.</returns>
    public TimeSpan? Take()
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            while (_taken.TryPeek(out var oldest) && now - oldest >= window)
                _taken.Dequeue();
            if (now >= _closedUntil && _taken.Count < limit)
            {
                _taken.Enqueue(now);
                return null;
            }

            _closedUntil = now + window;
            return window;
        }
    }
}
