namespace PbxEvents.Journal;

/// <summary>What is around a store: where it is, who may use it, and what becomes of it. All that fails does so as a <see cref="PbxException"/>. Any thread.</summary>
internal interface IJournalGround
{
    /// <summary>How many bytes it takes.</summary>
    long Size { get; }

    /// <summary>Where the state of a connection is kept.</summary>
    string StatePathOf(string connection);

    /// <summary>Takes a reaction for who is about to run it.</summary>
    IDisposable HoldToRun(string reaction);

    /// <summary>Takes a reaction for who is about to forget it: nothing may run it.</summary>
    IDisposable HoldToRemove(string reaction);

    /// <summary>True when somebody runs the reaction, as far as is known here; what a store knows of it stands in <see cref="Reactions.ReactionFigures.Workers"/>.</summary>
    bool IsRun(string reaction);
}
