using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The events of portsip.md section 4.</summary>
internal static class PortSipCatalogue
{
    private static readonly Lazy<EventCatalogue> Loaded = new(() => EventCatalogue.Load("PortSIP"));

    public static EventCatalogue Instance => Loaded.Value;
}
