using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// The events of yeastar.md section 5.1, from the embedded catalogue. An event's name is its number, its topic the words for
/// it: <c>30011</c> and <c>CallStateChanged</c>. Immutable.
/// </summary>
internal sealed class YeastarCatalogue
{
    private static readonly Lazy<YeastarCatalogue> Loaded = new(() => new YeastarCatalogue());
    private readonly Dictionary<int, PbxEventType> _byId = [];

    private YeastarCatalogue()
    {
        using var document = Catalogue.Open("yeastar-events.json");
        foreach (var row in document.RootElement.EnumerateArray())
            _byId.Add(row.GetProperty("id").GetInt32(), ReadRow(row));
        Events = [.. _byId.OrderBy(r => r.Key).Select(r => r.Value)];
    }

    public static YeastarCatalogue Instance => Loaded.Value;

    /// <summary>The rows, by number.</summary>
    public IReadOnlyList<PbxEventType> Events { get; }

    /// <summary>The row of an event; null when the catalogue does not have it.</summary>
    public PbxEventType? Find(int id) => _byId.GetValueOrDefault(id);

    private static PbxEventType ReadRow(JsonElement row)
    {
        var id = row.GetProperty("id").GetInt32().ToString(CultureInfo.InvariantCulture);
        var category = Enum.Parse<PbxCategory>(Catalogue.Text(row, "category")!);
        return new PbxEventType("Yeastar", Catalogue.Text(row, "name")!, id, category, Catalogue.Text(row, "description")!)
        {
            // Nothing but the PBX's own switches stands between a valid token and an event (section 1).
            Permission = Catalogue.Text(row, "needs"),
            Subscription = Catalogue.Text(row, "type") is { } type ? Enum.Parse<PbxSubscriptionType>(type) : null,
            Fields = Catalogue.ReadFields(row),
            Note = Catalogue.Text(row, "note"),
        };
    }
}
