using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>The channels of telecomx.md section 3 and what brings which.</summary>
internal static class TelecomXTopics
{
    /// <summary>Channels of one customer, with the level that a credential needs.</summary>
    private static readonly (string Channel, string Level)[] CustomerChannels =
    [
        ("PBX", "PERSONAL"), ("CONFIG", "PERSONAL"), ("CONFIG-NOT-IPTV", "PERSONAL"), ("REGISTER", "VIEWER"), ("CALL", "VIEWER"),
    ];

    private static readonly string[] AdminChannels =
        ["ADMIN", "ADMIN:CONFIG", "ADMIN:CALL", "ADMIN:REGISTER", "ADMIN:PBX", "ADMIN:REALTIME"];

    /// <summary>The access levels of section 2, lowest first.</summary>
    private static readonly string[] Levels =
        ["NO_LOGIN", "PERSONAL", "VIEWER", "MANAGER", "OWNER", "RESELLER", "RESELLER_ADMIN", "ADMIN"];

    /// <summary>The values that the <c>types</c> of an ADMIN subscription can have.</summary>
    public static readonly IReadOnlyList<string> AdminTypes = ["CONFIG", "CALL", "REGISTER", "PBX", "REALTIME"];

    /// <summary>Every channel that can be subscribed to.</summary>
    public static IReadOnlyList<string> All { get; } = [.. CustomerChannels.Select(c => c.Channel), .. AdminChannels];

    public static bool IsAdmin(string channel) => channel.StartsWith("ADMIN", StringComparison.Ordinal);

    /// <summary>The level a channel needs.</summary>
    public static string LevelOf(string channel) =>
        IsAdmin(channel) ? "ADMIN" : CustomerChannels.First(c => c.Channel == channel).Level;

    /// <summary>False when a level is known to be too low; an unknown word is given the benefit of the doubt.</summary>
    public static bool Reaches(string? level, string needed)
    {
        var have = Array.IndexOf(Levels, level);
        return have < 0 || have >= Array.IndexOf(Levels, needed);
    }

    /// <summary>The channels that a subscription needs; none for messages between clients, which come to every login (section 8).</summary>
    /// <exception cref="PbxException">There is no such channel, or the platform does not bring this kind.</exception>
    public static IReadOnlyList<string> Resolve(PbxSubscriptionFilter filter)
    {
        if (filter.Type is PbxSubscriptionType.Message)
            return [];
        if (filter.Type is { } type)
            return [ChannelOf(type)];
        return filter.Topic.Select(Normalize).ToArray();
    }

    /// <summary>
    /// The event names on the socket under which a channel's events may arrive. How ADMIN and CONFIG-NOT-IPTV events are
    /// named is an open question (section 4), so the bare names and the channel names are both taken.
    /// </summary>
    public static IEnumerable<string> ArrivesAs(string channel) => channel switch
    {
        "ADMIN" => [.. AdminTypes, .. AdminChannels],
        "CONFIG-NOT-IPTV" => [channel, "CONFIG"],
        _ when IsAdmin(channel) => [channel, "ADMIN", channel["ADMIN:".Length..]],
        _ => [channel],
    };

    /// <summary>
    /// What an event is about that the catalogue does not have: what its channel brings. Of PBX, which brings many kinds, the
    /// beginning of the name tells.
    /// </summary>
    public static PbxCategory CategoryOf(string topic, string name) => (topic.StartsWith("ADMIN:", StringComparison.Ordinal) ? topic["ADMIN:".Length..] : topic) switch
    {
        "CONFIG" or "CONFIG-NOT-IPTV" => PbxCategory.Config,
        "CALL" => PbxCategory.Call,
        "REGISTER" => PbxCategory.Registration,
        "REALTIME" or "TRUNK" or "REDIS" => PbxCategory.System,
        "PBX" => name.Split('_')[0] switch
        {
            "CALL" => PbxCategory.Call,
            "QUEUE" or "PERSONAL" => PbxCategory.Queue,
            "CONFERENCE" => PbxCategory.Conference,
            "RECORDING" => PbxCategory.Recording,
            "VOICEMAIL" => PbxCategory.Voicemail,
            _ => PbxCategory.Unknown,
        },
        _ => PbxCategory.Unknown,
    };

    private static string ChannelOf(PbxSubscriptionType type) => type switch
    {
        PbxSubscriptionType.Call or PbxSubscriptionType.Queue or PbxSubscriptionType.Agent
            or PbxSubscriptionType.Presence or PbxSubscriptionType.Voicemail => "PBX",
        PbxSubscriptionType.Registration => "REGISTER",
        PbxSubscriptionType.Config => "CONFIG",
        PbxSubscriptionType.Cdr => throw NotOffered(type, "Use ‹Category› Call: an ended call carries its outcome. Records are at the REST address /pbx/cdr."),
        _ => throw NotOffered(type, "TelecomX has no events for it."),
    };

    private static string Normalize(string topic) =>
        All.FirstOrDefault(c => c.Equals(topic, StringComparison.OrdinalIgnoreCase))
        ?? throw PlatformFaults.UnknownTopic("TelecomX", "channel", topic, All);

    private static PbxException NotOffered(PbxSubscriptionType type, string advice) => PlatformFaults.NotOffered("TelecomX", type, advice);
}
