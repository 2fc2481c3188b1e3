using System.Text.Json;

namespace PbxEvents.Simulator.SocketIo;

/// <summary>Reads the JSON of packets.</summary>
internal static class SocketIoJson
{
    /// <summary>Reads an array.</summary>
    /// <param name="json">The text.</param>
    /// <returns>Its elements; null when it is no array.</returns>
    public static JsonElement[]? ReadArray(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.Clone().EnumerateArray()] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A member of an object as text.</summary>
    /// <param name="element">The object; anything else has no members.</param>
    /// <param name="name">The member.</param>
    /// <returns>Its text; null when it is absent or no text.</returns>
    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A member of an object.</summary>
    /// <param name="element">The object; anything else has no members.</param>
    /// <param name="name">The member.</param>
    /// <returns>The member; undefined when it is absent.</returns>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
}
