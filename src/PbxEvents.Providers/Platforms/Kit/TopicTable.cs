using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// What is subscribed to on the wire, and for whom. Several subscriptions may share a topic and one may need several; each
/// topic is sent once per link, restored once, and dropped when nobody wants it any more. A subscription is confirmed when
/// all its topics are, and refused when one of them is. Every step costs as much as it touches, however many topics there
/// are: ten thousand subscriptions are placed one by one. Loop only.
/// </summary>
/// <typeparam name="TTopic">The platform's topic, as a value.</typeparam>
/// <param name="host">Who is told.</param>
internal sealed class TopicTable<TTopic>(ISessionHost host)
    where TTopic : notnull
{
    private readonly Dictionary<TTopic, Entry> _topics = [];
    private readonly Dictionary<PbxSubscription, TTopic[]> _wishes = [];

    /// <summary>The topics without an answer, by their place in the order.</summary>
    private readonly SortedDictionary<long, TTopic> _unsent = [];
    private readonly SortedDictionary<long, TTopic> _sent = [];
    private long _steps;

    private enum TopicState
    {
        Unsent,
        Sent,
        Confirmed,
    }

    /// <summary>All topics that somebody wants, in the order they were first wanted.</summary>
    public IEnumerable<TTopic> Wanted => _topics.Keys;

    /// <summary>The topics that have to be sent on the present link.</summary>
    public IReadOnlyList<TTopic> Unsent => _unsent.Values.ToArray();

    /// <summary>The topics that were sent and not answered yet, in the order they were sent.</summary>
    public IReadOnlyList<TTopic> Unanswered => _sent.Values.ToArray();

    /// <summary>True when every topic has its answer: the link has all that was wanted.</summary>
    public bool IsSettled => _unsent.Count == 0 && _sent.Count == 0;

    /// <summary>True when somebody wants the topic.</summary>
    public bool IsWanted(TTopic topic) => _topics.ContainsKey(topic);

    /// <summary>True when the topic was sent and not answered yet.</summary>
    public bool IsUnanswered(TTopic topic) => _topics.TryGetValue(topic, out var entry) && entry.State == TopicState.Sent;

    /// <summary>True when the topic is wanted and was confirmed once, on this link or an earlier one.</summary>
    public bool HasStood(TTopic topic) => _topics.TryGetValue(topic, out var entry) && entry.HasStood;

    /// <summary>The subscriptions that want a topic.</summary>
    public IEnumerable<PbxSubscription> UsersOf(TTopic topic) => _topics.TryGetValue(topic, out var entry) ? entry.Users : [];

    /// <summary>Adds a subscription. It is confirmed at once when all its topics are.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="topics">What it needs; nothing when the platform brings it unasked.</param>
    public void Add(PbxSubscription subscription, IEnumerable<TTopic> topics)
    {
        var needed = topics.Distinct().ToArray();
        _wishes.Add(subscription, needed);
        foreach (var topic in needed)
        {
            if (!_topics.TryGetValue(topic, out var entry))
            {
                _topics.Add(topic, entry = new Entry { Order = ++_steps });
                _unsent.Add(entry.Order, topic);
            }
            entry.Users.Add(subscription);
        }
        ConfirmIfComplete(subscription);
    }

    /// <summary>Removes a subscription.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <returns>The topics that nobody wants any more; those that the platform knows of have to be unsubscribed.</returns>
    public IReadOnlyList<TTopic> Remove(PbxSubscription subscription)
    {
        if (!_wishes.Remove(subscription, out var needed))
            return [];
        var orphans = new List<TTopic>();
        foreach (var topic in needed)
        {
            var entry = _topics[topic];
            entry.Users.Remove(subscription);
            if (entry.Users.Count > 0)
                continue;
            _topics.Remove(topic);
            Leave(entry);
            if (entry.State != TopicState.Unsent)
                orphans.Add(topic);
        }
        return orphans;
    }

    /// <summary>A topic was put on the wire.</summary>
    public void MarkSent(TTopic topic)
    {
        if (!_topics.TryGetValue(topic, out var entry))
            return;
        Move(topic, entry, TopicState.Sent);
    }

    /// <summary>A topic has to be sent again, because what is wanted of it has changed.</summary>
    public void MarkUnsent(TTopic topic)
    {
        if (_topics.TryGetValue(topic, out var entry))
            Move(topic, entry, TopicState.Unsent);
    }

    /// <summary>A new link: nothing of it is known to the platform yet.</summary>
    public void Reset()
    {
        foreach (var (topic, entry) in _topics)
        {
            Move(topic, entry, TopicState.Unsent);
            entry.Confirmation = null;
        }
    }

    /// <summary>The platform has confirmed a topic. Nothing happens when it was not waited for.</summary>
    /// <returns>True when it was waited for.</returns>
    public bool Confirm(TTopic topic, string? confirmation)
    {
        if (!_topics.TryGetValue(topic, out var entry) || entry.State != TopicState.Sent)
            return false;
        Move(topic, entry, TopicState.Confirmed);
        entry.Confirmation = confirmation;
        entry.HasStood = true;
        foreach (var subscription in entry.Users.ToArray())
            ConfirmIfComplete(subscription);
        return true;
    }

    /// <summary>The platform has refused a topic, or stayed silent: every subscription that needs it is refused.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="error">What to tell the users.</param>
    /// <returns>Topics of those subscriptions that nobody wants any more and that the platform knows of, except this one.</returns>
    public IReadOnlyList<TTopic> Refuse(TTopic topic, PbxException error)
    {
        if (!_topics.TryGetValue(topic, out var entry))
            return [];
        Move(topic, entry, TopicState.Unsent);
        var orphans = new List<TTopic>();
        foreach (var subscription in entry.Users.ToArray())
        {
            orphans.AddRange(Remove(subscription));
            host.Reject(subscription, error);
        }
        return orphans;
    }

    private void Move(TTopic topic, Entry entry, TopicState state)
    {
        Leave(entry);
        entry.State = state;
        if (state != TopicState.Confirmed)
            entry.Order = ++_steps;
        if (state == TopicState.Unsent)
            _unsent.Add(entry.Order, topic);
        else if (state == TopicState.Sent)
            _sent.Add(entry.Order, topic);
    }

    private void Leave(Entry entry)
    {
        if (entry.State == TopicState.Unsent)
            _unsent.Remove(entry.Order);
        else if (entry.State == TopicState.Sent)
            _sent.Remove(entry.Order);
    }

    private void ConfirmIfComplete(PbxSubscription subscription)
    {
        var needed = _wishes[subscription];
        if (!Array.TrueForAll(needed, t => _topics[t].State == TopicState.Confirmed))
            return;
        var words = needed.Select(t => _topics[t].Confirmation).Where(c => c is not null).Distinct();
        var text = string.Join("; ", words);
        host.Confirm(subscription, text.Length == 0 ? null : text);
    }

    private sealed class Entry
    {
        public HashSet<PbxSubscription> Users { get; } = [];

        public TopicState State { get; set; }

        public long Order { get; set; }

        public string? Confirmation { get; set; }

        public bool HasStood { get; set; }
    }
}
