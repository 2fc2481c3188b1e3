namespace PbxEvents;

/// <summary>The progress of a durable reaction when it was read. Immutable.</summary>
public sealed record PbxReaction
{
    /// <summary>Its name, unique in the journal.</summary>
    public required string Name { get; init; }

    /// <summary>The journal that it belongs to: the path of its file, or server and database.</summary>
    public required string Journal { get; init; }

    /// <summary>Its state.</summary>
    public required PbxReactionState State { get; init; }

    /// <summary>How many events of the journal it has not looked at yet.</summary>
    public long Lag { get; init; }

    /// <summary>For how many events, or moments of calls, the action has succeeded, as far back as the journal goes.</summary>
    public long Done { get; init; }

    /// <summary>How many actions are running.</summary>
    public long Busy { get; init; }

    /// <summary>How many may run at once; null for a reaction that this session does not run.</summary>
    public int? Concurrency { get; init; }

    /// <summary>How many events wait behind an older one of their order, or were requested to run again.</summary>
    public long Waiting { get; init; }

    /// <summary>How many events failed and will be tried again.</summary>
    public long Retrying { get; init; }

    /// <summary>How many events will not be tried again: <c>Get-PbxDeadLetter</c>.</summary>
    public long DeadLetters { get; init; }

    /// <summary>Who runs it, which parts each has, and how far behind each is; of a journal in a file none.</summary>
    public IReadOnlyList<PbxReactionWorker> Workers { get; init; } = [];

    /// <summary>When its name was first seen.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Why it is stuck or has ended, or what stopped it last; null when nothing did, and for one that this session does not run.
    /// </summary>
    public PbxException? LastError { get; init; }

    /// <summary>False when the journal could not be read: then name, state and error are all that is known.</summary>
    internal bool HasFigures => CreatedAt != default;

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
