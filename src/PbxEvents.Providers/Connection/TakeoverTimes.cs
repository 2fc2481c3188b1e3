namespace PbxEvents.Providers.Connection;

/// <summary>How long a listener that took over a connection leaves to the one before.</summary>
internal sealed record TakeoverTimes
{
    /// <summary>The times that are used.</summary>
    public static readonly TakeoverTimes Default = new();

    /// <summary>
    /// Call records of the time before are asked for so much later at the earliest. The listener before may have been ended with events that were only
    /// on its own disk; started again, it sends them, and a call that it told keeps the id that it was told with.
    /// </summary>
    public TimeSpan FirstAsk { get; init; } = TimeSpan.FromMinutes(1);
}
