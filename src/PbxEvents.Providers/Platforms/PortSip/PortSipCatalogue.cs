using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The events of portsip.md section 4.</summary>
internal static class PortSipCatalogue
{
    /// <summary>All of them, read when they are first needed.</summary>
    public static EventCatalogue All { get; } = EventCatalogue.Load("PortSIP");
}
