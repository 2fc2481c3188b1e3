using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The event filters of ringcentral.md section 7.</summary>
internal static class RingCentralCatalogue
{
    /// <summary>All of them, read when they are first needed.</summary>
    public static EventCatalogue All { get; } = EventCatalogue.Load("RingCentral");

    /// <summary>What a notification is about that the catalogue does not have: what others are whose path begins as its own.</summary>
    public static PbxCategory CategoryOf(string name)
    {
        var end = name.IndexOf('/', StringComparison.Ordinal);
        var family = end < 0 ? name : name[..end];
        return All.Events.FirstOrDefault(e => IsOf(e.Name, family))?.Category ?? PbxCategory.Unknown;
    }

    private static bool IsOf(string name, string family) =>
        name.StartsWith(family, StringComparison.OrdinalIgnoreCase) && family.Length > 0 && (name.Length == family.Length || name[family.Length] == '/');
}
