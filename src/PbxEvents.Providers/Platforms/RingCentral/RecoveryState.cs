namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// What a later process needs to go on with a session (ringcentral.md section 11 J): the recovery token, the subscription,
/// and the tokens of the same OAuth session. Immutable. It holds secrets.
/// </summary>
internal sealed record RecoveryState
{
    /// <summary>The <c>wsc</c> token.</summary>
    public required string Token { get; init; }

    /// <summary>Its sequence.</summary>
    public long Sequence { get; init; }

    /// <summary>When the last frame arrived.</summary>
    public DateTimeOffset LastFrameAt { get; init; }

    /// <summary>How long a lost session can be recovered, in seconds.</summary>
    public double RecoverySeconds { get; init; }

    /// <summary>The subscription's id; null when there was none.</summary>
    public string? SubscriptionId { get; init; }

    /// <summary>The filters of the subscription.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>The access token; null when it is the user's own.</summary>
    public string? AccessToken { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? AccessEndsAt { get; init; }

    /// <summary>The refresh token; null when there is none.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? RefreshEndsAt { get; init; }

    /// <summary>Nothing of what it holds.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"recovery state of {LastFrameAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}";
}
