namespace PbxEvents.Providers.Contracts;

/// <summary>
/// What a new link could save of the time without one. Of the first link of a connection it counts only when an earlier process left its
/// state: then it is about the time since that process stopped.
/// </summary>
/// <param name="Recovery">What became of the events in between.</param>
/// <param name="EventsLost">How many were lost, when the platform lets one know; else null.</param>
/// <param name="Detail">More in words; null when there is nothing to add.</param>
internal readonly record struct LinkRecovery(PbxGapRecovery Recovery, long? EventsLost = null, string? Detail = null)
{
    /// <summary>Nothing was saved: what happened without a link is lost.</summary>
    public static readonly LinkRecovery None = new(PbxGapRecovery.Lost);

    /// <summary>Why events are missing. Default the link's loss; a platform whose own recovery buffer ran over says so.</summary>
    public PbxGapReason Reason { get; init; }
}
