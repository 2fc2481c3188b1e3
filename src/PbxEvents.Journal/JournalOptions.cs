namespace PbxEvents.Journal;

/// <summary>Everything that can be said about a journal. Immutable.</summary>
internal sealed record JournalOptions
{
    /// <summary>The file; of a database what stands for it.</summary>
    public required string Path { get; init; }

    /// <summary>The database; null for a file.</summary>
    public JournalServer? Server { get; init; }

    /// <summary>Its name in the session; null for the file's name without ending.</summary>
    public string? Name { get; init; }

    /// <summary>Events older than this are dropped. Default 30 days.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>So many bytes of events are kept. Default 2 GB.</summary>
    public long MaxSize { get; init; } = 2L << 30;

    /// <summary>What events outlive. Default a loss of power.</summary>
    public PbxJournalDurability Durability { get; init; }

    /// <summary>True to write nothing. Default false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Tells the kind of the disk that a folder is on. For tests, which have no network disk.</summary>
    public Func<string, DriveType> DriveTypeOf { get; init; } = folder => new DriveInfo(folder).DriveType;
}
