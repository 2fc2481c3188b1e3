using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Sqlite;

/// <summary>Opens journals in SQLite files. Found by its name: nothing else of this assembly is known outside.</summary>
internal sealed class SqliteStoreFactory : IFileStoreFactory
{
    /// <inheritdoc/>
    public IJournalStore Open(JournalOptions options) => SqliteFile.Run(options.Path, () => SqliteStore.Open(options, Upgrades.All));

    /// <inheritdoc/>
    public IJournalReader OpenReader(string path) => SqliteFile.Run(path, () => SqliteReader.Open(path));

    /// <inheritdoc/>
    public IReactionStore OpenReaction(string path, ReactionOptions options, long startAfter) =>
        SqliteFile.Run(path, () => SqliteReactionStore.Open(path, options.Name, startAfter, options.MaxAttempts, options.Clock.GetUtcNow()));

    /// <inheritdoc/>
    public IReactionBook OpenReactions(string path, bool isReadOnly) => SqliteFile.Run(path, () => SqliteReactionBook.Open(path, isReadOnly));
}
