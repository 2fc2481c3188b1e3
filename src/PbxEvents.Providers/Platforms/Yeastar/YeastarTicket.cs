using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>What the session has to know of the token that a link was opened with.</summary>
/// <param name="RenewAt">When another link is to take over, with the next token.</param>
internal sealed record YeastarTicket(DateTimeOffset RenewAt) : LinkTicket;
