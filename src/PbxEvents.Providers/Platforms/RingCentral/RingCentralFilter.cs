using System.Text.Json;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>One event filter as it goes over the wire, and which events it asks for (ringcentral.md section 7). Immutable.</summary>
internal sealed class RingCentralFilter
{
    /// <summary>Parameters that ask for more data, not for fewer events.</summary>
    private static readonly string[] Extras = ["sipData", "withRecordings", "detailedTelephonyState"];

    private readonly RingCentralPath _path;
    private readonly (string Name, string Value)[] _conditions;

    public RingCentralFilter(string text)
    {
        Text = text;
        _path = RingCentralPath.Parse(text);
        var query = text.IndexOf('?');
        _conditions = query < 0 ? [] : text[(query + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Where(pair => pair.Length == 2 && !Extras.Contains(pair[0], StringComparer.OrdinalIgnoreCase))
            .Select(pair => (pair[0], Uri.UnescapeDataString(pair[1])))
            .ToArray();
    }

    /// <summary>The filter as the platform gets it.</summary>
    public string Text { get; }

    /// <summary>The extension's id, <c>~</c>, or null for the account.</summary>
    public string? Extension => _path.Extension;

    /// <summary>True when it brings calls with their parties.</summary>
    public bool BringsCalls => _path.Name == "telephony/sessions";

    /// <summary>True when an event is one that this filter asks for, whichever filter brought it.</summary>
    /// <param name="pbxEvent">The event.</param>
    /// <param name="owner">The id of the token's own extension; null while it is not known.</param>
    public bool Covers(PbxEvent pbxEvent, string? owner)
    {
        if (pbxEvent.Call is { Origin: PbxCallOrigin.Record } call && BringsCalls)
            return CoversRecord(call, owner);
        if (pbxEvent.Topic is not { } topic || !string.Equals(pbxEvent.Name, _path.Name, StringComparison.OrdinalIgnoreCase))
            return false;
        var path = RingCentralPath.Parse(topic);
        if (_path.Queue is not null && _path.Queue != path.Queue)
            return false;
        return IsWithin(path, owner) && (_conditions.Length == 0 || MeetsConditions(pbxEvent.Payload));
    }

    /// <summary>A record tells of a whole call: of everybody in it, and not which party was in which state.</summary>
    private bool CoversRecord(PbxCall call, string? owner)
    {
        var extension = _path.Extension == "~" ? owner : _path.Extension;
        return (extension is null || call.Extension == extension || call.Legs.Any(l => l.Extension == extension))
            && Array.TrueForAll(_conditions, c => c.Name switch
            {
                "missedCall" => string.Equals(c.Value, (call.Outcome == PbxOutcome.Missed).ToString(), StringComparison.OrdinalIgnoreCase),
                "phoneNumber" => call.From == c.Value || call.To == c.Value,
                _ => true,
            });
    }

    /// <summary>The filter.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    private bool IsWithin(RingCentralPath path, string? owner) => _path.Extension switch
    {
        // What an extension monitors comes with the ids of those it monitors.
        _ when _path.Name.StartsWith("presence/line", StringComparison.Ordinal) || _path.Name.StartsWith("favorite", StringComparison.Ordinal) => true,
        null => true,
        "~" => path.Extension is null or "~" || owner is null || path.Extension == owner,
        var id => path.Extension == id || (path.Extension == "~" && owner == id),
    };

    private bool MeetsConditions(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("body", out var body))
                root = body;
            if (root.ValueKind != JsonValueKind.Object)
                return true;
            foreach (var list in (string[])["parties", "changes"])
            {
                if (root.TryGetProperty(list, out var items) && items.ValueKind == JsonValueKind.Array)
                    return items.EnumerateArray().Any(i => Array.TrueForAll(_conditions, c => Meets(i, c.Name, c.Value)));
            }
            return Array.TrueForAll(_conditions, c => Meets(root, c.Name, c.Value));
        }
        catch (JsonException)
        {
            return true;
        }
    }

    /// <summary>A member that is not there excludes nothing, since the platform has applied the filter; but a missed call says so.</summary>
    private static bool Meets(JsonElement item, string name, string value) => name switch
    {
        "phoneNumber" => Has(item, "from", name, value) || Has(item, "to", name, value),
        "statusCode" => Has(item, "status", "code", value),
        "missedCall" => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var flag) && IsSame(flag, value),
        _ => item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out var found) || IsSame(found, value),
    };

    private static bool Has(JsonElement item, string outer, string inner, string value) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(outer, out var part) && part.ValueKind == JsonValueKind.Object
        && part.TryGetProperty(inner, out var found) && IsSame(found, value);

    private static bool IsSame(JsonElement found, string value) => string.Equals(found.ToString(), value, StringComparison.OrdinalIgnoreCase);
}
