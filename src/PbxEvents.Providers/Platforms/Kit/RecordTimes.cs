namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// When call records are asked for. What a platform's sheet says is the Documented of its reader; tests, which cannot wait so long, have
/// their own. Immutable.
/// </summary>
internal sealed record RecordTimes
{
    /// <summary>After a gap's end, for records come late.</summary>
    public required IReadOnlyList<TimeSpan> Asks { get; init; }

    /// <summary>Rows of a call come one by one, so a call whose last row is younger may still get another; the next asking tells it then. Default none.</summary>
    public TimeSpan Settling { get; init; }

    /// <summary>The pause before each request. Default none.</summary>
    public TimeSpan Breath { get; init; }

    /// <summary>The first pause of those that grow, where the platform asks for fewer requests or has failed. Default 1 s.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);
}
