using System.Text.Json;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>What the server says in its first packet (socketio.md section 2).</summary>
/// <param name="SessionId">The Engine.IO session's id.</param>
/// <param name="PingInterval">How often the pinging side pings.</param>
/// <param name="PingTimeout">How long it waits for the answer.</param>
/// <param name="HasMaxPayload">True when it names the largest payload, which only servers of revision 4 do.</param>
internal sealed record EngineHandshake(string SessionId, TimeSpan PingInterval, TimeSpan PingTimeout, bool HasMaxPayload)
{
    private const int UsualIntervalMs = 25_000;
    private const int UsualTimeoutMs = 20_000;
    private const int LongestMs = 24 * 60 * 60 * 1000;

    /// <summary>After this time without a byte the link is dead (socketio.md section 5).</summary>
    public TimeSpan MaxSilence => PingInterval + PingTimeout;

    /// <summary>Reads the first packet.</summary>
    /// <param name="message">The packet.</param>
    /// <returns>Null when it is not a handshake.</returns>
    public static EngineHandshake? TryRead(in EngineMessage message)
    {
        if (message.IsBinary || message.Problem is not null || message.Data.IsEmpty || message.Data.Span[0] != '0')
            return null;
        try
        {
            using var json = JsonDocument.Parse(message.Data[1..]);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("sid", out var sid)
                || sid.ValueKind != JsonValueKind.String || sid.GetString() is not { Length: > 0 } id)
            {
                return null;
            }
            return new EngineHandshake(id, ReadTime(root, "pingInterval", UsualIntervalMs), ReadTime(root, "pingTimeout", UsualTimeoutMs),
                root.TryGetProperty("maxPayload", out _));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static TimeSpan ReadTime(JsonElement root, string name, int usual) => TimeSpan.FromMilliseconds(
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= 1
            ? Math.Min(number, LongestMs)
            : usual);
}
