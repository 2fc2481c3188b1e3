namespace PbxEvents.Providers.Contracts;

/// <summary>What a session wants to know of the platform's present state after a gap. Each platform has its own. Immutable.</summary>
internal abstract record SnapshotRequest;
