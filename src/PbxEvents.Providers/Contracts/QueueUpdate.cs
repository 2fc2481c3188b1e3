namespace PbxEvents.Providers.Contracts;

/// <summary>What one event says about a queue. Made by a session, read by the queue tracker before the next one.</summary>
/// <param name="queue">The queue's number or id.</param>
internal sealed class QueueUpdate(string queue)
{
    /// <summary>The queue's number or id.</summary>
    public string Queue { get; } = VisibleText.OfValue(queue);

    /// <summary>The queue's name; null when this event does not tell it.</summary>
    public string? Name { get; init; }

    /// <summary>True when it is the whole picture: who is not named neither waits nor serves.</summary>
    public bool IsPicture { get; init; }

    /// <summary>Who came. A time that is left at its default is the event's.</summary>
    public List<PbxQueueCaller> Entered { get; } = [];

    /// <summary>The calls that left, answered or not.</summary>
    public List<string> Left { get; } = [];

    /// <summary>Agents with their states. A time that is left at its default is the event's.</summary>
    public List<PbxQueueAgent> Agents { get; } = [];

    /// <summary>The extensions of agents that belong to the queue no more.</summary>
    public List<string> Gone { get; } = [];
}
