using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>Reads members of JSON that was not written for this program.</summary>
internal static class JsonMember
{
    /// <summary>A member's text; null when it is missing, no text, or holds half a character.</summary>
    public static string? Text(JsonElement row, string name)
    {
        try
        {
            return row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // JSON by its form, with an unpaired surrogate or bytes that are no UTF-8.
            return null;
        }
    }

    /// <summary>A member's text, of a number as well; null when it is missing, empty, or nothing of the kind.</summary>
    public static string? TextOrNumber(JsonElement row, string name)
    {
        var value = Part(row, name);
        return value.ValueKind == JsonValueKind.Number ? value.GetRawText()
            : value.ValueKind == JsonValueKind.String && Text(row, name) is { Length: > 0 } text ? text
            : null;
    }

    /// <summary>Looks into JSON; what is none is passed over.</summary>
    public static void LookInto(ReadOnlyMemory<byte> json, Action<JsonElement> look)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            look(document.RootElement);
        }
        catch (JsonException)
        {
            // Then it tells nothing.
        }
    }

    /// <summary>The member of an object; an undefined element when it is missing.</summary>
    public static JsonElement Part(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var value) ? value : default;
}
