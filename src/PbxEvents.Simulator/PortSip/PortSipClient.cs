using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.PortSip;

/// <summary>Who has logged in.</summary>
internal enum PortSipRole
{
    /// <summary>Nobody yet.</summary>
    None,

    /// <summary>The tenant's administrator.</summary>
    TenantAdministrator,

    /// <summary>An extension.</summary>
    Extension,

    /// <summary>The system's administrator, of all tenants.</summary>
    SystemAdministrator,
}

/// <summary>One client on its WebSocket: who it is and what it has subscribed to. Safe from any thread.</summary>
/// <param name="link">Its link.</param>
internal sealed class PortSipClient(PlainSocket link)
{
    private readonly Dictionary<string, HashSet<string>> _topics = new(StringComparer.Ordinal);
    private readonly object _lock = new();

    /// <summary>Its link.</summary>
    public PlainSocket Link { get; } = link;

    /// <summary>Who it is.</summary>
    public PortSipRole Role { get; set; }

    /// <summary>The number of its last command; answers carry it.</summary>
    public int Commands { get; set; }

    /// <summary>What it is subscribed to: each topic with each of its members.</summary>
    public IReadOnlyList<string> Topics
    {
        get
        {
            lock (_lock)
                return [.. _topics.SelectMany(t => t.Value.Count == 0 ? [t.Key] : t.Value.Select(m => $"{t.Key} {m}"))];
        }
    }

    /// <summary>Adds a subscription.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="members">Extensions, queues or tenants; empty for topics that take none.</param>
    public void Subscribe(string topic, IEnumerable<string> members)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(topic, out var known))
                _topics[topic] = known = new HashSet<string>(StringComparer.Ordinal);
            known.UnionWith(members);
        }
    }

    /// <summary>Takes a subscription back.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="members">What of it; empty for all.</param>
    public void Unsubscribe(string topic, IReadOnlyCollection<string> members)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(topic, out var known))
                return;
            known.ExceptWith(members);
            if (known.Count == 0 || members.Count == 0)
                _topics.Remove(topic);
        }
    }

    /// <summary>True when it is to get a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="tenant">The tenant it belongs to.</param>
    /// <returns>True for yes.</returns>
    public bool Wants(PortSipMessage message, string tenant)
    {
        lock (_lock)
        {
            return (_topics.TryGetValue($"global_{message.Topic}", out var tenants) && tenants.Contains(tenant))
                || (_topics.TryGetValue(message.Topic, out var members) && (message.Members.Count == 0 || message.Members.Any(members.Contains)));
        }
    }
}
