using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>The streams' events of onecloud.md section 4.</summary>
internal static class OneCloudCatalogue
{
    /// <summary>All of them, read when they are first needed.</summary>
    public static EventCatalogue All { get; } = EventCatalogue.Load("OneCloud");
}
