namespace PbxEvents.Journal;

/// <summary>What is true of an event. The numbers stand in files.</summary>
[Flags]
internal enum EventFlags
{
    /// <summary>Nothing of it.</summary>
    None = 0,

    /// <inheritdoc cref="PbxEvent.IsCallNews"/>
    CallNews = 1,

    /// <inheritdoc cref="PbxEvent.Synthesized"/>
    Synthesized = 2,

    /// <summary><see cref="PbxEvent.IsRegistered"/> is true.</summary>
    Registered = 4,

    /// <summary><see cref="PbxEvent.IsRegistered"/> is false.</summary>
    Unregistered = 8,

    /// <summary>It tells a gap, which whoever looks for something else has to see too.</summary>
    Gap = 16,
}

/// <summary>An event as a store keeps it: one member for each column. <see cref="EventMapping"/> makes them and reads them.</summary>
internal sealed class EventRecord
{
    /// <summary>Its number in the journal: 1, 2, 3, over all connections, with no holes.</summary>
    public required long Seq { get; init; }

    /// <summary>Which connection, from its beginning to its end.</summary>
    public required long Run { get; init; }

    /// <summary><see cref="PbxEvent.Sequence"/>; 0 for what the journal itself tells.</summary>
    public long RunSeq { get; init; }

    /// <inheritdoc cref="PbxEvent.Id"/>
    public required string EventId { get; init; }

    /// <summary>When it arrived, in ticks of UTC.</summary>
    public long Received { get; init; }

    /// <summary>When it happened, in ticks of UTC.</summary>
    public long Time { get; init; }

    /// <inheritdoc cref="PbxEvent.Category"/>
    public PbxCategory Category { get; init; }

    /// <inheritdoc cref="PbxEvent.Name"/>
    public string Name { get; init; } = "";

    /// <inheritdoc cref="PbxEvent.CallState"/>
    public PbxCallState? CallState { get; init; }

    /// <inheritdoc cref="PbxEvent.Outcome"/>
    public PbxOutcome? Outcome { get; init; }

    /// <summary>What is true of it.</summary>
    public EventFlags Flags { get; init; }

    /// <inheritdoc cref="PbxEvent.CallId"/>
    public string? CallId { get; init; }

    /// <inheritdoc cref="PbxEvent.LegId"/>
    public string? LegId { get; init; }

    /// <inheritdoc cref="PbxEvent.From"/>
    public string? From { get; init; }

    /// <inheritdoc cref="PbxEvent.To"/>
    public string? To { get; init; }

    /// <inheritdoc cref="PbxEvent.Extension"/>
    public string? Extension { get; init; }

    /// <inheritdoc cref="PbxEvent.ExtensionName"/>
    public string? ExtensionName { get; init; }

    /// <inheritdoc cref="PbxEvent.Queue"/>
    public string? Queue { get; init; }

    /// <inheritdoc cref="PbxEvent.QueueName"/>
    public string? QueueName { get; init; }

    /// <inheritdoc cref="PbxEvent.Tenant"/>
    public string? Tenant { get; init; }

    /// <inheritdoc cref="PbxEvent.Topic"/>
    public string? Topic { get; init; }

    /// <summary>The number of the first event of this call in this run; null when the event is not about a tracked call.</summary>
    public long? FirstSeq { get; init; }

    /// <summary>The payload, secrets masked.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>The call as it stood, in JSON, without its events; null when the event is not about a tracked call.</summary>
    public byte[]? Call { get; init; }

    /// <summary>The gap, in JSON.</summary>
    public byte[]? Gap { get; init; }

    /// <summary>The error, in JSON, secrets masked.</summary>
    public byte[]? Error { get; init; }

    /// <summary>About how many bytes it takes.</summary>
    public int Weight => 200 + Raw.Length + (Call?.Length ?? 0) + (Gap?.Length ?? 0) + (Error?.Length ?? 0);
}
