using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The topics of portsip.md sections 3 and 4, and what brings which.</summary>
internal static class PortSipTopics
{
    public const string Extensions = "extension_events";
    public const string Records = "cdr_events";
    public const string Queues = "queue_events";
    public const string ExtensionManagement = "extension_management_events";
    public const string QueueManagement = "queue_management_events";
    public const string GlobalPrefix = "global_";

    private static readonly string[] OfTenant = [Extensions, Records, Queues, ExtensionManagement, QueueManagement];

    /// <summary>Every topic of both dialects.</summary>
    public static IReadOnlyList<string> All { get; } = [.. OfTenant, .. OfTenant.Select(t => GlobalPrefix + t)];

    /// <summary>True for the topics of all tenants, which only a system administrator gets.</summary>
    public static bool IsGlobal(string topic) => topic.StartsWith(GlobalPrefix, StringComparison.Ordinal);

    /// <summary>The topic without <c>global_</c>: events do not say which of the two brought them.</summary>
    public static string BaseOf(string topic) => IsGlobal(topic) ? topic[GlobalPrefix.Length..] : topic;

    /// <summary>True when a dialect has the topic.</summary>
    public static bool Has(PortSipDialect dialect, string topic) =>
        dialect == PortSipDialect.V22 || topic is Extensions or Records or Queues;

    /// <summary>The field of the commands that names what is wanted of the topic; null when all of it comes.</summary>
    public static string? MemberField(string topic) => topic switch
    {
        Extensions => "extensions",
        Queues => "queues",
        _ => IsGlobal(topic) ? "tenants" : null,
    };

    /// <summary>The topics that a subscription needs.</summary>
    /// <exception cref="PbxException">There is no such topic, the platform does not bring this kind, or a filter is missing.</exception>
    public static IReadOnlyList<PortSipTopic> Resolve(PbxSubscriptionFilter filter, PortSipLoginKind login)
    {
        var isSystem = login == PortSipLoginKind.SystemAdministrator;
        if (filter.Tenant.Count > 0 && !isSystem)
            throw PortSipFaults.TenantWithoutSystem();
        var names = filter.Type is { } type
            ? TopicsOf(type, filter, isSystem).Select(t => isSystem ? GlobalPrefix + t : t)
            : filter.Topic.Select(Normalize);
        return names.SelectMany(n => Expand(n, filter)).Distinct().ToArray();
    }

    /// <summary>
    /// What an event is about that the catalogue does not have. A message does not say which topic brought it; the beginning of its
    /// name does, and, of what the PBX tells of extensions and queues, which topics are wanted.
    /// </summary>
    /// <param name="name">The event's name.</param>
    /// <param name="isWanted">True for a topic that is subscribed to.</param>
    public static PbxCategory CategoryOf(string name, Func<string, bool> isWanted) => name.Split('_')[0].ToLowerInvariant() switch
    {
        "call" or "target" or "cdr" => PbxCategory.Call,
        "extension" => isWanted(ExtensionManagement) && !isWanted(Extensions) ? PbxCategory.Config : PbxCategory.Presence,
        "queue" => isWanted(QueueManagement) && !isWanted(Queues) ? PbxCategory.Config : PbxCategory.Queue,
        "trunk" => PbxCategory.Registration,
        _ => PbxCategory.Unknown,
    };

    private static IEnumerable<string> TopicsOf(PbxSubscriptionType type, PbxSubscriptionFilter filter, bool isSystem)
    {
        // A tenant's extensions and queues have to be named one by one; a system administrator gets those of whole tenants.
        var hasExtensions = filter.Extension.Count > 0 || isSystem;
        var hasQueues = filter.Queue.Count > 0 || isSystem;
        switch (type)
        {
            case PbxSubscriptionType.Call:
                // Older servers tell a call's progress only by extension, newer ones tell calls only by record (section 4).
                return [Records, .. hasExtensions ? [Extensions] : (string[])[], .. hasQueues ? [Queues] : (string[])[]];
            case PbxSubscriptionType.Queue:
                return [Queues];
            case PbxSubscriptionType.Agent when hasQueues || hasExtensions:
                return [.. hasQueues ? [Queues] : (string[])[], .. hasExtensions ? [Extensions] : (string[])[]];
            case PbxSubscriptionType.Agent:
                return [Queues];
            case PbxSubscriptionType.Presence or PbxSubscriptionType.Registration:
                return [Extensions];
            case PbxSubscriptionType.Cdr:
                return [Records];
            case PbxSubscriptionType.Config:
                return [ExtensionManagement, QueueManagement];
            default:
                throw PlatformFaults.NotOffered(
                    "PortSIP", type, "Its event service has no messages and no voicemail; its messaging is a service of its own.");
        }
    }

    private static IEnumerable<PortSipTopic> Expand(string name, PbxSubscriptionFilter filter)
    {
        if (MemberField(name) is not { } field)
            return [new PortSipTopic(name, "")];
        var members = field switch
        {
            "extensions" => filter.Extension,
            "queues" => filter.Queue,
            _ => filter.Tenant,
        };
        return members.Count > 0 ? members.Select(m => new PortSipTopic(name, m.Trim())) : throw PortSipFaults.NoMembers(name, field);
    }

    private static string Normalize(string topic) =>
        All.FirstOrDefault(t => t.Equals(topic, StringComparison.OrdinalIgnoreCase)) ?? throw PlatformFaults.UnknownTopic("PortSIP", "topic", topic, All);
}
