namespace PbxEvents.Providers.Protocol.OneCloud;

/// <summary>
/// When the things happened that records tell of, on one clock for a whole call: the platform's when the call's first record
/// has times, else this machine's. Loop only.
/// </summary>
internal sealed class OneCloudTimes
{
    private readonly RecentMap<Clock> _clocks = new();

    /// <summary>How far the clock of the call before was behind this one.</summary>
    private TimeSpan? _lag;

    /// <summary>When what a record tells happened.</summary>
    /// <param name="callId">Its call.</param>
    /// <param name="record">The record.</param>
    /// <param name="now">When it arrived.</param>
    public DateTimeOffset TimeOf(string callId, OneCloudRecord record, DateTimeOffset now)
    {
        var newest = record.NewestTime;
        if (!_clocks.TryGet(callId, out var clock))
        {
            clock = new Clock { IsPlatforms = newest is not null };
            _clocks.Add(callId, clock);
        }
        if (!clock.IsPlatforms)
            return now;
        if (newest is not { } stamp)
            return now - (clock.Lag ?? _lag ?? TimeSpan.Zero);

        // No record arrives before it was written, so the smallest lag is the nearest to the truth.
        if (!record.IsRemoved)
        {
            _lag = clock.Lag = clock.Lag is { } lag && lag < now - stamp ? lag : now - stamp;
            return stamp;
        }

        // Nothing stamps the end (sheet, corrections): the closing record may repeat the times of the answer. So the end is its
        // arrival by the platform's clock, unless the clocks cannot be compared and it was written after all else it tells of.
        if ((clock.Lag ?? _lag) is not { } known)
            return record.WriteTime is { } written && !(written <= record.StartTime) && !(written <= record.AnswerTime) ? written : Max(stamp, now);
        return Max(stamp, now - known);
    }

    /// <summary>True when the times that records tell can stand beside those of the call's events.</summary>
    public bool IsPlatforms(string callId) => _clocks.TryGet(callId, out var clock) && clock.IsPlatforms;

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private sealed class Clock
    {
        /// <summary>The call's times are the platform's.</summary>
        public bool IsPlatforms { get; init; }

        /// <summary>How far the platform's clock is behind this machine's, delivery included; null before a record has shown it.</summary>
        public TimeSpan? Lag { get; set; }
    }
}
