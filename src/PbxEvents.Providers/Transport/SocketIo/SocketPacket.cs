namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>One Socket.IO packet. The payload is a slice of what was read: copy what is kept.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Namespace">The namespace, without the query that revision 3 may put behind it.</param>
/// <param name="AckId">The id of the acknowledgement; -1 for none.</param>
/// <param name="Attachments">How many binary frames follow.</param>
/// <param name="Payload">The JSON, not parsed.</param>
internal readonly record struct SocketPacket(
    SocketPacketType Type, string Namespace, long AckId, int Attachments, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The namespace that needs no name.</summary>
    public const string Root = "/";

    /// <summary>True for an event of either kind.</summary>
    public bool IsEvent => Type is SocketPacketType.Event or SocketPacketType.BinaryEvent;
}
