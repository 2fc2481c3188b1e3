namespace PbxEvents;

/// <summary>A live view of one connection. Every member may be read from any thread; no member blocks.</summary>
public abstract class PbxConnection
{
    /// <summary>The name, unique in its process; given with <c>-Name</c>, otherwise made from provider and number.</summary>
    public abstract string Name { get; }

    /// <summary>The platform.</summary>
    public abstract string Provider { get; }

    /// <summary>Host and port as the user gave it or as they were found, without any secret.</summary>
    public abstract string Server { get; }

    /// <summary>The state of the connection.</summary>
    public abstract PbxConnectionState State { get; }

    /// <summary>Since when it is connected; null while it is not.</summary>
    public abstract DateTimeOffset? ConnectedAt { get; }

    /// <summary>When the last bytes arrived, heartbeats included; null before the first.</summary>
    public abstract DateTimeOffset? LastFrameAt { get; }

    /// <summary>How many times the link was restored.</summary>
    public abstract int ReconnectCount { get; }

    /// <summary>How many events the platform sent, without dropped duplicates.</summary>
    public abstract long Received { get; }

    /// <summary>How many frames were dropped: unreadable ones and duplicates.</summary>
    public abstract long Dropped { get; }

    /// <summary>The most recent gaps, oldest first; at most 100.</summary>
    public abstract IReadOnlyList<PbxGap> Gaps { get; }

    /// <summary>
    /// Since when the list of calls is complete, apart from gaps: it has each subscribed call that ended later. The moment of
    /// the first connect, or once calls were dropped (<c>-CallHistorySize</c>) the latest end of those. Null before the first connect.
    /// </summary>
    public abstract DateTimeOffset? CallsSince { get; }

    /// <summary>The last thing that went wrong; null when nothing has.</summary>
    public abstract PbxException? LastError { get; }

    /// <summary>The subscriptions, in the order they were registered.</summary>
    public abstract IReadOnlyList<PbxSubscription> Subscriptions { get; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
