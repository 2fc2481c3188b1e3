using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>The streams' events of onecloud.md section 4.</summary>
internal static class OneCloudCatalogue
{
    private static readonly Lazy<EventCatalogue> Loaded = new(() => EventCatalogue.Load("OneCloud"));

    public static EventCatalogue Instance => Loaded.Value;
}
