using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>The 269 events of telecomx.md section 12.</summary>
internal static class TelecomXCatalogue
{
    private static readonly Lazy<EventCatalogue> Loaded = new(() => EventCatalogue.Load("TelecomX"));

    public static EventCatalogue Instance => Loaded.Value;
}
