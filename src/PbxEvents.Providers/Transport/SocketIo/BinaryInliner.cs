using System.Buffers;
using System.Text.Json;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>Puts binary parts into the JSON they belong to, as base64, in the place of <c>{"_placeholder":true,"num":N}</c>.</summary>
internal static class BinaryInliner
{
    /// <summary>Does it.</summary>
    /// <param name="json">The payload.</param>
    /// <param name="attachments">The binary parts.</param>
    /// <returns>The whole payload; null when the JSON cannot be read.</returns>
    public static byte[]? Inline(ReadOnlyMemory<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var output = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(output))
                Write(writer, document.RootElement, attachments);
            return output.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second one is what .NET throws for text that is JSON by its form but holds half a character.
            return null;
        }
    }

    /// <summary>The binary part that an element stands for: null when it is not a placeholder, or for a part that is not there.</summary>
    private static ReadOnlyMemory<byte>? Find(JsonElement element, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("_placeholder", out var mark) && mark.ValueKind == JsonValueKind.True
            && element.TryGetProperty("num", out var number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out var index) && index >= 0 && index < attachments.Count
            ? attachments[index]
            // Without its type null would become empty memory, not nothing.
            : (ReadOnlyMemory<byte>?)null;

    private static void Write(Utf8JsonWriter writer, JsonElement element, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        if (Find(element, attachments) is { } bytes)
        {
            writer.WriteBase64StringValue(bytes.Span);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (var property in element.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                Write(writer, property.Value, attachments);
            }

            writer.WriteEndObject();
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var item in element.EnumerateArray())
                Write(writer, item, attachments);
            writer.WriteEndArray();
        }
        else
        {
            element.WriteTo(writer);
        }
    }
}
