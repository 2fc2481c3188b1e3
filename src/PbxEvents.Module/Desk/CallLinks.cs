using System.Text.Json;

namespace PbxEvents.Module.Desk;

/// <summary>Where a call's voicemail and recording are.</summary>
internal static class CallLinks
{
    /// <summary>What the address of a thing is called beside its id, the most direct one first.</summary>
    private static readonly string[] AddressNames = ["contentUri", "uri", "url"];

    /// <summary>The addresses where an event gives them, else the platform's ids; null for what there is not.</summary>
    public static (string? Voicemail, string? Recording) Of(PbxCall call) =>
        call.VoicemailId is null && call.RecordingId is null ? (null, null) : (Find(call, call.VoicemailId), Find(call, call.RecordingId));

    private static string? Find(PbxCall call, string? id) => id is null ? null
        : call.Events.Select(e => Find(e.Raw, id)).FirstOrDefault(a => a is not null) ?? id;

    private static string? Find(string? raw, string id)
    {
        if (raw is null || !raw.Contains(id, StringComparison.Ordinal))
            return null;
        try
        {
            using var json = JsonDocument.Parse(raw);
            return Find(json.RootElement, id);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Find(JsonElement json, string id) => json.ValueKind switch
    {
        JsonValueKind.Object when IsOf(json, id) && AddressOf(json) is { } address => address,
        JsonValueKind.Object => json.EnumerateObject().Select(p => Find(p.Value, id)).FirstOrDefault(a => a is not null),
        JsonValueKind.Array => json.EnumerateArray().Select(i => Find(i, id)).FirstOrDefault(a => a is not null),
        _ => null,
    };

    private static bool IsOf(JsonElement json, string id) => json.TryGetProperty("id", out var own) && own.ValueKind is JsonValueKind.String or JsonValueKind.Number && own.ToString() == id;

    private static string? AddressOf(JsonElement json) => AddressNames
        .Select(n => json.TryGetProperty(n, out var address) && address.ValueKind == JsonValueKind.String ? address.GetString() : null)
        .FirstOrDefault(a => Uri.TryCreate(a, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https");
}
