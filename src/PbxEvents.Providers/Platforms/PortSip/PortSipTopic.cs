namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>What is subscribed to on the wire: a topic, for one extension, queue or tenant. Immutable.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Member">The number of an extension or a queue, or a tenant's id; empty for topics that take none.</param>
internal readonly record struct PortSipTopic(string Name, string Member);
