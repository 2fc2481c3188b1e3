using System.Buffers.Text;
using System.Text;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>
/// Reads the prefix of a Socket.IO packet: <c>type [attachments-] [/namespace,] [ack id] payload</c> (socketio.md section 3).
/// The payload's JSON is not parsed here; it is only looked at from both ends.
/// </summary>
internal static class PacketReader
{
    private const int MaxAttachments = 1000;

    /// <summary>Reads a packet.</summary>
    /// <param name="data">What follows the <c>4</c> of Engine.IO.</param>
    /// <param name="packet">The packet; its payload is a slice of the data.</param>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? Read(ReadOnlyMemory<byte> data, out SocketPacket packet)
    {
        packet = default;
        var span = data.Span;
        if (span.IsEmpty || span[0] is < (byte)'0' or > (byte)'6')
            return "the packet's type is unknown";
        var type = (SocketPacketType)(span[0] - '0');
        var at = 1;

        var attachments = 0;
        if (type is SocketPacketType.BinaryEvent or SocketPacketType.BinaryAck)
        {
            if (!Utf8Parser.TryParse(span[at..], out uint count, out var digits) || count > MaxAttachments
                || at + digits >= span.Length || span[at + digits] != '-')
            {
                return "the number of its binary frames cannot be read";
            }
            attachments = (int)count;
            at += digits + 1;
        }

        var name = SocketPacket.Root;
        if (at < span.Length && span[at] == '/')
        {
            var length = span[at..].IndexOf((byte)',');
            var end = length < 0 ? span.Length : at + length;
            name = ReadNamespace(span[at..end]);
            at = length < 0 ? end : end + 1;
        }

        var ackId = -1L;
        if (at < span.Length && char.IsAsciiDigit((char)span[at]))
        {
            if (!Utf8Parser.TryParse(span[at..], out ackId, out var digits))
                return "its acknowledgement id is too large";
            at += digits;
        }

        packet = new SocketPacket(type, name, ackId, attachments, data[at..]);
        return FindProblem(packet, span[at..]);
    }

    /// <summary>The namespace without the query behind it.</summary>
    /// <param name="name">As it is written in a packet.</param>
    /// <returns>The bare name.</returns>
    public static string WithoutQuery(string name)
    {
        var query = name.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? name : name[..query];
    }

    private static string ReadNamespace(ReadOnlySpan<byte> name) => WithoutQuery(Encoding.UTF8.GetString(name));

    private static string? FindProblem(in SocketPacket packet, ReadOnlySpan<byte> payload) => packet.Type switch
    {
        SocketPacketType.Event or SocketPacketType.BinaryEvent when payload is not [(byte)'[', (byte)'"', .., (byte)']'] =>
            "an event is not an array that begins with a name",
        SocketPacketType.Ack or SocketPacketType.BinaryAck when payload is not [(byte)'[', .., (byte)']'] => "an acknowledgement is not an array",
        SocketPacketType.Ack or SocketPacketType.BinaryAck when packet.AckId < 0 => "an acknowledgement has no id",
        _ => null,
    };
}
