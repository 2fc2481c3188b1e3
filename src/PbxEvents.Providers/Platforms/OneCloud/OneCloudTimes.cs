using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

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
        var lag = clock.Lag ?? _lag;
        if (newest is not { } stamp)
            return now - (lag ?? TimeSpan.Zero);

        // No record arrives before it was written, so the smallest lag is the nearest to the truth.
        if (!record.IsRemoved)
        {
            _lag = clock.Lag = lag = clock.Lag is { } known && known < now - stamp ? known : now - stamp;
            if (!(stamp <= clock.Newest))
            {
                clock.Newest = stamp;
                return stamp;
            }
        }

        // What repeats an earlier time has none of its own, and nothing stamps the end (onecloud.md section 4.1): then it is the
        // arrival by the platform's clock. Where the clocks cannot be compared, the end is when the record was written, if that
        // was after all else it tells of.
        if (lag is { } behind)
            return Max(stamp, now - behind);
        return record.WriteTime is { } written && !(written <= record.StartTime) && !(written <= record.AnswerTime) ? written : Max(stamp, now);
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

        /// <summary>The latest time that a record of the call has told.</summary>
        public DateTimeOffset? Newest { get; set; }
    }
}
