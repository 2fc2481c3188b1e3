namespace PbxEvents;

/// <summary>
/// A subscription to events, and its state. The filter never changes; the rest is a live view that
/// any thread may read.
/// </summary>
public sealed class PbxSubscription
{
    private const int MaxKept = 100;
    private AtomicTime _confirmedAt;
    private long _delivered;
    private long _failureCount;
    private volatile PbxActionFailure[] _failedEvents = [];
    private volatile PbxGap[] _gaps = [];

    /// <summary>Number within the process: 1, 2, 3.</summary>
    public int Id { get; internal init; }

    /// <summary>The connection's name.</summary>
    public string Connection { get; internal init; } = "";

    /// <summary>The filter that was requested.</summary>
    public required PbxSubscriptionFilter Filter { get; init; }

    /// <summary>The kind in the common vocabulary; null when a platform topic was requested.</summary>
    public PbxSubscriptionType? Type => Filter.Type;

    /// <summary>The platform's topics; empty when a category was requested.</summary>
    public IReadOnlyList<string> Topic => Filter.Topic;

    /// <summary>The extensions; empty for all.</summary>
    public IReadOnlyList<string> Extension => Filter.Extension;

    /// <summary>The queues; empty for all.</summary>
    public IReadOnlyList<string> Queue => Filter.Queue;

    /// <summary>The event names; empty for all.</summary>
    public IReadOnlyList<string> EventName => Filter.EventName;

    /// <summary>The tenants; empty for the credential's own.</summary>
    public IReadOnlyList<string> Tenant => Filter.Tenant;

    /// <summary>The state of the subscription.</summary>
    public PbxSubscriptionState State { get; internal set; }

    /// <summary>When the platform confirmed it, the last time; null before.</summary>
    public DateTimeOffset? ConfirmedAt
    {
        get => _confirmedAt.Value;
        internal set => _confirmedAt.Value = value;
    }

    /// <summary>The platform's text of confirmation or refusal; null where it has none.</summary>
    public string? Confirmation { get; internal set; }

    /// <summary>Why it was refused; null otherwise.</summary>
    public PbxException? Error { get; internal set; }

    /// <summary>How many times the subscription's action ran to its end.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>How many times the action threw.</summary>
    public long Failures => Interlocked.Read(ref _failureCount);

    /// <summary>The events whose action threw, newest last; the last 100. <c>Restart-PbxAction</c> takes them out again.</summary>
    public IReadOnlyList<PbxActionFailure> FailedEvents => _failedEvents;

    /// <summary>What the action did not get to see because it was too slow for the buffer, newest last; the last 100.</summary>
    public IReadOnlyList<PbxGap> Gaps => _gaps;

    /// <summary>The stream position at registration: a first wait starts after it.</summary>
    internal long StartSequence { get; init; }

    /// <summary>
    /// The values of <see cref="PbxEvent.Topic"/> under which the topics arrive, where they differ from those that are asked
    /// for (an admin channel brings ordinary ones); null where they do not.
    /// </summary>
    internal IReadOnlyList<string>? EventTopics { get; set; }

    /// <summary>
    /// Decides instead of <see cref="EventTopics"/> where names alone cannot (RingCentral: an account's filter brings
    /// the events of every extension, and filters have conditions); null where they can. Any thread.
    /// </summary>
    internal Func<PbxEvent, bool>? EventRule { get; set; }

    /// <summary>True when an event matches this subscription.</summary>
    internal bool Matches(PbxEvent pbxEvent) => EventRule is { } rule
        ? Filter.Matches(pbxEvent, []) && rule(pbxEvent)
        : Filter.Matches(pbxEvent, EventTopics ?? Filter.Topic);

    internal void CountDelivered() => Interlocked.Increment(ref _delivered);

    internal void AddFailure(PbxActionFailure failure)
    {
        Interlocked.Increment(ref _failureCount);
        _failedEvents = Append(_failedEvents, failure);
    }

    internal void RemoveFailure(PbxActionFailure failure) =>
        _failedEvents = _failedEvents.Where(f => !ReferenceEquals(f, failure)).ToArray();

    internal void AddGap(PbxGap gap) => _gaps = Append(_gaps, gap);

    /// <summary>The subscription in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Id} {Filter} {State}";

    private static T[] Append<T>(T[] kept, T added) => kept.Length < MaxKept ? [.. kept, added] : [.. kept[1..], added];
}
