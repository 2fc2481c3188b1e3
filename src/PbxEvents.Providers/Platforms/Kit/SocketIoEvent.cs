using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>An event as Socket.IO writes it: <c>["name",argument,...]</c>.</summary>
internal static class SocketIoEvent
{
    /// <summary>Reads its name.</summary>
    /// <param name="payload">The frame.</param>
    /// <param name="pool">Where the name comes from.</param>
    /// <param name="name">The name.</param>
    /// <param name="reader">Afterwards at the first argument, or at the end of the array when there is none.</param>
    /// <returns>False when the frame is JSON but no event.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> payload, Utf8Pool pool, [NotNullWhen(true)] out string? name, out Utf8JsonReader reader)
    {
        reader = new Utf8JsonReader(payload.Span);
        name = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
            return false;
        name = reader.ValueIsEscaped ? reader.GetString()! : pool.Get(reader.ValueSpan);
        reader.Read();
        return true;
    }

    /// <summary>The value that a reader stands at, as it was written; afterwards the reader is at its end.</summary>
    /// <param name="payload">The bytes that the reader reads, from their beginning.</param>
    /// <param name="reader">At the value.</param>
    public static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return payload[start..(int)reader.BytesConsumed];
    }

    /// <summary>Writes one with an object as its argument.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="writeMembers">Writes the object's members.</param>
    public static ReadOnlyMemory<byte> Write(string name, Action<Utf8JsonWriter> writeMembers) => JsonPayload.Write(w =>
    {
        w.WriteStartArray();
        w.WriteStringValue(name);
        w.WriteStartObject();
        writeMembers(w);
        w.WriteEndObject();
        w.WriteEndArray();
    });
}
