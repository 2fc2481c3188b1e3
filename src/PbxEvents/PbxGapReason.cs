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

    /// <summary>No process was listening: an earlier one had ended, and this one continues with its state file.</summary>
    NotRunning,

    /// <summary>The journal's file was damaged or removed, with its events; a new one was started.</summary>
    JournalLost,
}
