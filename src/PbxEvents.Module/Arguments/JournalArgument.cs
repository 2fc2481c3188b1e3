namespace PbxEvents.Module.Arguments;

/// <summary>
/// What <c>-Journal</c> takes: a journal, the name of a journal of this session, or the path of a file. PowerShell makes one of either by
/// itself. Immutable.
/// </summary>
public sealed class JournalArgument
{
    /// <summary>Takes the journal of that name, else the file of that path.</summary>
    /// <param name="nameOrPath">A name or a path.</param>
    public JournalArgument(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        Text = nameOrPath;
    }

    /// <summary>Takes that journal.</summary>
    /// <param name="journal">The journal.</param>
    public JournalArgument(PbxJournal journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        Text = journal.Name;
        Journal = journal;
    }

    /// <summary>The name, or the path.</summary>
    public string Text { get; }

    /// <summary>The journal itself; null when a name or a path was given.</summary>
    public PbxJournal? Journal { get; }

    /// <summary>True when the text can only be meant as a path: a name that is not found must not become a file of that name.</summary>
    internal bool IsPath => Text.AsSpan().IndexOfAny('/', '\\') >= 0 || System.IO.Path.HasExtension(Text);

    /// <summary>The name, or the path.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
