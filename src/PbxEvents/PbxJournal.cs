namespace PbxEvents;

/// <summary>
/// A journal: a file, or a database on a server, that stores the events of connections beyond the process. All members may be read from any
/// thread and show the current state. For a closed journal they show its last state.
/// </summary>
public abstract class PbxJournal
{
    /// <summary>The journal's name, unique in its session.</summary>
    public abstract string Name { get; }

    /// <summary>Where the file is; of a database, server and database.</summary>
    public abstract string Path { get; }

    /// <summary>True until it is closed.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>True when it was opened for reading only.</summary>
    public abstract bool IsReadOnly { get; }

    /// <summary>What its events survive.</summary>
    public abstract PbxJournalDurability Durability { get; }

    /// <summary>Events older than this are dropped.</summary>
    public abstract TimeSpan MaxAge { get; }

    /// <summary>The maximum size of the events in bytes; beyond it the oldest are dropped.</summary>
    public abstract long MaxSize { get; }

    /// <summary>When the oldest event arrived; null while there is none.</summary>
    public abstract DateTimeOffset? Oldest { get; }

    /// <summary>When the newest event arrived; null while there is none.</summary>
    public abstract DateTimeOffset? Newest { get; }

    /// <summary>How many events it holds.</summary>
    public abstract long Events { get; }

    /// <summary>How many bytes it takes.</summary>
    public abstract long Size { get; }

    /// <summary>Machine and process that wrote to it last, as <c>machine/process id</c>; null when none has.</summary>
    public abstract string? Writer { get; }

    /// <summary>The names of the connections whose events it stores now.</summary>
    public abstract IReadOnlyList<string> Connections { get; }

    /// <summary>How many received events are not stored yet; 0 when it is opened read-only.</summary>
    public abstract long Behind { get; }

    /// <summary>Why events cannot be stored now; null when they can. Waiting events are stored as soon as it is possible again.</summary>
    public abstract PbxException? LastError { get; }

    /// <summary>The journal's name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
