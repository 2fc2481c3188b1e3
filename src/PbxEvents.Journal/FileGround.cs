using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Journal;

/// <summary>The ground of a journal in a file: one process writes to it, one runs a reaction of it. Any thread.</summary>
/// <param name="options">The journal.</param>
/// <param name="factory">What opens the file.</param>
internal sealed class FileGround(JournalOptions options, IFileStoreFactory factory) : IJournalGround
{
    /// <summary>False when what the store writes to was taken away.</summary>
    public bool IsThere => File.Exists(options.Path);

    /// <inheritdoc/>
    public long Size => JournalFile.SizeOf(options.Path);

    /// <summary>Makes sure that the journal can be there. What is there of somebody else is not touched.</summary>
    public void Prepare()
    {
        JournalFile.PrepareFolder(options);
        RefuseForeign();
    }

    /// <summary>Takes it for this process, to write.</summary>
    public IDisposable TakeToWrite() => JournalFile.TakeToWrite(options.Path);

    /// <summary>Makes an empty file when there is none.</summary>
    public void Make() => JournalFile.Create(options.Path);

    /// <summary>Moves a damaged one out of the way of a new one.</summary>
    /// <returns>Where it is now; null when there is none any more.</returns>
    public string? SetAside() => JournalFile.SetAside(options.Path, options.Clock);

    /// <inheritdoc/>
    public string StatePathOf(string connection) => $"{options.Path}.{JournalFile.Escape(connection)}.state";

    /// <inheritdoc/>
    public IDisposable HoldToRun(string reaction) =>
        JournalFile.Take(options.Path, LockOf(reaction), holder => JournalFaults.ReactionInUse(reaction, holder));

    /// <inheritdoc/>
    public IDisposable HoldToRemove(string reaction) => HoldToRun(reaction);

    /// <inheritdoc/>
    public bool IsRun(string reaction) => FileLock.IsHeld(LockOf(reaction));

    private string LockOf(string reaction) => $"{options.Path}.reaction-{JournalFile.Escape(reaction)}";

    /// <summary>Before anything is put beside it: a file of somebody else keeps its folder as it was.</summary>
    private void RefuseForeign()
    {
        if (options.ReadOnly || new FileInfo(options.Path) is not { Exists: true, Length: > 0 })
            return;
        try
        {
            factory.Open(options with { ReadOnly = true }).Dispose();
        }
        catch (PbxException e) when (e.Kind is PbxErrorKind.JournalDamaged or PbxErrorKind.JournalTooNew)
        {
            // Ours all the same; what becomes of it is decided by who has it.
        }
    }
}
