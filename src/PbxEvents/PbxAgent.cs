namespace PbxEvents;

/// <summary>An agent in one queue, as last reported by the platform. Immutable. An agent of several queues is several of these.</summary>
public sealed record PbxAgent
{
    /// <summary>The agent's extension, or what the platform knows it by.</summary>
    public required string Extension { get; init; }

    /// <summary>The queue's number, or the platform's id of it.</summary>
    public required string Queue { get; init; }

    /// <summary>The queue's name; null when no event reported it.</summary>
    public string? QueueName { get; init; }

    /// <summary>The agent's state in the platform's own term; null on a platform that reports only membership.</summary>
    public string? State { get; init; }

    /// <summary>Since when, by the platform's clock.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The connection it was seen on.</summary>
    public string Connection { get; init; } = "";

    /// <summary>The agent in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => $"{Extension} in {Queue}{(State is null ? "" : $" {State}")}";
}
