namespace PbxEvents.Module.Watching;

/// <summary>When progress is worth a word: not in the first second, and then a few times a second. One thread.</summary>
/// <param name="clock">The clock.</param>
internal sealed class ProgressPace(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Next = TimeSpan.FromMilliseconds(200);

    private long _since = clock.GetTimestamp();

    /// <summary>True once something was due.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>True when something is due now; then not again for a while.</summary>
    public bool IsDue()
    {
        if (clock.GetElapsedTime(_since) < (HasBegun ? Next : First))
            return false;
        HasBegun = true;
        _since = clock.GetTimestamp();
        return true;
    }
}
