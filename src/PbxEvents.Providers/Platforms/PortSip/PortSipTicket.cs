using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>A token of the REST interface (portsip.md section 2); the event link needs none. Immutable.</summary>
/// <param name="Token">The token.</param>
internal sealed record PortSipTicket(Secret Token) : TokenTicket(Token)
{
    /// <summary>What renews it; null when only the password can.</summary>
    public Secret? Refresh { get; init; }
}
