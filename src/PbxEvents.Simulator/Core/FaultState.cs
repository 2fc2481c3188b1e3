namespace PbxEvents.Simulator.Core;

/// <summary>What the faults that last have set. Safe from any thread.</summary>
/// <param name="clock">The clock.</param>
internal sealed class FaultState(TimeProvider clock)
{
    private readonly object _lock = new();
    private TimeSpan _delay;
    private int _duplicates;
    private SubscribeAnswer _subscribe;
    private int _subscribeLeft;
    private DateTimeOffset _limitedUntil = DateTimeOffset.MinValue;
    private int _limitedLeft;
    private bool _refusesRecords;
    private TimeSpan _recordDelay;

    /// <summary>How long each frame is held back.</summary>
    public TimeSpan Delay
    {
        get
        {
            lock (_lock)
                return _delay;
        }

        set
        {
            lock (_lock)
                _delay = value;
        }
    }

    /// <summary>True while nobody may see the call records.</summary>
    public bool RefusesRecords
    {
        get
        {
            lock (_lock)
                return _refusesRecords;
        }

        set
        {
            lock (_lock)
                _refusesRecords = value;
        }
    }

    /// <summary>How long after an end its record is there.</summary>
    public TimeSpan RecordDelay
    {
        get
        {
            lock (_lock)
                return _recordDelay;
        }

        set
        {
            lock (_lock)
                _recordDelay = value;
        }
    }

    /// <summary>Sends the next events twice.</summary>
    /// <param name="count">How many.</param>
    public void DuplicateNext(int count)
    {
        lock (_lock)
            _duplicates = count;
    }

    /// <summary>How many copies of the next event are to be sent.</summary>
    /// <returns>1 or 2.</returns>
    public int TakeCopies()
    {
        lock (_lock)
        {
            if (_duplicates == 0)
                return 1;
            _duplicates--;
            return 2;
        }
    }

    /// <summary>Sets what becomes of the next subscriptions.</summary>
    /// <param name="answer">What.</param>
    /// <param name="count">Of how many.</param>
    public void SetSubscribe(SubscribeAnswer answer, int count)
    {
        lock (_lock)
        {
            _subscribe = answer;
            _subscribeLeft = count;
        }
    }

    /// <summary>What is to become of a subscription that has just come in.</summary>
    /// <returns>The answer; a normal one when no fault is set.</returns>
    public SubscribeAnswer TakeSubscribe()
    {
        lock (_lock)
        {
            if (_subscribeLeft == 0)
                return default;
            _subscribeLeft--;
            return _subscribe;
        }
    }

    /// <summary>Limits HTTP requests for a time.</summary>
    /// <param name="time">How long.</param>
    public void LimitFor(TimeSpan time)
    {
        lock (_lock)
            _limitedUntil = clock.GetUtcNow() + time;
    }

    /// <summary>Limits the next HTTP requests.</summary>
    /// <param name="count">How many.</param>
    public void LimitNext(int count)
    {
        lock (_lock)
            _limitedLeft = count;
    }

    /// <summary>Whether a request that has just come in is over the limit.</summary>
    /// <returns>How long the client is to wait; null when it is within the limit.</returns>
    public TimeSpan? TakeLimit()
    {
        lock (_lock)
        {
            var left = _limitedUntil - clock.GetUtcNow();
            if (left > TimeSpan.Zero)
                return left;
            if (_limitedLeft == 0)
                return null;
            _limitedLeft--;
            return TimeSpan.FromSeconds(1);
        }
    }

    /// <summary>Ends all of them.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _delay = TimeSpan.Zero;
            _duplicates = 0;
            _subscribeLeft = 0;
            _limitedUntil = DateTimeOffset.MinValue;
            _limitedLeft = 0;
            _refusesRecords = false;
            _recordDelay = TimeSpan.Zero;
        }
    }
}
