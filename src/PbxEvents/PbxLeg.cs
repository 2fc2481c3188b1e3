namespace PbxEvents;

/// <summary>One leg of a call: one party's or one device's side of it. Immutable.</summary>
public sealed record PbxLeg
{
    // Every event of a call makes one: a time that is not there has no flag of its own.
    private readonly DateTimeOffset _answeredAt;
    private readonly DateTimeOffset _endedAt;

    /// <summary>The platform's id of the leg.</summary>
    public required string LegId { get; init; }

    /// <summary>What part the leg plays.</summary>
    public PbxLegRole Role { get; init; }

    /// <summary>The state of the leg.</summary>
    public PbxCallState State { get; init; }

    /// <summary>The outcome, once it has ended and the platform or the other legs show it.</summary>
    public PbxOutcome? Outcome { get; init; }

    /// <summary>
    /// True when <see cref="Outcome"/> was derived from what was seen, not reported by the platform: a later event may change it.
    /// </summary>
    internal bool IsOutcomeAssumed { get; init; }

    /// <summary>The extension at this leg; null for an outside party or the system.</summary>
    public string? Extension { get; init; }

    /// <summary>The name of <see cref="Extension"/>, from the event or the platform's directory; null when neither has it.</summary>
    public string? ExtensionName { get; init; }

    /// <summary>The number or address at this leg.</summary>
    public string? Number { get; init; }

    /// <summary>When the leg was answered; null when it was not.</summary>
    public DateTimeOffset? AnsweredAt
    {
        get => _answeredAt == default ? null : _answeredAt;
        init => _answeredAt = value.GetValueOrDefault();
    }

    /// <summary>When the leg ended; null while it is in progress.</summary>
    public DateTimeOffset? EndedAt
    {
        get => _endedAt == default ? null : _endedAt;
        init => _endedAt = value.GetValueOrDefault();
    }

    /// <summary>The leg in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => $"{Role} {Extension ?? Number ?? LegId} {State}{(Outcome is { } o ? $" {o}" : "")}";
}
