using System.Buffers;
using System.Text.Json;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>JSON arrays of events and acknowledgements, made from .NET values and taken apart again.</summary>
internal static class SocketIoPayload
{
    /// <summary>Writes an array.</summary>
    /// <param name="name">The event's name, escaped as JSON wants it; null for an acknowledgement.</param>
    /// <param name="arguments">The arguments: bytes become binary parts, everything else JSON.</param>
    /// <returns>The JSON and the binary parts.</returns>
    public static (ReadOnlyMemory<byte> Json, IReadOnlyList<ReadOnlyMemory<byte>> Attachments) Write(string? name, IEnumerable<object?> arguments)
    {
        var output = new ArrayBufferWriter<byte>();
        var attachments = new List<ReadOnlyMemory<byte>>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartArray();
            if (name is not null) writer.WriteStringValue(name);
            foreach (var argument in arguments) WriteArgument(writer, argument, attachments);
            writer.WriteEndArray();
        }

        return (output.WrittenMemory, attachments);
    }

    /// <summary>Takes an array apart.</summary>
    /// <param name="json">The array.</param>
    /// <param name="skip">How many elements to leave out at the beginning.</param>
    /// <returns>The elements.</returns>
    /// <exception cref="JsonException">It is not valid JSON.</exception>
    public static IReadOnlyList<JsonElement> Parse(ReadOnlyMemory<byte> json, int skip)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone().EnumerateArray().Skip(skip).ToArray();
    }

    private static void WriteArgument(Utf8JsonWriter writer, object? argument, List<ReadOnlyMemory<byte>> attachments)
    {
        if ((argument switch { byte[] array => array, ReadOnlyMemory<byte> memory => memory, _ => (ReadOnlyMemory<byte>?)null }) is { } bytes)
        {
            writer.WriteStartObject();
            writer.WriteBoolean("_placeholder", true);
            writer.WriteNumber("num", attachments.Count);
            writer.WriteEndObject();
            attachments.Add(bytes);
        }
        else
        {
            JsonSerializer.Serialize(writer, argument);
        }
    }
}
