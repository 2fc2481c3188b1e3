using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The event filters of ringcentral.md section 7, from the embedded catalogue. Immutable.</summary>
internal sealed class RingCentralCatalogue
{
    private static readonly Lazy<RingCentralCatalogue> Loaded = new(() => new RingCentralCatalogue());
    private readonly Dictionary<string, PbxEventType> _byName = new(StringComparer.OrdinalIgnoreCase);

    private RingCentralCatalogue()
    {
        using var document = Catalogue.Open("ringcentral-events.json");
        Events = document.RootElement.EnumerateArray().Select(ReadRow).ToArray();
        Filters = Events.Select(e => e.Topic).ToArray();
        foreach (var row in Events)
            _byName.TryAdd(row.Name, row);
    }

    public static RingCentralCatalogue Instance => Loaded.Value;

    public IReadOnlyList<PbxEventType> Events { get; }

    /// <summary>The filters, as they can be given to <c>-Topic</c>.</summary>
    public IReadOnlyList<string> Filters { get; }

    /// <summary>A row of that name; null when the catalogue does not have it.</summary>
    public PbxEventType? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>What a notification is about that the catalogue does not have: what others are whose path begins as its own.</summary>
    public PbxCategory CategoryOf(string name)
    {
        var end = name.IndexOf('/', StringComparison.Ordinal);
        var family = end < 0 ? name : name[..end];
        return Events.FirstOrDefault(e => IsOf(e.Name, family))?.Category ?? PbxCategory.Unknown;
    }

    private static bool IsOf(string name, string family) =>
        name.StartsWith(family, StringComparison.OrdinalIgnoreCase) && family.Length > 0 && (name.Length == family.Length || name[family.Length] == '/');

    private static PbxEventType ReadRow(JsonElement row) => new(
        "RingCentral",
        row.GetProperty("topic").GetString()!,
        row.GetProperty("event").GetString()!,
        Enum.Parse<PbxCategory>(row.GetProperty("category").GetString()!),
        Catalogue.Text(row, "description") ?? "")
    {
        Permission = Catalogue.Text(row, "permission"),
        Subscription = Catalogue.Text(row, "type") is { } type ? Enum.Parse<PbxSubscriptionType>(type) : null,
        Fields = Catalogue.ReadFields(row),
        Note = Catalogue.Text(row, "note"),
    };
}
