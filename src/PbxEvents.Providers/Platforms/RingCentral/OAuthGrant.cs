namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>One OAuth session and its newest tokens (ringcentral.md section 2). Immutable.</summary>
/// <param name="Number">Counts the grants of a connection: a refresh keeps it, a new grant does not. Only within one can a session be recovered.</param>
/// <param name="Access">The access token.</param>
internal sealed record OAuthGrant(int Number, Secret Access)
{
    /// <summary>When the access token ends; null when nobody said.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>The refresh token; null when the app issues none.</summary>
    public Secret? Refresh { get; init; }

    /// <summary>When the refresh token ends; null when nobody said.</summary>
    public DateTimeOffset? RefreshEndsAt { get; init; }

    /// <summary>True when it was acquired here, and so is given back here.</summary>
    public bool IsOwn { get; init; }

    /// <summary>True when the access token lives beyond a moment.</summary>
    public bool LivesUntil(DateTimeOffset moment) => EndsAt is not { } end || end > moment;

    /// <summary>True when a refresh may succeed at a moment.</summary>
    public bool CanRefresh(DateTimeOffset now) => Refresh is not null && (RefreshEndsAt is not { } end || end > now);
}
