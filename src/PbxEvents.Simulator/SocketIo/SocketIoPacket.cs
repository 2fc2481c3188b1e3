using System.Globalization;

namespace PbxEvents.Simulator.SocketIo;

/// <summary>A Socket.IO packet (socketio.md section 3), without the Engine.IO <c>4</c> before it.</summary>
/// <param name="Type">0 connect, 1 disconnect, 2 event, 3 ack, 4 connect error, 5 binary event, 6 binary ack.</param>
/// <param name="Namespace">The namespace, without a query.</param>
/// <param name="Id">The id of an ack; null for none.</param>
/// <param name="Json">The payload; empty for none.</param>
internal sealed record SocketIoPacket(int Type, string Namespace, long? Id, string Json)
{
    /// <summary>How many binary messages follow.</summary>
    public int Attachments { get; init; }

    /// <summary>Reads a packet.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>The packet; null when it is none.</returns>
    public static SocketIoPacket? Parse(string text)
    {
        if (text is not [>= '0' and <= '6', ..])
            return null;
        var type = text[0] - '0';
        var at = 1;
        var attachments = 0;
        if (type >= 5)
        {
            var dash = text.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0 || !int.TryParse(text.AsSpan(1, dash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out attachments))
                return null;
            at = dash + 1;
        }

        var space = "/";
        if (at < text.Length && text[at] == '/')
        {
            var comma = text.IndexOf(',', at);
            space = comma < 0 ? text[at..] : text[at..comma];
            at = comma < 0 ? text.Length : comma + 1;
            // Revision 3 puts the query of a connect packet here.
            if (space.IndexOf('?', StringComparison.Ordinal) is var mark and >= 0)
                space = space[..mark];
        }

        var digits = at;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        long? id = null;
        if (digits > at)
        {
            if (!long.TryParse(text.AsSpan(at, digits - at), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            id = number;
        }

        return new SocketIoPacket(type, space, id, text[digits..]) { Attachments = attachments };
    }

    /// <summary>The packet's text. Packets from here never have attachments.</summary>
    /// <returns>The text.</returns>
    public override string ToString() =>
        $"{Type}{(Namespace == "/" ? "" : Namespace + (Json.Length > 0 || Id is not null ? "," : ""))}{Id}{Json}";
}
