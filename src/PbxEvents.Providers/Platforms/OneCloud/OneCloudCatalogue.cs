using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>The streams' events of onecloud.md section 4, from the embedded catalogue. Immutable.</summary>
internal static class OneCloudCatalogue
{
    private static readonly Lazy<IReadOnlyList<PbxEventType>> Loaded = new(Load);

    public static IReadOnlyList<PbxEventType> Events => Loaded.Value;

    private static PbxEventType[] Load()
    {
        using var document = Catalogue.Open("onecloud-events.json");

        // What confirms subscriptions, and what a JavaScript library raises by itself, are no events of a PBX.
        return document.RootElement.GetProperty("events").EnumerateArray()
            .Where(row => OneCloudTopics.All.Contains(Catalogue.Text(row, "type")))
            .Select(ReadRow)
            .ToArray();
    }

    private static PbxEventType ReadRow(JsonElement row)
    {
        var topic = row.GetProperty("type").GetString()!;
        var confidence = Catalogue.Text(row, "confidence");
        return new PbxEventType("OneCloud", topic, row.GetProperty("event").GetString()!, OneCloudTopics.CategoryOf(topic), Catalogue.Text(row, "description") ?? "")
        {
            Permission = Catalogue.Text(row, "permission"),
            Subscription = OneCloudTopics.TypeOf(topic),
            Fields = [.. Catalogue.ReadFields(row), .. Catalogue.ReadFields(row, "alsoSeen")],
            Note = confidence is null or "seed" ? null : $"How sure the name is: {confidence}.",
        };
    }
}
