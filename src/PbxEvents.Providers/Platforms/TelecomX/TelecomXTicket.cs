using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>A token of TelecomX and what the login told with it (telecomx.md section 2). Immutable.</summary>
/// <param name="Token">The token.</param>
/// <param name="Customer">The customer whose events are wanted.</param>
internal sealed record TelecomXTicket(Secret Token, string Customer) : TokenTicket(Token)
{
    /// <summary>The access level; null with a ready token.</summary>
    public string? AccessLevel { get; init; }
}
