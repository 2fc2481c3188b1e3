namespace PbxEvents.Providers.Contracts;

/// <summary>What has a name.</summary>
internal enum DirectoryKind
{
    /// <summary>An extension.</summary>
    Extension,

    /// <summary>A queue.</summary>
    Queue,
}

/// <summary>
/// Asks a platform for the names behind the numbers and ids that its events have (docs/protocols/history/directory.md). One request at a
/// time, page by page to the end, obeying rate limits. Off the connection's loop; one reading at a time.
/// </summary>
internal abstract class DirectoryReader
{
    /// <summary>The lists, read one after the other. Each may be refused by itself.</summary>
    public abstract IReadOnlyList<DirectoryList> Lists { get; }

    /// <summary>True for an event that says that a name may have changed. Loop only, cheap; asked for events of the category Config only.</summary>
    /// <param name="pbxEvent">The event.</param>
    /// <returns>Default true.</returns>
    public virtual bool IsChange(PbxEvent pbxEvent) => true;
}

/// <summary>One list of names.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="What">What is asked for, for people: <c>the names of extensions</c>.</param>
/// <param name="ReadAsync">
/// Reads it, page by page. A <see cref="PbxException"/> that is permanent says that this credential will not get it.
/// </param>
internal sealed record DirectoryList(DirectoryKind Kind, string What, Func<CancellationToken, IAsyncEnumerable<IReadOnlyList<DirectoryName>>> ReadAsync);
