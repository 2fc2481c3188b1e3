using System.Text.Json;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>Looks up an event's name and its call with JsonDocument.</summary>
internal static class EventDocument
{
    /// <summary>Reads them; null for what is not there.</summary>
    public static (string? Name, string? Call) Read(ReadOnlyMemory<byte> json, byte[] name, byte[] call)
    {
        using var document = JsonDocument.Parse(json);
        return (Find(document.RootElement, name), Find(document.RootElement, call));
    }

    /// <summary>As above, of text.</summary>
    public static (string? Name, string? Call) Read(string json, byte[] name, byte[] call)
    {
        using var document = JsonDocument.Parse(json);
        return (Find(document.RootElement, name), Find(document.RootElement, call));
    }

    /// <summary>
    /// Looks one up. RingCentral's events are in an array, its fields two levels down; Yeastar's are JSON within a text of the JSON.
    /// </summary>
    public static string? Find(JsonElement element, byte[] name)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                if (Find(item, name) is { } inItem)
                    return inItem;
            }
            return null;
        }
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        if (element.TryGetProperty(name, out var found))
            return found.ToString();
        if (element.TryGetProperty("msg"u8, out var message))
        {
            using var inner = JsonDocument.Parse(message.GetString()!);
            return Find(inner.RootElement, name);
        }
        return element.TryGetProperty("body"u8, out var body) ? Find(body, name) : null;
    }
}
