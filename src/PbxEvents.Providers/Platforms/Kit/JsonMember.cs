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
}
