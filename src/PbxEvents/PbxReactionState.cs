namespace PbxEvents;

/// <summary>How a durable reaction stands.</summary>
public enum PbxReactionState
{
    /// <summary>Nothing runs it. What comes waits for it in the journal.</summary>
    Stopped,

    /// <summary>This session runs it.</summary>
    Running,

    /// <summary>Another process, or another session of this one, runs it.</summary>
    Elsewhere,

    /// <summary>It takes no event until it is resumed, whoever runs it.</summary>
    Suspended,

    /// <summary>Its action goes on although its time was up and it was told to end. Until it ends, nothing else runs.</summary>
    Stuck,

    /// <summary>It has ended because of a failure that trying again does not change.</summary>
    Faulted,
}
