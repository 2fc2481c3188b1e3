namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// The growing pause that a blocked address needs (onecloud.md section 2): 1, 2, 4, 8 s and on, because a request too early
/// lengthens the block. Any thread.
/// </summary>
internal sealed class OneCloudPause
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private long _ticks;

    /// <summary>The shortest pause before the next request; zero while nothing is blocked.</summary>
    public TimeSpan Current => new(Interlocked.Read(ref _ticks));

    /// <summary>A request met the block.</summary>
    /// <returns>How long to wait before the next one.</returns>
    public TimeSpan Grow()
    {
        var next = Current == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : Current * 2;
        Interlocked.Exchange(ref _ticks, Math.Min(next.Ticks, Longest.Ticks));
        return Current;
    }

    /// <summary>The platform answers again.</summary>
    public void End() => Interlocked.Exchange(ref _ticks, 0);
}
