using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>
/// The body of a polling request or answer (socketio.md section 4). Revision 3: <c>length:packet</c> repeated, the length in
/// UTF-16 units, binary as <c>b4</c> and base64. Revision 4: packets with 0x1E between them, binary as <c>b</c> and base64.
/// </summary>
internal static class PollingPayload
{
    private const byte Separator = 0x1E;

    /// <summary>Tells the revision that a handshake's body is written in: revision 3 puts a length before its <c>0</c>.</summary>
    /// <param name="body">The body.</param>
    /// <returns>3 or 4.</returns>
    public static int DetectRevision(ReadOnlySpan<byte> body) => body is [>= (byte)'1' and <= (byte)'9', ..] ? 3 : 4;

    /// <summary>Takes the first packet off a body.</summary>
    /// <param name="revision">3 or 4.</param>
    /// <param name="rest">The body; what is left of it afterwards. A packet that cannot be delimited takes the rest with it.</param>
    /// <returns>The packet.</returns>
    public static EngineMessage Take(int revision, ref ReadOnlyMemory<byte> rest)
    {
        var packet = revision == 3 ? TakeCounted(ref rest) : TakeSeparated(ref rest);
        if (packet.Fault is not null || packet.Data.IsEmpty || packet.Data.Span[0] != 'b') return packet;
        // Revision 3 puts the packet's type before the base64; only messages are ever binary.
        var base64 = packet.Data[(revision == 3 ? Math.Min(2, packet.Data.Length) : 1)..];
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        return Base64.DecodeFromUtf8(base64.Span, bytes, out _, out var written) == OperationStatus.Done
            ? new EngineMessage(bytes.AsMemory(0, written), IsBinary: true)
            : packet with { Fault = "a binary message is not base64" };
    }

    /// <summary>Adds a packet to a body.</summary>
    /// <param name="revision">3 or 4.</param>
    /// <param name="body">The body.</param>
    /// <param name="message">The packet.</param>
    public static void Append(int revision, ArrayBufferWriter<byte> body, in EngineMessage message)
    {
        if (revision != 3 && body.WrittenCount > 0) body.Write([Separator]);
        var base64Length = message.IsBinary ? Base64.GetMaxEncodedToUtf8Length(message.Data.Length) : 0;
        if (revision == 3)
        {
            var units = message.IsBinary ? base64Length + 2 : Encoding.UTF8.GetCharCount(message.Data.Span);
            Utf8Formatter.TryFormat(units, body.GetSpan(12), out var digits);
            body.Advance(digits);
            body.Write(message.IsBinary ? ":b4"u8 : ":"u8);
        }
        else if (message.IsBinary)
        {
            body.Write("b"u8);
        }

        if (message.IsBinary)
        {
            Base64.EncodeToUtf8(message.Data.Span, body.GetSpan(base64Length), out _, out var written);
            body.Advance(written);
        }
        else
        {
            body.Write(message.Data.Span);
        }
    }

    private static EngineMessage TakeSeparated(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf(Separator);
        var packet = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return new EngineMessage(packet);
    }

    private static EngineMessage TakeCounted(ref ReadOnlyMemory<byte> rest)
    {
        var all = rest;
        var span = all.Span;
        rest = default;
        if (!Utf8Parser.TryParse(span, out uint units, out var digits) || digits >= span.Length || span[digits] != ':')
            return new EngineMessage(all, Fault: "the length of a polling packet cannot be read");
        var at = digits + 1;
        var start = at;
        for (long left = units; left > 0; )
        {
            if (at >= span.Length) return new EngineMessage(all, Fault: "a polling packet is shorter than its length says");
            // The first byte of a UTF-8 sequence tells its length; four bytes are two units.
            var (bytes, unitsOfIt) = span[at] switch { < 0x80 => (1, 1), < 0xE0 => (2, 1), < 0xF0 => (3, 1), _ => (4, 2) };
            at += bytes;
            left -= unitsOfIt;
        }

        if (at > span.Length) return new EngineMessage(all, Fault: "a polling packet ends within a character");
        rest = all[at..];
        return new EngineMessage(all[start..at]);
    }
}
