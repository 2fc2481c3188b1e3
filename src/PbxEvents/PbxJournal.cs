namespace PbxEvents;

/// <summary>
/// A journal: a file that keeps the events of connections beyond the process. All members may be read from any thread; each looks at the
/// journal as it stands. Of a closed journal they say how it was left.
/// </summary>
public abstract class PbxJournal
{
    /// <summary>The journal's name, unique in its session.</summary>
    public abstract string Name { get; }

    /// <summary>Where the file is.</summary>
    public abstract string Path { get; }

    /// <summary>True until it is closed.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>True when it was opened for reading only.</summary>
    public abstract bool IsReadOnly { get; }

    /// <summary>What its events outlive.</summary>
    public abstract PbxJournalDurability Durability { get; }

    /// <summary>Events older than this are dropped.</summary>
    public abstract TimeSpan MaxAge { get; }

    /// <summary>So many bytes of events are kept; beyond it the oldest are dropped.</summary>
    public abstract long MaxSize { get; }

    /// <summary>When the oldest event arrived; null while there is none.</summary>
    public abstract DateTimeOffset? Oldest { get; }

    /// <summary>When the newest event arrived; null while there is none.</summary>
    public abstract DateTimeOffset? Newest { get; }

    /// <summary>How many events it holds.</summary>
    public abstract long Events { get; }

    /// <summary>How many bytes its files take.</summary>
    public abstract long Size { get; }

    /// <summary>Machine and process that wrote to it last, as <c>machine/process id</c>; null when none has.</summary>
    public abstract string? Writer { get; }

    /// <summary>The names of the connections whose events it keeps at the moment.</summary>
    public abstract IReadOnlyList<string> Connections { get; }

    /// <summary>How many events have come that are not kept yet; 0 when it is opened for reading only.</summary>
    public abstract long Behind { get; }

    /// <summary>Why events cannot be kept at the moment; null when they can. What waits is kept as soon as it is possible again.</summary>
    public abstract PbxException? LastError { get; }

    /// <summary>The journal's name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
