namespace PbxEvents;

/// <summary>One of those that run a durable reaction of a journal on a database server. Immutable.</summary>
public sealed record PbxReactionWorker
{
    /// <summary>Machine and process, as <c>machine/process id</c>.</summary>
    public required string Process { get; init; }

    /// <summary>
    /// Which of the 64 parts of the events it has, from 0 to 63. Of what keeps one order all is in one part; each part is one worker's at a time.
    /// </summary>
    public IReadOnlyList<int> Parts { get; init; } = [];

    /// <summary>How many events of its parts it has not looked at yet.</summary>
    public long Lag { get; init; }

    /// <summary>The process.</summary>
    /// <returns><see cref="Process"/>.</returns>
    public override string ToString() => Process;
}
