namespace PbxEvents.Tests.Unit.Support;

/// <summary>
/// The system's clock, several times as fast: time-outs and pauses of many seconds pass in a few. A client and its simulator
/// share one, so that their times can be compared.
/// </summary>
/// <param name="speed">How many times as fast.</param>
internal sealed class FastClock(int speed) : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _startStamp = System.GetTimestamp();
    private long _skipped;

    /// <summary>The clock of another process, as far as it can be shared.</summary>
    /// <param name="speed">How many times as fast.</param>
    /// <param name="now">What it showed.</param>
    /// <param name="system">When, by the system's clock.</param>
    public FastClock(int speed, DateTimeOffset now, DateTimeOffset system)
        : this(speed) =>
        _skipped = (now + (_start - system) * speed - _start).Ticks;

    /// <summary>How many times as fast as the system's.</summary>
    public int Speed => speed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    private TimeSpan Passed => System.GetElapsedTime(_startStamp) * speed + new TimeSpan(Interlocked.Read(ref _skipped));

    /// <summary>What it shows, and the system's, for a clock in another process.</summary>
    public (DateTimeOffset Now, DateTimeOffset System) Look() => (GetUtcNow(), System.GetUtcNow());

    public override DateTimeOffset GetUtcNow() => _start + Passed;

    public override long GetTimestamp() => Passed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period)), this);

    /// <summary>Puts the clock forward. What waits goes on waiting: a call that is being played lasts so much longer.</summary>
    public void Skip(TimeSpan time) => Interlocked.Add(ref _skipped, time.Ticks);

    /// <summary>Rounded up to whole milliseconds: the system's timers leave the rest out, and one must never tick too early.</summary>
    private TimeSpan Shorten(TimeSpan time) =>
        time <= TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds / speed));

    private sealed class FastTimer(ITimer inner, FastClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(clock.Shorten(dueTime), clock.Shorten(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
