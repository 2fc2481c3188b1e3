namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The one subscription of a session as the platform has it (ringcentral.md section 5.2). Immutable.</summary>
/// <param name="Id">The platform's id.</param>
/// <param name="Filters">The filters it was asked for.</param>
internal sealed record WireSubscription(string Id, IReadOnlySet<string> Filters);
