using System.Text.Json.Nodes;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>When a platform is asked for its call records after a gap.</summary>
internal static class TicketMoments
{
    /// <summary>Longer than the last steps of any call that is played.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>The last is later than the longest call that is played.</summary>
    private static readonly TimeSpan[] Asks = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(7)];

    /// <summary>When nothing is to come any more after a connect, with the quick moments.</summary>
    public static readonly TimeSpan QuickEnd = TimeSpan.FromSeconds(10);

    /// <summary>The same with the real ones: the second asking is over on every platform. What is asked later tells nothing new here.</summary>
    public static readonly TimeSpan RealEnd = TimeSpan.FromSeconds(200);

    /// <summary>The first asking is over on every platform, with the real moments.</summary>
    public static readonly TimeSpan RealFirst = TimeSpan.FromSeconds(60);

    /// <summary>A listener that is killed runs again within it, also on a busy machine.</summary>
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(25);

    /// <summary>When nothing is to come any more after a takeover, with the quick moments.</summary>
    public static readonly TimeSpan TakeoverEnd = Takeover + TimeSpan.FromSeconds(8);

    /// <summary>The same, of listeners that take over from each other.</summary>
    public static JsonArray QuickTakeover(string platform)
    {
        var moments = Quick(platform);
        moments.Add((JsonNode)Moment("PbxEvents.Providers.Connection.TakeoverTimes", "Default", "FirstAsk", Takeover));
        return moments;
    }

    /// <summary>Moments that pass in seconds: what a script sets before it connects.</summary>
    public static JsonArray Quick(string platform)
    {
        if (platform == "RingCentral")
        {
            return
            [
                Moment(TypeOf(platform, "RingCentralTiming"), "Default", "RecordAsks", Asks),
                Moment(TypeOf(platform, "RingCentralTiming"), "Default", "RecordPause", TimeSpan.FromMilliseconds(100)),
                Moment(TypeOf(platform, "RingCentralTiming"), "Default", "RecordSettling", Settling),
            ];
        }
        var space = platform == "PortSIP" ? "PortSip" : platform;
        var records = TypeOf(space, $"{space}Records");
        var asks = Moment(records, "Documented", "Asks", Asks);
        return platform is "OneCloud" or "TelecomX" ? [asks, Moment(records, "Documented", "Settling", Settling)] : [asks];
    }

    private static string TypeOf(string space, string type) => $"PbxEvents.Providers.Platforms.{space}.{type}";

    private static JsonObject Moment(string type, string field, string name, params TimeSpan[] value) => new()
    {
        ["Type"] = type,
        ["Field"] = field,
        ["Name"] = name,
        ["Many"] = value.Length > 1,
        ["Value"] = value.Length > 1 ? new JsonArray([.. value.Select(v => (JsonNode)$"{v}")]) : $"{value[0]}",
    };
}
