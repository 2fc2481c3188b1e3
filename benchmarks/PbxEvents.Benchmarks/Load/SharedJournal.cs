using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Tests.Journal;

namespace PbxEvents.Benchmarks.Load;

/// <summary>A database of its own on a server, for one measurement.</summary>
/// <param name="server">Where it is.</param>
internal sealed class SharedJournal(JournalServer server)
{
    public JournalServer Server => server;

    public static async Task<SharedJournal> MakeAsync(PostgresServer server) => new(new JournalServer
    {
        Host = "127.0.0.1",
        Port = server.Port,
        Database = await server.MakeDatabaseAsync(),
        User = PostgresServer.User,
        Password = new Secret(server.Password),
        SslMode = PbxSslMode.Disable,
        Folder = Path.Combine(Path.GetDirectoryName(server.Data)!, "listener"),
    });

    public EventJournal Open() =>
        EventJournal.Open(new JournalOptions { Path = server.Address, Server = server, MaxSize = 100L << 30 }, new PostgresServers().Of(server), new SqliteStoreFactory());
}
