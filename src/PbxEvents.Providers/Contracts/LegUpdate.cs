namespace PbxEvents.Providers.Contracts;

/// <summary>What one event says about one leg.</summary>
/// <param name="LegId">The platform's id of the leg, unique in its call.</param>
/// <param name="Role">
/// What part it plays. Only a Callee's answer is a person's: a session gives the legs of IVR, queue and voicemail as System.
/// </param>
/// <param name="State">Where it stands now; null when this event only tells more about the leg.</param>
internal readonly record struct LegUpdate(string LegId, PbxLegRole Role, PbxCallState? State)
{
    private readonly DateTimeOffset? _answeredAt;
    private readonly string? _extension;
    private readonly string? _extensionName;
    private readonly string? _number;

    /// <summary>The platform's id of the leg, unique in its call.</summary>
    public string LegId { get; } = VisibleText.OfValue(LegId);

    /// <summary>How it turned out, with State Ended, when the platform says so; null to derive it from the other legs.</summary>
    public PbxOutcome? Outcome { get; init; }

    /// <summary>The extension at it; null for an outside party or when this event does not say.</summary>
    public string? Extension
    {
        get => _extension;
        init => _extension = VisibleText.OfValue(value);
    }

    /// <summary>The name of <see cref="Extension"/>, where the event itself tells it: it wins over the directory's. Else null.</summary>
    public string? ExtensionName
    {
        get => _extensionName;
        init => _extensionName = VisibleText.OfValue(value);
    }

    /// <summary>The number or address at it; null when this event does not say.</summary>
    public string? Number
    {
        get => _number;
        init => _number = VisibleText.OfValue(value);
    }

    /// <summary>
    /// True, with State Ended, when the platform says that nobody answered at this leg, nor at another one that the caller was
    /// connected to until now. Then the call was missed, however little of it was seen.
    /// </summary>
    public bool IsUnanswered { get; init; }

    /// <summary>When it was answered, on a final record that tells it; null to go by the events.</summary>
    public DateTimeOffset? AnsweredAt
    {
        get => _answeredAt;
        init => _answeredAt = value?.ToLocalTime();
    }
}
