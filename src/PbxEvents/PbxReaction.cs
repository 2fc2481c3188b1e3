namespace PbxEvents;

/// <summary>How far a durable reaction was when somebody looked. Immutable.</summary>
public sealed record PbxReaction
{
    /// <summary>Its name, unique in the journal.</summary>
    public required string Name { get; init; }

    /// <summary>The file of the journal that it belongs to.</summary>
    public required string Journal { get; init; }

    /// <summary>How it stands.</summary>
    public required PbxReactionState State { get; init; }

    /// <summary>How many events of the journal it has not looked at yet.</summary>
    public long Lag { get; init; }

    /// <summary>For how many events, or moments of calls, the action has succeeded, as far back as the journal goes.</summary>
    public long Done { get; init; }

    /// <summary>How many actions run just now.</summary>
    public long Busy { get; init; }

    /// <summary>How many may run at once; null of a reaction that this session does not run.</summary>
    public int? Concurrency { get; init; }

    /// <summary>How many events wait behind an older one of their order, or were asked to run again.</summary>
    public long Waiting { get; init; }

    /// <summary>How many events have failed and are to be tried again.</summary>
    public long Retrying { get; init; }

    /// <summary>How many events are not tried again: <c>Get-PbxDeadLetter</c>.</summary>
    public long DeadLetters { get; init; }

    /// <summary>When its name was first seen.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Why it is stuck or has ended, or what stopped it last; null when nothing did, and of one that this session does not run.</summary>
    public PbxException? LastError { get; init; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
