using System.Globalization;
using System.Text;

namespace PbxEvents.Simulator.SocketIo;

/// <summary>Several Engine.IO packets in one body: long-polling (socketio.md section 4).</summary>
internal static class EnginePayload
{
    private const char Separator = '\x1e';

    /// <summary>Puts packets together.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="revision">3: each after its length in UTF-16 units. 4: with separators.</param>
    /// <returns>The body.</returns>
    public static string Encode(IEnumerable<string> packets, int revision) =>
        revision == 3 ? string.Concat(packets.Select(p => $"{p.Length}:{p}")) : string.Join(Separator, packets);

    /// <summary>Takes a body apart.</summary>
    /// <param name="body">The body.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="isBinary">Revision 3: true for the binary form, which clients use when they send bytes.</param>
    /// <returns>The packets; a binary one is given as <c>b</c> alone, its bytes are of no use here. Null when it cannot be read.</returns>
    public static IReadOnlyList<string>? Decode(ReadOnlySpan<byte> body, int revision, bool isBinary)
    {
        if (revision == 3 && isBinary)
            return DecodeBinary(body);
        var text = Encoding.UTF8.GetString(body);
        if (revision != 3)
            return [.. text.Split(Separator).Select(p => p is ['b', ..] ? "b" : p)];
        var packets = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var colon = text.IndexOf(':', at);
            if (colon < 0 || !int.TryParse(text.AsSpan(at, colon - at), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
                return null;
            if (length > text.Length - colon - 1)
                return null;
            var packet = text.Substring(colon + 1, length);
            packets.Add(packet is ['b', ..] ? "b" : packet);
            at = colon + 1 + length;
        }

        return packets;
    }

    // Each packet: 0 for text or 1 for bytes, the length's decimal digits as byte values, 255, the data.
    private static List<string>? DecodeBinary(ReadOnlySpan<byte> body)
    {
        var packets = new List<string>();
        while (body.Length > 0)
        {
            var isText = body[0] == 0;
            var end = body.IndexOf((byte)255);
            if (end is < 2 or > 10)
                return null;
            var length = 0;
            foreach (var digit in body[1..end])
            {
                if (digit > 9)
                    return null;
                length = length * 10 + digit;
            }

            body = body[(end + 1)..];
            if (length > body.Length)
                return null;
            packets.Add(isText ? Encoding.UTF8.GetString(body[..length]) : "b");
            body = body[length..];
        }

        return packets;
    }
}
