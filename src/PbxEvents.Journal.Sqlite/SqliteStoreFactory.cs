using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Sqlite;

/// <summary>Opens journals in SQLite files. Found by its name: nothing else of this assembly is known outside.</summary>
internal sealed class SqliteStoreFactory : IJournalStoreFactory
{
    /// <inheritdoc/>
    public IJournalStore Open(JournalOptions options) => SqliteFile.Run(options.Path, () => SqliteStore.Open(options, Upgrades.All));

    /// <inheritdoc/>
    public IJournalReader OpenReader(string path) => SqliteFile.Run(path, () => SqliteReader.Open(path));

    /// <inheritdoc/>
    public IReactionStore OpenReaction(string path, string name, long startAfter, int maxAttempts, DateTimeOffset now) =>
        SqliteFile.Run(path, () => SqliteReactionStore.Open(path, name, startAfter, maxAttempts, now));

    /// <inheritdoc/>
    public IReactionBook OpenReactions(string path, bool isReadOnly) => SqliteFile.Run(path, () => SqliteReactionBook.Open(path, isReadOnly));
}
