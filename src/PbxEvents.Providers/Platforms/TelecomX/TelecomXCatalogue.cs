using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>The 269 events of telecomx.md section 12.</summary>
internal static class TelecomXCatalogue
{
    /// <summary>All of them, read when they are first needed.</summary>
    public static EventCatalogue All { get; } = EventCatalogue.Load("TelecomX");
}
