using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>One OAuth session and its newest tokens (ringcentral.md section 2). Immutable.</summary>
/// <param name="Grant">Counts the grants of a connection; a refresh keeps it. Only within one can a session be recovered.</param>
/// <param name="Token">The access token.</param>
internal sealed record RingCentralTicket(int Grant, Secret Token) : TokenTicket(Token)
{
    /// <summary>The refresh token; null when the app issues none.</summary>
    public Secret? Refresh { get; init; }

    /// <summary>When the refresh token ends; null when nobody said.</summary>
    public DateTimeOffset? RefreshEndsAt { get; init; }

    /// <summary>True when it was acquired here, and so is renewed and given back here.</summary>
    public bool IsOwn { get; init; }

    /// <summary>What an earlier process left; null when it left nothing, or a link has opened since.</summary>
    public KeptSession? Inherited { get; init; }

    /// <summary>True when a refresh may succeed at a moment.</summary>
    public bool CanRefresh(DateTimeOffset now) => Refresh is not null && (RefreshEndsAt is not { } end || end > now);

    /// <summary>When to renew the token, from a moment on; null when it is the user's own, or nobody said when it ends.</summary>
    public TimeSpan? RenewIn(DateTimeOffset now) => IsOwn && EndsAt is { } end ? (end - now) * 0.75 : null;
}
