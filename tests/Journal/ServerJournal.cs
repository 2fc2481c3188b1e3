using System.Globalization;
using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Journal.Sqlite;

namespace PbxEvents.Tests.Journal;

/// <summary>The journal of a database, for processes that the tests end. Where it is comes by the environment: a command line is everybody's to read.</summary>
internal static class ServerJournal
{
    /// <summary>The name of the variable.</summary>
    public const string Variable = "PBXEVENTS_TEST_SERVER";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Where a database is, as the variable has it.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="folder">For what a listener keeps on its own machine.</param>
    public static string Describe(PostgresServer server, string database, string folder) =>
        string.Create(CultureInfo.InvariantCulture, $"{server.Port};{database};{PostgresServer.User};{server.Password};{folder}");

    /// <summary>Opens it; while the server is away, again and again.</summary>
    public static async Task<EventJournal> OpenAsync()
    {
        var words = Environment.GetEnvironmentVariable(Variable)!.Split(';');
        var server = new JournalServer
        {
            Host = "127.0.0.1",
            Port = int.Parse(words[0], CultureInfo.InvariantCulture),
            Database = words[1],
            User = words[2],
            Password = new Secret(words[3]),
            SslMode = PbxSslMode.Disable,
            Folder = words[4],
        };
        var factory = new PostgresServers().Of(server);
        while (true)
        {
            try
            {
                return EventJournal.Open(new JournalOptions { Path = server.Address, Server = server }, factory, new SqliteStoreFactory());
            }
            catch (PbxException e) when (!e.IsPermanent)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
