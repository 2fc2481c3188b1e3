using System.Text.Json.Serialization;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// A leg that live events told of: what joins it with a call record, which does not name the session (history/telecomx-history.md
/// section 4). Immutable.
/// </summary>
/// <param name="Leg">Server and channel, as <see cref="PbxEvent.LegId"/> has them.</param>
/// <param name="Channel">The channel alone.</param>
/// <param name="Session">The call.</param>
/// <param name="SeenAt">When it was first heard of.</param>
internal sealed record TelecomXKey(string Leg, string Channel, string Session, DateTimeOffset SeenAt)
{
    /// <summary>The SIP Call-ID of the leg that came in; null when no event told it.</summary>
    public string? CallId { get; init; }

    /// <summary>The calling number; null when it is not known or must not be shown.</summary>
    public string? Caller { get; init; }

    /// <summary>The called number; null when it is not known or must not be shown.</summary>
    public string? Callee { get; init; }

    /// <summary>When its end was told; null when it was not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>True when its end was told.</summary>
    [JsonIgnore]
    public bool IsOver => EndedAt is not null;
}
