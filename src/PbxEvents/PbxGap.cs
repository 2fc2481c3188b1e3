namespace PbxEvents;

/// <summary>A stretch of time whose events did not arrive as they happened. Every loss is reported as one of these.</summary>
public sealed class PbxGap
{
    private volatile PbxGapRecovery _recovery;
    private volatile int _callsRecovered;
    private volatile string? _detail;

    /// <summary>The connection it happened on.</summary>
    public string Connection { get; internal set; } = "";

    /// <summary>The moment of the last frame before the gap.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The moment from which events are complete again.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Why events are missing.</summary>
    public required PbxGapReason Reason { get; init; }

    /// <summary>
    /// What became of them. <see cref="PbxGapRecovery.Pending"/> while the platform's call records are still being read for the calls that ended
    /// in the gap; the Connection event GapFilled reports when that is done.
    /// </summary>
    public required PbxGapRecovery Recovery
    {
        get => _recovery;
        init => _recovery = value;
    }

    /// <summary>How many calls that ended in the gap were recovered from the platform's call records; 0 when none were requested.</summary>
    public int CallsRecovered => _callsRecovered;

    /// <summary>How many events were lost; null when unknown.</summary>
    public long? EventsLost { get; init; }

    /// <summary>More about the cause, in words; null when there is nothing to add.</summary>
    public string? Detail
    {
        get => _detail;
        init => _detail = value;
    }

    /// <summary>How long the gap lasted.</summary>
    public TimeSpan Duration => To - From;

    /// <summary>One more call was told from the records. Connection's loop only.</summary>
    internal void CountRecovered() => _callsRecovered++;

    /// <summary>Says what became of the gap. Connection's loop only.</summary>
    internal void Close(PbxGapRecovery recovery, string detail)
    {
        _detail = detail;
        _recovery = recovery;
    }

    /// <summary>The gap in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() =>
        $"{Reason} {From:yyyy-MM-dd HH:mm:ss.fff} to {To:HH:mm:ss.fff}, {Recovery}{(EventsLost is { } n ? $", {n} lost" : "")}{(CallsRecovered > 0 ? $", {CallsRecovered} calls recovered" : "")}";
}
