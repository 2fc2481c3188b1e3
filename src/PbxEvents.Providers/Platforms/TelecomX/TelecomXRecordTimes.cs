namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>When call records are asked for (history/telecomx-history.md sections 6 and 8). Tests, which cannot wait so long, have their own. Immutable.</summary>
internal sealed record TelecomXRecordTimes
{
    /// <summary>After a gap's end. No delay is published.</summary>
    public IReadOnlyList<TimeSpan> Asks { get; init; } = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)];

    /// <summary>A call that was passed on has several rows, so one that has just ended may get another; the next asking tells it then.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause before each request.</summary>
    public TimeSpan Breath { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The first pause of those that grow, where the platform asks for fewer requests or has failed.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);
}
