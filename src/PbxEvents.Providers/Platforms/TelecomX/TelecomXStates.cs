using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>The states of extensions and queues, which can be asked for (telecomx.md section 6).</summary>
internal sealed record TelecomXStates : SnapshotRequest
{
    public static TelecomXStates All { get; } = new();
}
