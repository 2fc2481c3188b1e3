using System.Globalization;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// The events of yeastar.md section 5.1. An event's name is its number, its topic the words for it: <c>30011</c> and
/// <c>CallStateChanged</c>.
/// </summary>
internal static class YeastarCatalogue
{
    private static readonly Lazy<IReadOnlyDictionary<int, PbxEventType>> ById = new(() =>
        Instance.Events.ToDictionary(e => int.Parse(e.Name, CultureInfo.InvariantCulture)));

    private static readonly Lazy<EventCatalogue> Loaded = new(() => EventCatalogue.Load("Yeastar"));

    public static EventCatalogue Instance => Loaded.Value;

    /// <summary>The row of an event; null when the catalogue does not have it.</summary>
    public static PbxEventType? Find(int id) => ById.Value.GetValueOrDefault(id);
}
