using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Postgres;

/// <summary>Opens the journal of one database. The paths that it is given stand for the database, and say nothing to it.</summary>
/// <param name="database">The database.</param>
/// <param name="server">Where it is.</param>
internal sealed class PostgresStoreFactory(PostgresDatabase database, JournalServer server) : ISharedStoreFactory
{
    /// <inheritdoc/>
    public IJournalGround Ground { get; } = new PostgresGround(database, server.Folder);

    /// <inheritdoc/>
    public IStandby StandBy(string connection, Func<long> kept, Func<long> sent) =>
        new PostgresStandby(database, connection, Ground.StatePathOf(connection), kept, sent);

    /// <inheritdoc/>
    public IJournalNews Listen() => new PostgresNews(database);

    /// <inheritdoc/>
    public void Prepare(JournalOptions options) => database.Run(() =>
    {
        database.Check();
        Upgrades.Run(database, options.ReadOnly);
    });

    /// <inheritdoc/>
    public ISharedStore OpenShared(JournalOptions options) => new PostgresStore(database, options.Durability);

    /// <inheritdoc/>
    public IJournalReader OpenReader(string path) => new PostgresReader(database);

    /// <inheritdoc/>
    public IReactionStore OpenReaction(string path, ReactionOptions options, long startAfter) =>
        database.Run(() => PostgresReactionStore.Open(database, options, startAfter));

    /// <inheritdoc/>
    public IReactionBook OpenReactions(string path, bool isReadOnly) => new PostgresReactionBook(database);
}
