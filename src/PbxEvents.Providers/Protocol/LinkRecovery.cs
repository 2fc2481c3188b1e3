namespace PbxEvents.Providers.Protocol;

/// <summary>What a new link could save of the time without one. Ignored for the first link of a connection.</summary>
/// <param name="Recovery">What became of the events in between.</param>
/// <param name="EventsLost">How many were lost, when the platform lets one know; else null.</param>
/// <param name="Detail">More in words; null when there is nothing to add.</param>
public readonly record struct LinkRecovery(PbxGapRecovery Recovery, long? EventsLost = null, string? Detail = null)
{
    /// <summary>Nothing was saved: what happened without a link is lost.</summary>
    public static readonly LinkRecovery None = new(PbxGapRecovery.Lost);
}
