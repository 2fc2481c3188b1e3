namespace PbxEvents.Journal.Postgres;

/// <summary>Opens journals in PostgreSQL databases. Found by its name: nothing else of this assembly is known outside.</summary>
internal sealed class PostgresServers : IJournalServers
{
    /// <inheritdoc/>
    public ISharedStoreFactory Of(JournalServer server) => new PostgresStoreFactory(new PostgresDatabase(server), server);
}
