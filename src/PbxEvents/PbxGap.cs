namespace PbxEvents;

/// <summary>A stretch of time whose events did not arrive as they happened. A loss is always one of these, never silence.</summary>
public sealed class PbxGap
{
    /// <summary>The connection it happened on.</summary>
    public string Connection { get; internal set; } = "";

    /// <summary>The moment of the last frame before the gap.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The moment from which events are complete again.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Why events are missing.</summary>
    public required PbxGapReason Reason { get; init; }

    /// <summary>What became of them.</summary>
    public required PbxGapRecovery Recovery { get; init; }

    /// <summary>How many events were lost; null when nobody can know.</summary>
    public long? EventsLost { get; init; }

    /// <summary>More about the cause, in words; null when there is nothing to add.</summary>
    public string? Detail { get; init; }

    /// <summary>How long the gap lasted.</summary>
    public TimeSpan Duration => To - From;

    /// <summary>The gap in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() =>
        $"{Reason} {From:yyyy-MM-dd HH:mm:ss.fff} to {To:HH:mm:ss.fff}, {Recovery}{(EventsLost is { } n ? $", {n} lost" : "")}";
}
