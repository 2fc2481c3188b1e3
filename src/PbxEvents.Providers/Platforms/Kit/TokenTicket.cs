using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>A token and what came with it. Immutable.</summary>
/// <param name="Token">The token.</param>
internal record TokenTicket(Secret Token) : LinkTicket
{
    /// <summary>When it ends; null when it does not, or nobody said.</summary>
    public DateTimeOffset? EndsAt { get; init; }
}
