namespace PbxEvents.Providers.Contracts;

/// <summary>
/// What a driver hands to the session with a link, or after a renewal: the token, the domain, when to renew. Each platform has
/// its own. Immutable, so that the session never reads what another thread writes.
/// </summary>
internal record LinkTicket
{
    /// <summary>Nothing to hand over.</summary>
    public static LinkTicket None { get; } = new();
}

/// <summary>What an attempt can be made with.</summary>
/// <param name="Targets">Where to try, in order; at least one.</param>
/// <param name="Ticket">What the session gets with the link that opens.</param>
internal sealed record LinkOffer(IReadOnlyList<LinkTarget> Targets, LinkTicket Ticket);
