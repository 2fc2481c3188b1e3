using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// A platform's events, from the JSON file that is embedded for it. A row has <c>topic</c>, <c>event</c>, <c>category</c> and
/// <c>description</c>, and where there is something to say <c>subscription</c> (the kind that brings it), <c>group</c>, <c>permission</c>,
/// <c>offered</c> (false when no subscription brings it), <c>note</c> and <c>fields</c>. Immutable.
/// </summary>
internal sealed class EventCatalogue
{
    private readonly Dictionary<string, PbxEventType> _byName = new(StringComparer.OrdinalIgnoreCase);

    private EventCatalogue(IReadOnlyList<PbxEventType> events)
    {
        Events = events;

        // A name may have several rows, for the fields of several versions; category and meaning are the same.
        foreach (var row in events)
            _byName.TryAdd(row.Name, row);
    }

    /// <summary>The rows.</summary>
    public IReadOnlyList<PbxEventType> Events { get; }

    /// <summary>Reads the catalogue of a platform.</summary>
    /// <param name="provider">The platform; its file is called after it, such as <c>telecomx-events.json</c>.</param>
    public static EventCatalogue Load(string provider)
    {
        var name = $"{provider.ToLowerInvariant()}-events.json";
        using var stream = typeof(EventCatalogue).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The catalogue {name} is not embedded.");
        using var document = JsonDocument.Parse(stream);
        return new EventCatalogue([.. document.RootElement.EnumerateArray().Select(row => ReadRow(provider, row))]);
    }

    /// <summary>The row of an event; null when the catalogue does not have it.</summary>
    public PbxEventType? Find(string name) => _byName.GetValueOrDefault(name);

    private static PbxEventType ReadRow(string provider, JsonElement row) => new(
        provider,
        row.GetProperty("topic").GetString()!,
        row.GetProperty("event").GetString()!,
        Enum.Parse<PbxCategory>(row.GetProperty("category").GetString()!),
        row.GetProperty("description").GetString()!)
    {
        Subscription = JsonMember.Text(row, "subscription") is { } type ? Enum.Parse<PbxSubscriptionType>(type) : null,
        Group = JsonMember.Text(row, "group"),
        Permission = JsonMember.Text(row, "permission"),
        IsOffered = !row.TryGetProperty("offered", out var offered) || offered.GetBoolean(),
        Note = JsonMember.Text(row, "note"),
        Fields = [.. row.GetProperty("fields").EnumerateArray().Select(ReadField)],
    };

    private static PbxEventField ReadField(JsonElement field) => new(
        field.GetProperty("name").GetString()!,
        field.GetProperty("type").GetString()!,
        field.GetProperty("description").GetString()!)
    {
        Values = field.TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(v => v.ToString())]
            : [],
    };
}
