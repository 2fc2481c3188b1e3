namespace PbxEvents;

/// <summary>What a journal's events outlive once they are kept.</summary>
public enum PbxJournalDurability
{
    /// <summary>The end of the process and a loss of power: they are on the disk.</summary>
    Power,

    /// <summary>The end of the process. A loss of power may take the last few thousand; the file stays whole.</summary>
    Process,
}
