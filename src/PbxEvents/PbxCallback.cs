namespace PbxEvents;

/// <summary>A caller who reached nobody and with whom nobody has talked since. Immutable.</summary>
public sealed record PbxCallback
{
    /// <summary>The number to call back: in E.164 format if possible, otherwise as received.</summary>
    public required string Number { get; init; }

    /// <summary>The caller's name; null when it is not known.</summary>
    public string? Name { get; init; }

    /// <summary>How many times they called.</summary>
    public int Tries => Calls.Count;

    /// <summary>Since when they wait: the start of the first call.</summary>
    public DateTimeOffset Since => Calls[0].StartedAt;

    /// <summary>When they last called.</summary>
    public DateTimeOffset LastAt => Calls[^1].StartedAt;

    /// <summary>The queue of the last call; null when it came through none.</summary>
    public string? Queue => Calls[^1].Queue;

    /// <summary>The name of <see cref="Queue"/>.</summary>
    public string? QueueName => Calls[^1].QueueName;

    /// <summary>The extension of the last call; null when it had none.</summary>
    public string? Extension => Calls[^1].Extension;

    /// <summary>The calls, oldest first; never empty.</summary>
    public required IReadOnlyList<PbxCall> Calls { get; init; }

    /// <summary>Who waits, in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => Name is null ? Number : $"{Name} {Number}";
}
