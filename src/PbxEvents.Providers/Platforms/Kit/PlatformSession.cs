using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>A session that reads JSON. What cannot be read is counted and told, and never leaves it as an exception.</summary>
/// <param name="host">Where everything goes that comes out.</param>
internal abstract class PlatformSession(ISessionHost host) : ProtocolSession(host)
{
    /// <summary>True for what reading bad JSON throws. The second one is what .NET throws for text that is JSON by its form but holds half a character.</summary>
    public static bool IsUnreadable(Exception e) => e is JsonException or InvalidOperationException;

    /// <inheritdoc/>
    public sealed override void FrameReceived(int link, in Frame frame)
    {
        try
        {
            ReadFrame(link, frame);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            Host.ReportUnreadable(frame.Payload.Span, $"It is not JSON ({e.Message})");
        }
    }

    /// <inheritdoc/>
    public sealed override void SnapshotReceived(in Snapshot snapshot)
    {
        try
        {
            ReadSnapshot(snapshot);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            Host.ReportUnreadable(snapshot.Payload.Span, $"The answer to {snapshot.Kind} is not JSON ({e.Message})");
        }
    }

    /// <summary>Reads a frame. Exceptions of the JSON reader may leave it.</summary>
    /// <param name="link">The link it came by.</param>
    /// <param name="frame">The frame.</param>
    protected abstract void ReadFrame(int link, in Frame frame);

    /// <summary>Reads a snapshot. Exceptions of the JSON reader may leave it.</summary>
    /// <param name="snapshot">The snapshot.</param>
    protected virtual void ReadSnapshot(in Snapshot snapshot)
    {
    }
}
