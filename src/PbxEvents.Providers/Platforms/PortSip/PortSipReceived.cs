namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>What an event says about the subscription that brought it.</summary>
/// <param name="Topic">The topic; null when the event tells nothing about it.</param>
/// <param name="Members">What a snapshot speaks for; null for the whole topic.</param>
internal readonly record struct PortSipReceived(string? Topic, IReadOnlyList<string>? Members = null);
