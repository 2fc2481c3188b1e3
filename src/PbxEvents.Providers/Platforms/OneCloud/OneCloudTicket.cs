using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>A token of OneCloud and what its answer told (onecloud.md section 2). Immutable.</summary>
/// <param name="Token">The token.</param>
/// <param name="Domain">The domain whose events are wanted.</param>
/// <param name="ObtainedAt">When it was obtained.</param>
internal sealed record OneCloudTicket(Secret Token, string Domain, DateTimeOffset ObtainedAt) : TokenTicket(Token)
{
    /// <summary>What renews it; null when only the credential can.</summary>
    public Secret? Refresh { get; init; }

    /// <summary>The domain that the token belongs to; null when nobody said.</summary>
    public string? OwnDomain { get; init; }

    /// <summary>Whose it is, as <c>1001@domain</c>; null when nobody said.</summary>
    public string? Uid { get; init; }

    /// <summary>Its rights, such as <c>Office Manager</c>; null when nobody said.</summary>
    public string? Scope { get; init; }

    /// <summary>
    /// True for a user who may ask for his own calls only, such as a Basic User (history/onecloud-history.md section 2). Where nobody said, the
    /// platform's answer will show it.
    /// </summary>
    public bool IsPersonal => Scope is not null && Scope.EndsWith("User", StringComparison.OrdinalIgnoreCase)
        && !Scope.Equals("Super User", StringComparison.OrdinalIgnoreCase);

    /// <summary>When to get the next one: five minutes ahead, or a fifth of a short life; null when its end is not known.</summary>
    public DateTimeOffset? RenewAt => EndsAt is { } end ? end - TimeSpan.FromTicks(Math.Min(TimeSpan.FromMinutes(5).Ticks, (end - ObtainedAt).Ticks / 5)) : null;
}
