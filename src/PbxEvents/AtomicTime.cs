namespace PbxEvents;

/// <summary>A moment that one thread writes and others read. A nullable struct cannot be written in one step; its ticks can.</summary>
internal struct AtomicTime
{
    private long _utcTicks;

    /// <summary>The moment, in local time; null before it was set.</summary>
    public DateTimeOffset? Value
    {
        readonly get => Volatile.Read(in _utcTicks) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero).ToLocalTime() : null;
        set => Volatile.Write(ref _utcTicks, value?.UtcTicks ?? 0);
    }
}
