using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What is worth asking for after a loss. Made on the loop, read by the driver off it. Immutable.</summary>
/// <param name="IsAccount">True when the account's calls are subscribed to.</param>
/// <param name="Extensions">The extensions whose calls are subscribed to; <c>~</c> is the token's own.</param>
/// <param name="Calls">The telephony sessions that were in progress.</param>
internal sealed record SnapshotScope(bool IsAccount, IReadOnlyList<string> Extensions, IReadOnlyList<string> Calls) : SnapshotRequest;
