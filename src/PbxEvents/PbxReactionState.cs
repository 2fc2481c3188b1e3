namespace PbxEvents;

/// <summary>The state of a durable reaction.</summary>
public enum PbxReactionState
{
    /// <summary>Nothing runs it. New events wait in the journal.</summary>
    Stopped,

    /// <summary>This session runs it.</summary>
    Running,

    /// <summary>Another process, or another session of this one, runs it.</summary>
    Elsewhere,

    /// <summary>It takes no events until it is resumed, whichever process runs it.</summary>
    Suspended,

    /// <summary>Its action is still running although it timed out and was told to end. Until it ends, nothing else runs.</summary>
    Stuck,

    /// <summary>It has ended because of an error that retrying cannot fix.</summary>
    Faulted,
}
