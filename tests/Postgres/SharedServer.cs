using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Tests.Contract;
using PbxEvents.Tests.Journal;

namespace PbxEvents.Tests.Postgres;

/// <summary>One server for the tests of a class; each has a database of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private PostgresServer? _server;

    internal PostgresServer Server => _server!;

    public async Task InitializeAsync() => _server = await PostgresServer.StartAsync(null, "fsync=off");

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>Where a database is, and how the administrator gets to it.</summary>
    internal static JournalServer At(PostgresServer server, string database) =>
        ServerJournal.At(server.Port, database, PostgresServer.User, server.Password, Path.Combine(Path.GetDirectoryName(server.Data)!, database));

    /// <summary>A place for a journal.</summary>
    internal IJournalHome MakeHome() => new Home(At(Server, Task.Run(Server.MakeDatabaseAsync).GetAwaiter().GetResult()));

    private sealed class Home(JournalServer server) : IJournalHome
    {
        private readonly PostgresDatabase _database = new(server);

        public TimeSpan Pace => TimeSpan.FromMilliseconds(25);

        public EventJournal Open(Func<JournalOptions, JournalOptions>? with = null) => ServerJournal.Open(server, with, new PostgresStoreFactory(_database, server));

        public int Trim(long before, long maxBytes)
        {
            using var store = new PostgresStore(_database, PbxJournalDurability.Power) { TrimPause = TimeSpan.Zero };
            return store.Trim(before, maxBytes);
        }

        public void Dispose()
        {
            _database.CloseIdle();
            if (Directory.Exists(server.Folder))
                Directory.Delete(server.Folder, recursive: true);
        }
    }
}
