namespace PbxEvents;

/// <summary>Why events are missing.</summary>
public enum PbxGapReason
{
    /// <summary>The link to the platform was down.</summary>
    LinkLost,

    /// <summary>A reader fell further behind than the buffer reaches.</summary>
    SlowConsumer,

    /// <summary>The platform's own recovery buffer was too small for what was missed.</summary>
    BufferOverrun,

    /// <summary>No process listened: an earlier one has ended, and this one goes on with its state file.</summary>
    NotRunning,

    /// <summary>The journal's file was damaged or taken away, and what it had kept with it; a new one began.</summary>
    JournalLost,
}
