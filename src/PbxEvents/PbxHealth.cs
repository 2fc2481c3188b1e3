namespace PbxEvents;

/// <summary>Whether a connection, a journal or a durable reaction was healthy when it was checked. Immutable.</summary>
public sealed record PbxHealth
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required PbxHealthKind Kind { get; init; }

    /// <summary>True when nothing that was checked is wrong.</summary>
    public required bool IsHealthy { get; init; }

    /// <summary>What is wrong, or its status, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// How long ago the last frame of a connection arrived, heartbeats included; null before the first, and for anything else.
    /// </summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>How many events a connection has received; null for anything else.</summary>
    public long? Received { get; init; }

    /// <summary>
    /// How many events of the journal a reaction has not looked at yet, or a journal has not stored yet; null for a connection, and when the
    /// journal could not be read.
    /// </summary>
    public long? Lag { get; init; }

    /// <summary>How many events of a reaction failed and will be tried again; null as <see cref="Lag"/>, and of a journal.</summary>
    public long? Retrying { get; init; }

    /// <summary>How many events of a reaction will not be tried again; null as <see cref="Retrying"/>.</summary>
    public long? DeadLetters { get; init; }

    /// <summary>All of it in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Name}: {Reason}";
}
