namespace PbxEvents;

/// <summary>What the stored events of a journal survive.</summary>
public enum PbxJournalDurability
{
    /// <summary>The end of the process and a power failure: they are on the disk.</summary>
    Power,

    /// <summary>The end of the process. A power failure may lose the last few thousand; the file is not damaged.</summary>
    Process,
}
