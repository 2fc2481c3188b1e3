namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>When call records are asked for (history/onecloud-history.md sections 2 and 6). Tests, which cannot wait so long, have their own. Immutable.</summary>
internal sealed record OneCloudRecordTimes
{
    /// <summary>After a gap's end. How soon a row is there is not stated.</summary>
    public IReadOnlyList<TimeSpan> Asks { get; init; } = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(15)];

    /// <summary>Rows come one by one, so a call whose last row is younger may still get another; the next asking tells it then.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The pause before each request.</summary>
    public TimeSpan Breath { get; init; } = TimeSpan.FromSeconds(0.2);
}
