namespace PbxEvents.Simulator;

/// <summary>
/// One entry of a simulator's log. What it says about an event's deliveries grows while the event is on its way;
/// <see cref="Settled"/> ends that. Everything else never changes. Safe from any thread.
/// </summary>
public sealed class SimulatorLogEntry
{
    private readonly object _lock = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> _writtenTo = [];
    private readonly List<int> _lostOn = [];
    private readonly List<int> _replayedTo = [];
    private int _pending;

    internal SimulatorLogEntry(SimulatorLogKind kind, DateTimeOffset time, string name)
    {
        Kind = kind;
        Time = time;
        Name = name;
        if (kind != SimulatorLogKind.Event)
            _settled.SetResult();
    }

    /// <summary>The number, from 1 without holes. Events of one link were queued in the order of their numbers.</summary>
    public long Number { get; internal set; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>What it records.</summary>
    public SimulatorLogKind Kind { get; }

    /// <summary>The event's name, the subscription's topic, the fault's name, the method and path.</summary>
    public string Name { get; }

    /// <summary>The link it happened on; null for events and for what concerns no single link.</summary>
    public int? Link { get; init; }

    /// <summary>An event's id on the platform; null for platforms and events without one.</summary>
    public string? EventId { get; init; }

    /// <summary>The call an event belongs to; null when it belongs to none.</summary>
    public string? CallId { get; init; }

    /// <summary>
    /// What a client has to be subscribed to to get the event: any of these, as <see cref="SimulatorSubscription.Topic"/> names
    /// them. Empty for an event that only certain clients are sent, and for other entries.
    /// </summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>An event's category.</summary>
    public PbxCategory Category { get; init; }

    /// <summary>More about it: an event's payload as JSON, a status, a reason. Never a secret.</summary>
    public string Text { get; init; } = "";

    /// <summary>
    /// The links an event was written to in full, one entry per copy. Written means that the system took the bytes; a drop
    /// right after it can still lose them.
    /// </summary>
    public IReadOnlyList<int> WrittenTo
    {
        get
        {
            lock (_lock)
                return [.. _writtenTo];
        }
    }

    /// <summary>The links that were subscribed but gone, silent, or lost before the event was written.</summary>
    public IReadOnlyList<int> LostOn
    {
        get
        {
            lock (_lock)
                return [.. _lostOn];
        }
    }

    /// <summary>
    /// The links that a session was recovered on and that brought the event then, one entry per copy. They are not in
    /// <see cref="WrittenTo"/>. Only RingCentral replays.
    /// </summary>
    public IReadOnlyList<int> ReplayedTo
    {
        get
        {
            lock (_lock)
                return [.. _replayedTo];
        }
    }

    /// <summary>Completes when an event's fate is known on every link; at once for other entries.</summary>
    public Task Settled => _settled.Task;

    /// <summary>The entry in one line.</summary>
    /// <returns>Text for people.</returns>
    public override string ToString() =>
        $"{Number} {Time:HH:mm:ss.fff} {Kind} {Name}{(Link is { } l ? $" link {l}" : "")}{(CallId is null ? "" : $" call {CallId}")} {Text}";

    /// <summary>Follows the writing of one copy to one link.</summary>
    /// <param name="link">The link's number.</param>
    /// <param name="written">Tells whether it was written.</param>
    internal void Follow(int link, Task<bool> written)
    {
        lock (_lock)
            _pending++;
        _ = FollowAsync(link, written);
    }

    /// <summary>Follows a copy that is sent again to the link that a session was recovered on. It does not hold up <see cref="Settled"/>.</summary>
    /// <param name="link">The link's number.</param>
    /// <param name="written">Tells whether it was written.</param>
    internal void FollowReplay(int link, Task<bool> written)
    {
        _ = FollowReplayAsync();

        async Task FollowReplayAsync()
        {
            if (!await written)
                return;
            lock (_lock)
                _replayedTo.Add(link);
        }
    }

    /// <summary>No more copies follow.</summary>
    internal void Seal()
    {
        lock (_lock)
        {
            if (_pending == 0)
                _settled.TrySetResult();
            _pending |= int.MinValue;
        }
    }

    private async Task FollowAsync(int link, Task<bool> written)
    {
        var success = await written;
        lock (_lock)
        {
            (success ? _writtenTo : _lostOn).Add(link);
            _pending--;
            if (_pending == int.MinValue)
                _settled.TrySetResult();
        }
    }
}
