using System.Globalization;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The topics of yeastar.md section 5.1, by number and by name, and what brings which.</summary>
internal static class YeastarTopics
{
    public const int Registration = 30007, ExtensionState = 30008, Presence = 30009, TrunkRegistration = 30010, CallState = 30011,
        Record = 30012, Transfer = 30013, Forwarding = 30014, Failure = 30015, IncomingRequest = 30016, Dtmf = 30017,
        PromptPlayed = 30018, Survey = 30019, CstaReport = 30020, ExtensionUpdated = 30022, TrunkUpdated = 30023, AgentPaused = 30025,
        AgentTimeout = 30026, CallNote = 30028, AgentStatus = 30029, SystemInfo = 30034, SystemWarning = 30035, SystemAlert = 30036,
        Timeline = 30039;

    private const int OrganizationChanged = 30006, NewMessage = 30031, MessageResult = 30032;

    /// <summary>
    /// The record ends calls, so it comes with them. Topics that only newer firmware knows are left to <c>-Topic</c>: what an
    /// older PBX makes of a list that holds one is not known (section 4).
    /// </summary>
    private static readonly int[] CallTopics = [CallState, Record, Transfer, Forwarding, Failure, IncomingRequest];

    private static readonly int[] AgentTopics = [AgentPaused, AgentTimeout, AgentStatus];

    /// <summary>The names of all topics, by number.</summary>
    public static IReadOnlyList<string> All { get; } = [.. YeastarCatalogue.All.Events.Select(e => e.Topic)];

    /// <summary>What the PBX sends only when it is switched on there, with the switch (section 1).</summary>
    public static IReadOnlyDictionary<int, string> Switches { get; } = new Dictionary<int, string>
    {
        [Registration] = "Registration Status Monitor of each extension",
        [ExtensionState] = "Call Status Monitor of each extension",
        [Presence] = "Presence Status Monitor of each extension",
        [CallState] = "Call Status Monitor of each trunk",
        [IncomingRequest] = "Control Inbound Call of each trunk",
    };

    /// <summary>The name of a topic: the catalogue's, or the number of one that it does not have.</summary>
    public static string NameOf(int id) => YeastarCatalogue.Find(id)?.Topic ?? id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The topics that a subscription needs.</summary>
    /// <exception cref="PbxException">There is no such topic, or the platform does not bring this kind.</exception>
    public static IReadOnlyList<int> Resolve(PbxSubscriptionFilter filter)
    {
        foreach (var name in filter.EventName)
        {
            if (Find(name) is not { } id || id.ToString(CultureInfo.InvariantCulture) != name)
                throw YeastarFaults.UnknownEvent(name);
        }
        return filter.Type is { } type ? TopicsOf(type) : [.. filter.Topic.Select(t => Find(t) ?? throw YeastarFaults.UnknownTopic(t))];
    }

    private static int[] TopicsOf(PbxSubscriptionType type) => type switch
    {
        PbxSubscriptionType.Call => CallTopics,

        // A call does not say whether its path is a queue's or a menu's; the agents' events name the queues.
        PbxSubscriptionType.Queue => [.. CallTopics, .. AgentTopics],
        PbxSubscriptionType.Agent => AgentTopics,
        PbxSubscriptionType.Presence => [ExtensionState, Presence],
        PbxSubscriptionType.Registration => [Registration, TrunkRegistration],
        PbxSubscriptionType.Cdr => [Record],
        PbxSubscriptionType.Config => [OrganizationChanged, ExtensionUpdated, TrunkUpdated],
        PbxSubscriptionType.Message => [NewMessage, MessageResult],
        _ => throw PlatformFaults.NotOffered("Yeastar", type, type == PbxSubscriptionType.Voicemail
            ? "Use ‹Category› Call: a call that went to voicemail ends with the outcome Voicemail."
            : "Yeastar has no events for it."),
    };

    /// <summary>A topic by number or by name; blanks, hyphens, underscores and case do not matter.</summary>
    private static int? Find(string topic)
    {
        // A firmware may know more topics than the catalogue; their numbers are taken on trust.
        if (int.TryParse(topic, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return id is >= 30000 and < 31000 ? id : null;
        var wanted = Letters(topic);
        foreach (var row in YeastarCatalogue.All.Events)
        {
            if (row.Topic.Equals(wanted, StringComparison.OrdinalIgnoreCase))
                return int.Parse(row.Name, CultureInfo.InvariantCulture);
        }
        return null;
    }

    private static string Letters(string text) => string.Concat(text.Where(char.IsAsciiLetter));
}
