namespace PbxEvents;

/// <summary>What a subscription selects. Either <see cref="Type"/> or <see cref="Topic"/> is set. Immutable.</summary>
public sealed record PbxSubscriptionFilter
{
    /// <summary>The kind, in the common vocabulary; null when <see cref="Topic"/> is given.</summary>
    public PbxSubscriptionType? Type { get; init; }

    /// <summary>Topics in the platform's own terms; empty when <see cref="Type"/> is given.</summary>
    public IReadOnlyList<string> Topic { get; init; } = [];

    /// <summary>Only these extensions; empty for all.</summary>
    public IReadOnlyList<string> Extension { get; init; } = [];

    /// <summary>Only these queues; empty for all.</summary>
    public IReadOnlyList<string> Queue { get; init; } = [];

    /// <summary>Only events with these platform names; empty for all.</summary>
    public IReadOnlyList<string> EventName { get; init; } = [];

    /// <summary>Only these tenants; empty for the credential's own.</summary>
    public IReadOnlyList<string> Tenant { get; init; } = [];

    /// <summary>
    /// True when an event matches this filter. A field that the event does not carry does not exclude it, since
    /// the platform may have applied that part of the filter itself.
    /// </summary>
    /// <param name="pbxEvent">The event.</param>
    /// <returns>True for a match. Connection events never match: they go to everybody.</returns>
    public bool Matches(PbxEvent pbxEvent) => Matches(pbxEvent, Topic);

    /// <summary>As the public one, with the names under which the platform delivers the topics.</summary>
    internal bool Matches(PbxEvent pbxEvent, IReadOnlyList<string> topics)
    {
        ArgumentNullException.ThrowIfNull(pbxEvent);
        if (pbxEvent.Category == PbxCategory.Connection)
            return false;
        if (Type is { } type && !Covers(type, pbxEvent))
            return false;
        return (topics.Count == 0 || pbxEvent.Topic is null || Contains(topics, pbxEvent.Topic))
            && (EventName.Count == 0 || Contains(EventName, pbxEvent.Name))
            && (Queue.Count == 0 || pbxEvent.Queue is null || Contains(Queue, pbxEvent.Queue))
            && (Tenant.Count == 0 || pbxEvent.Tenant is null || Contains(Tenant, pbxEvent.Tenant))
            && (Extension.Count == 0 || MatchesExtension(pbxEvent));
    }

    /// <summary>The filter in one line.</summary>
    /// <returns>Text for a log or a list.</returns>
    public override string ToString()
    {
        var parts = new List<string>();
        if (Type is { } type)
            parts.Add(type.ToString());
        Add("topic", Topic);
        Add("extension", Extension);
        Add("queue", Queue);
        Add("event", EventName);
        Add("tenant", Tenant);
        return string.Join(' ', parts);

        void Add(string label, IReadOnlyList<string> values)
        {
            if (values.Count > 0)
                parts.Add($"{label} {string.Join(',', values)}");
        }
    }

    private static bool Covers(PbxSubscriptionType type, PbxEvent e) => type switch
    {
        // A record or a queue's event that moves a call on (PortSIP and Yeastar end calls with the record) is about the call.
        PbxSubscriptionType.Call => e.Category is PbxCategory.Call or PbxCategory.Recording or PbxCategory.Conference || e.IsCallNews,
        PbxSubscriptionType.Queue => e.Category is PbxCategory.Queue || (e.Category is PbxCategory.Call && e.Queue is not null),
        PbxSubscriptionType.Agent => e.Category is PbxCategory.Agent,
        PbxSubscriptionType.Presence => e.Category is PbxCategory.Presence,
        PbxSubscriptionType.Voicemail => e.Category is PbxCategory.Voicemail,
        PbxSubscriptionType.Registration => e.Category is PbxCategory.Registration,
        PbxSubscriptionType.Cdr => e.Category is PbxCategory.Cdr,
        PbxSubscriptionType.Config => e.Category is PbxCategory.Config or PbxCategory.System,
        PbxSubscriptionType.Message => e.Category is PbxCategory.Message,
        _ => false,
    };

    private bool MatchesExtension(PbxEvent e)
    {
        if (e.Extension is not null && Contains(Extension, e.Extension))
            return true;
        if (e.Call is { } call)
        {
            foreach (var leg in call.Legs)
            {
                if (leg.Extension is not null && Contains(Extension, leg.Extension))
                    return true;
            }
            return false;
        }
        return e.Extension is null;
    }

    private static bool Contains(IReadOnlyList<string> values, string value)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (string.Equals(values[i], value, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
