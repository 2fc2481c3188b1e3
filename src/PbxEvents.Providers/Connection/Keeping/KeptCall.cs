namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>A call in progress, as the file keeps it: what the tracker needs to go on with it. Immutable.</summary>
internal sealed record KeptCall
{
    /// <inheritdoc cref="PbxCall.CallId"/>
    public required string CallId { get; init; }

    /// <inheritdoc cref="PbxCall.Direction"/>
    public PbxDirection Direction { get; init; }

    /// <inheritdoc cref="PbxCall.From"/>
    public string? From { get; init; }

    /// <inheritdoc cref="PbxCall.FromName"/>
    public string? FromName { get; init; }

    /// <inheritdoc cref="PbxCall.To"/>
    public string? To { get; init; }

    /// <inheritdoc cref="PbxCall.Extension"/>
    public string? Extension { get; init; }

    /// <inheritdoc cref="PbxCall.ExtensionName"/>
    public string? ExtensionName { get; init; }

    /// <inheritdoc cref="PbxCall.Queue"/>
    public string? Queue { get; init; }

    /// <inheritdoc cref="PbxCall.QueueName"/>
    public string? QueueName { get; init; }

    /// <inheritdoc cref="PbxCall.State"/>
    public PbxCallState State { get; init; }

    /// <inheritdoc cref="PbxCall.StartedAt"/>
    public DateTimeOffset StartedAt { get; init; }

    /// <inheritdoc cref="PbxCall.RingingAt"/>
    public DateTimeOffset? RingingAt { get; init; }

    /// <inheritdoc cref="PbxCall.AnsweredAt"/>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <inheritdoc cref="PbxCall.AnsweredBy"/>
    public string? AnsweredBy { get; init; }

    /// <inheritdoc cref="PbxCall.VoicemailId"/>
    public string? VoicemailId { get; init; }

    /// <inheritdoc cref="PbxCall.RecordingId"/>
    public string? RecordingId { get; init; }

    /// <summary>The legs, in the order they appeared.</summary>
    public required IReadOnlyList<KeptLeg> Legs { get; init; }

    /// <summary>When an event last spoke of it.</summary>
    public DateTimeOffset LastEventAt { get; init; }

    /// <summary>The outcome that the platform has told for the case that nobody answers.</summary>
    public PbxOutcome? Told { get; init; }

    /// <summary>The outcome that follows from where the call is, for the case that nobody answers.</summary>
    public PbxOutcome? IfUnanswered { get; init; }

    /// <summary>True when it was passed on.</summary>
    public bool WasTransferred { get; init; }

    /// <summary>True when the calling party must not be shown.</summary>
    public bool HidesFrom { get; init; }

    /// <summary>True when the called party must not be shown.</summary>
    public bool HidesTo { get; init; }

    /// <summary>True when everything of it was seen since its set-up.</summary>
    public bool WasWhole { get; init; }

    /// <summary>Its end, which is held back until its record was asked for; null for none.</summary>
    public HeldEnd? Held { get; init; }
}

/// <summary>A leg of a <see cref="KeptCall"/>. Immutable.</summary>
internal sealed record KeptLeg
{
    /// <inheritdoc cref="PbxLeg.LegId"/>
    public required string LegId { get; init; }

    /// <inheritdoc cref="PbxLeg.Role"/>
    public PbxLegRole Role { get; init; }

    /// <inheritdoc cref="PbxLeg.State"/>
    public PbxCallState State { get; init; }

    /// <inheritdoc cref="PbxLeg.Outcome"/>
    public PbxOutcome? Outcome { get; init; }

    /// <inheritdoc cref="PbxLeg.IsOutcomeAssumed"/>
    public bool IsOutcomeAssumed { get; init; }

    /// <inheritdoc cref="PbxLeg.Extension"/>
    public string? Extension { get; init; }

    /// <inheritdoc cref="PbxLeg.ExtensionName"/>
    public string? ExtensionName { get; init; }

    /// <inheritdoc cref="PbxLeg.Number"/>
    public string? Number { get; init; }

    /// <inheritdoc cref="PbxLeg.AnsweredAt"/>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <inheritdoc cref="PbxLeg.EndedAt"/>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The leg as it is kept.</summary>
    public static KeptLeg Of(PbxLeg leg) => new()
    {
        LegId = leg.LegId,
        Role = leg.Role,
        State = leg.State,
        Outcome = leg.Outcome,
        IsOutcomeAssumed = leg.IsOutcomeAssumed,
        Extension = leg.Extension,
        ExtensionName = leg.ExtensionName,
        Number = leg.Number,
        AnsweredAt = leg.AnsweredAt,
        EndedAt = leg.EndedAt,
    };

    /// <summary>The leg as the tracker has it.</summary>
    public PbxLeg ToLeg() => new()
    {
        LegId = LegId,
        Role = Role,
        State = State,
        Outcome = Outcome,
        IsOutcomeAssumed = IsOutcomeAssumed,
        Extension = Extension,
        ExtensionName = ExtensionName,
        Number = Number,
        AnsweredAt = AnsweredAt?.ToLocalTime(),
        EndedAt = EndedAt?.ToLocalTime(),
    };
}
