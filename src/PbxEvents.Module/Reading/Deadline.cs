namespace PbxEvents.Module.Reading;

/// <summary>The moment at which a wait of so many seconds ends; a negative number means never.</summary>
internal readonly struct Deadline(double seconds)
{
    private readonly long _end = seconds < 0 ? long.MaxValue : Environment.TickCount64 + (long)(seconds * 1000);

    public bool IsOver => Environment.TickCount64 >= _end;

    /// <summary>What is left; infinite when it never ends.</summary>
    public TimeSpan Left => _end == long.MaxValue
        ? Timeout.InfiniteTimeSpan
        : TimeSpan.FromMilliseconds(Math.Max(0, _end - Environment.TickCount64));
}
