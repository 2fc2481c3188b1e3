namespace PbxEvents;

/// <summary>Waits on a clock.</summary>
internal static class ClockWaits
{
    /// <summary>
    /// Waits for what is left until something is due, never too short. Task.Delay leaves out what is less than a millisecond:
    /// who looks at the clock afterwards would be too early, and wait for nothing over and over until the clock has moved, which
    /// one that a test moves may never do.
    /// </summary>
    /// <param name="clock">The clock.</param>
    /// <param name="left">How long; rounded up to whole milliseconds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it is over.</returns>
    public static Task WaitInFullAsync(this TimeProvider clock, TimeSpan left, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), clock, cancellationToken);
}
