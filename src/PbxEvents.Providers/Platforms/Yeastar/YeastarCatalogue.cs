using System.Globalization;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// The events of yeastar.md section 5.1. An event's name is its number, its topic the words for it: <c>30011</c> and
/// <c>CallStateChanged</c>.
/// </summary>
internal static class YeastarCatalogue
{
    /// <summary>All of them, read when they are first needed.</summary>
    public static EventCatalogue All { get; } = EventCatalogue.Load("Yeastar");

    private static Dictionary<int, PbxEventType> ById { get; } = All.Events.ToDictionary(e => int.Parse(e.Name, CultureInfo.InvariantCulture));

    /// <summary>The row of an event; null when the catalogue does not have it.</summary>
    public static PbxEventType? Find(int id) => ById.GetValueOrDefault(id);
}
