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
        if (packet.Problem is not null || packet.Data.IsEmpty || packet.Data.Span[0] != 'b')
            return packet;
        // Revision 3 puts the packet's type before the base64; only messages are ever binary.
        var base64 = packet.Data[(revision == 3 ? Math.Min(2, packet.Data.Length) : 1)..];
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        return Base64.DecodeFromUtf8(base64.Span, bytes, out _, out var written) == OperationStatus.Done
            ? new EngineMessage(bytes.AsMemory(0, written), IsBinary: true)
            : packet with { Problem = "a binary message is not base64" };
    }

    /// <summary>Adds a text packet to a body.</summary>
    /// <param name="revision">3 or 4.</param>
    /// <param name="body">The body.</param>
    /// <param name="packet">The packet.</param>
    public static void Append(int revision, ArrayBufferWriter<byte> body, ReadOnlySpan<byte> packet)
    {
        if (revision == 3)
        {
            Utf8Formatter.TryFormat(Encoding.UTF8.GetCharCount(packet), body.GetSpan(12), out var digits);
            body.Advance(digits);
            body.Write(":"u8);
        }
        else if (body.WrittenCount > 0)
        {
            body.Write([Separator]);
        }

        body.Write(packet);
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
            return new EngineMessage(all, Problem: "the length of a polling packet cannot be read");
        var at = digits + 1;
        var start = at;
        for (long left = units; left > 0;)
        {
            if (at >= span.Length)
                return new EngineMessage(all, Problem: "a polling packet is shorter than its length says");
            // The first byte of a UTF-8 sequence tells its length; four bytes are two units.
            var (bytes, unitsOfIt) = span[at] switch { < 0x80 => (1, 1), < 0xE0 => (2, 1), < 0xF0 => (3, 1), _ => (4, 2) };
            at += bytes;
            left -= unitsOfIt;
        }

        if (at > span.Length)
            return new EngineMessage(all, Problem: "a polling packet ends within a character");
        rest = all[at..];
        return new EngineMessage(all[start..at]);
    }
}
