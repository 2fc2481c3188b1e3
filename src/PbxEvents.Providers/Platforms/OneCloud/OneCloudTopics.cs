using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>The six streams of onecloud.md section 3 and what brings which.</summary>
internal static class OneCloudTopics
{
    public const string Call = "call", QueueCall = "call:queue", Agent = "agent", Queued = "queued", Voicemail = "voicemail", Contacts = "contacts";

    private const string QueueSubtype = "queue";

    /// <summary>Every stream that can be subscribed to.</summary>
    public static IReadOnlyList<string> All { get; } = [Call, QueueCall, Agent, Queued, Voicemail, Contacts];

    /// <summary>The streams that a subscription needs, one for each filter value.</summary>
    /// <exception cref="PbxException">There is no such stream, or the extension or queue it needs is missing.</exception>
    public static IReadOnlyList<OneCloudTopic> Resolve(PbxSubscriptionFilter filter)
    {
        if (filter.Tenant.Count > 0)
            throw OneCloudFaults.NoTenants();
        foreach (var extension in filter.Extension)
        {
            if (extension.Contains('@') || extension.StartsWith("sip:", StringComparison.OrdinalIgnoreCase))
                throw OneCloudFaults.NotAnExtension(extension);
        }
        return filter.Type is { } type
            ? ByType(type, filter)
            : filter.Topic.SelectMany(t => ByName(Normalize(t), $"‹Topic› {t}", filter)).ToArray();
    }

    /// <summary>
    /// The values of <see cref="PbxEvent.Topic"/> under which a stream's events are given. A call of a queue is one of the
    /// extension that rings, too.
    /// </summary>
    public static IEnumerable<string> ArrivesAs(string name) => Normalize(name) == Call ? [Call, QueueCall] : [Normalize(name)];

    /// <summary>
    /// The stream that an event's name on the socket belongs to; null when none is known. Four of the six names are not
    /// published (section 4): they are expected to be the type's, alone or extended as in <c>contacts-domain</c>.
    /// </summary>
    public static string? OfEvent(string eventName) => eventName switch
    {
        "call-queue" => QueueCall,
        _ => All.FirstOrDefault(t => eventName.StartsWith(t, StringComparison.Ordinal) && (eventName.Length == t.Length || eventName[t.Length] == '-')),
    };

    public static PbxCategory CategoryOf(string? name) => name switch
    {
        Call or QueueCall => PbxCategory.Call,
        Agent => PbxCategory.Agent,
        Queued => PbxCategory.Queue,
        Voicemail => PbxCategory.Voicemail,
        Contacts => PbxCategory.Presence,
        _ => PbxCategory.Unknown,
    };

    private static OneCloudTopic[] ByType(PbxSubscriptionType type, PbxSubscriptionFilter filter)
    {
        var asked = $"‹Category› {type}";
        return type switch
        {
            // A queue's calls are calls as well: without an extension the queue alone says which.
            PbxSubscriptionType.Call when filter.Queue.Count > 0 => [.. filter.Extension.Select(e => new OneCloudTopic(Call, e)), .. ByName(QueueCall, asked, filter)],
            PbxSubscriptionType.Call => ByName(Call, asked, filter),

            // Section 3: for a queue the platform advises to take both.
            PbxSubscriptionType.Queue => [.. ByName(Queued, asked, filter), .. ByName(QueueCall, asked, filter)],
            PbxSubscriptionType.Agent => ByName(Agent, asked, filter),
            PbxSubscriptionType.Voicemail => ByName(Voicemail, asked, filter),
            PbxSubscriptionType.Presence => ByName(Contacts, asked, filter),
            PbxSubscriptionType.Cdr => throw NotOffered(type, "Use ‹Category› Call: an ended call carries its outcome."),
            _ => throw NotOffered(type, "OneCloud has no events for it. It offers Call, Queue, Agent, Presence and Voicemail."),
        };
    }

    private static OneCloudTopic[] ByName(string name, string asked, PbxSubscriptionFilter filter) => name switch
    {
        Contacts => [new OneCloudTopic(Contacts, null)],
        QueueCall => Each(filter.Queue, q => new OneCloudTopic(Call, q, QueueSubtype), asked, "‹Queue›", "a queue"),
        Queued => Each(filter.Queue, q => new OneCloudTopic(Queued, q), asked, "‹Queue›", "a queue"),
        _ => Each(filter.Extension, e => new OneCloudTopic(name, e), asked, "‹Extension›", "an extension"),
    };

    private static OneCloudTopic[] Each(
        IReadOnlyList<string> values, Func<string, OneCloudTopic> make, string asked, string parameter, string what) =>
        values.Count > 0 ? values.Select(make).ToArray() : throw OneCloudFaults.FilterMissing(asked, parameter, what);

    private static string Normalize(string topic) =>
        All.FirstOrDefault(t => t.Equals(topic, StringComparison.OrdinalIgnoreCase))
        ?? throw PlatformFaults.UnknownTopic("OneCloud", "stream", topic, All);

    private static PbxException NotOffered(PbxSubscriptionType type, string advice) => PlatformFaults.NotOffered("OneCloud", type, advice);
}
