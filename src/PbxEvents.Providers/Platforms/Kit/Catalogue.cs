using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>Reads the event catalogues that are embedded in this assembly.</summary>
internal static class Catalogue
{
    /// <summary>Opens an embedded catalogue.</summary>
    /// <param name="name">The file's name, such as <c>telecomx-events.json</c>.</param>
    public static JsonDocument Open(string name)
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The catalogue {name} is not embedded.");
        return JsonDocument.Parse(stream);
    }

    /// <summary>The fields of a catalogue row; empty when it has none.</summary>
    /// <param name="row">The row.</param>
    /// <param name="member">The member that lists them.</param>
    public static IReadOnlyList<PbxEventField> ReadFields(JsonElement row, string member = "fields")
    {
        if (!row.TryGetProperty(member, out var fields))
            return [];
        return fields.EnumerateArray().Select(f => new PbxEventField(
            f.GetProperty("name").GetString()!,
            Text(f, "type") ?? "string",
            Text(f, "description") ?? "")
        {
            Values = f.TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.Array
                ? values.EnumerateArray().Select(v => v.ToString()).ToArray()
                : [],
        }).ToArray();
    }

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
