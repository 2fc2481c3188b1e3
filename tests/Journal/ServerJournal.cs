using System.Globalization;
using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Journal.Sqlite;

namespace PbxEvents.Tests.Journal;

/// <summary>
/// The journal of a database, for the tests and for the processes that they end. To those, where it is comes by the environment: a command line is
/// everybody's to read.
/// </summary>
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

    /// <summary>Where a database is.</summary>
    public static JournalServer At(int port, string database, string user, string password, string folder) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Database = database,
        User = user,
        Password = new Secret(password),
        SslMode = PbxSslMode.Disable,
        Folder = folder,
    };

    /// <summary>Opens it.</summary>
    /// <param name="server">Where it is.</param>
    /// <param name="with">Changes the options.</param>
    /// <param name="database">What keeps it. Default: one of its own.</param>
    public static EventJournal Open(JournalServer server, Func<JournalOptions, JournalOptions>? with = null, ISharedStoreFactory? database = null)
    {
        var options = new JournalOptions { Path = server.Address, Server = server };
        return EventJournal.Open(with?.Invoke(options) ?? options, database ?? new PostgresServers().Of(server), new SqliteStoreFactory());
    }

    /// <summary>Opens that of the variable; while the server is away, again and again.</summary>
    public static async Task<EventJournal> OpenAsync()
    {
        var words = Environment.GetEnvironmentVariable(Variable)!.Split(';');
        var server = At(int.Parse(words[0], CultureInfo.InvariantCulture), words[1], words[2], words[3], words[4]);
        var factory = new PostgresServers().Of(server);
        while (true)
        {
            try
            {
                return Open(server, database: factory);
            }
            catch (PbxException e) when (!e.IsPermanent)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
