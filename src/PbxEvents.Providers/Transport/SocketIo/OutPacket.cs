using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>One packet on its way out. Sessions speak JSON only, so no binary frame ever follows.</summary>
/// <param name="Engine">The Engine.IO type: <c>2</c>, <c>3</c>, or <c>4</c> for a Socket.IO packet.</param>
/// <param name="Type">The Socket.IO type.</param>
/// <param name="Namespace">The namespace, in revision 3 with its query.</param>
/// <param name="AckId">The id of the acknowledgement; -1 for none.</param>
/// <param name="Payload">The JSON; of a ping or pong the text that comes with it.</param>
internal readonly record struct OutPacket(char Engine, SocketPacketType Type, string Namespace, long AckId, ReadOnlyMemory<byte> Payload)
{
    /// <summary>A ping of revision 3, or the pong to a ping of either side.</summary>
    /// <param name="engine"><c>2</c> or <c>3</c>.</param>
    /// <param name="payload">The text that comes with it.</param>
    /// <returns>The packet.</returns>
    public static OutPacket Heartbeat(char engine, ReadOnlyMemory<byte> payload = default) => new(engine, default, SocketPacket.Root, -1, payload);

    /// <summary>A Socket.IO packet.</summary>
    /// <param name="type">What it is; none of the binary types.</param>
    /// <param name="name">The namespace.</param>
    /// <param name="payload">The JSON.</param>
    /// <param name="ackId">The id of the acknowledgement; -1 for none.</param>
    /// <returns>The packet.</returns>
    public static OutPacket Message(SocketPacketType type, string name, ReadOnlyMemory<byte> payload, long ackId = -1) => new('4', type, name, ackId, payload);

    /// <summary>Writes the text frame.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        writer.Write([(byte)Engine]);
        if (Engine == '4')
            writer.Write([(byte)('0' + (int)Type)]);
        if (Namespace != SocketPacket.Root)
        {
            Encoding.UTF8.GetBytes(Namespace, writer);
            writer.Write(","u8);
        }

        if (AckId >= 0)
        {
            Utf8Formatter.TryFormat(AckId, writer.GetSpan(20), out var digits);
            writer.Advance(digits);
        }

        writer.Write(Payload.Span);
    }
}
