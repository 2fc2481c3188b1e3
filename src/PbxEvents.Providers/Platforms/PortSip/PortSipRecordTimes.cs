namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>When call records are asked for (history/portsip-history.md sections 2 and 6). Tests, which cannot wait so long, have their own. Immutable.</summary>
internal sealed record PortSipRecordTimes
{
    /// <summary>After a gap's end.</summary>
    public IReadOnlyList<TimeSpan> Asks { get; init; } = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)];

    /// <summary>The pause before each request: with it no version's limit, 1,000 a minute at least, is reached.</summary>
    public TimeSpan Breath { get; init; } = TimeSpan.FromSeconds(0.1);
}
