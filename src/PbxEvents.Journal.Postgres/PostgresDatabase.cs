using System.Globalization;
using Npgsql;

namespace PbxEvents.Journal.Postgres;

/// <summary>Opens connections to one database. Any thread.</summary>
internal sealed class PostgresDatabase
{
    private const int OldestVersion = 130000;

    /// <summary>A pooler gives two sessions one connection after the other, or one session two: more often than not at once.</summary>
    private const int PoolerLooks = 5;

    private readonly NpgsqlDataSource _pool;
    private readonly NpgsqlDataSource _own;

    /// <param name="server">Where it is.</param>
    public PostgresDatabase(JournalServer server)
    {
        Address = server.Address;
        var text = new NpgsqlConnectionStringBuilder
        {
            Host = server.Host,
            Port = server.Port,
            Database = server.Database,
            Username = server.User,
            Password = server.Password?.Reveal(),
            SslMode = server.SslMode switch
            {
                PbxSslMode.Disable => SslMode.Disable,
                PbxSslMode.Require => SslMode.Require,
                PbxSslMode.VerifyCA => SslMode.VerifyCA,
                _ => SslMode.VerifyFull,
            },
            GssEncryptionMode = GssEncryptionMode.Disable,
            ApplicationName = $"PbxEvents {ProcessName}",
            Timeout = 5,
            CommandTimeout = 30,
            MaxPoolSize = 20,
            MaxAutoPrepare = 50,
            AutoPrepareMinUsages = 2,
            Enlist = false,

            // A machine that vanished is noticed within half a minute.
            TcpKeepAlive = true,
            TcpKeepAliveTime = 10,
            TcpKeepAliveInterval = 5,
        };
        _pool = NpgsqlDataSource.Create(text);
        text.Pooling = false;
        _own = NpgsqlDataSource.Create(text);
    }

    /// <summary>This machine and process, as they are told to others.</summary>
    public static string ProcessName => string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    /// <summary>Server and database, as a person reads it.</summary>
    public string Address { get; }

    /// <summary>Opens a connection for a moment.</summary>
    public NpgsqlConnection Open() => _pool.OpenConnection();

    /// <summary>Opens a connection to keep, whose locks are a session's. The server, too, notices a machine that vanished.</summary>
    public NpgsqlConnection OpenOwn()
    {
        var connection = _own.OpenConnection();
        Tune(connection);
        return connection;
    }

    /// <summary>Opens a connection to keep, whose locks are a session's.</summary>
    public async Task<NpgsqlConnection> OpenOwnAsync(CancellationToken cancellationToken)
    {
        var connection = await _own.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        Tune(connection);
        return connection;
    }

    /// <summary>Closes the connections that nobody has.</summary>
    public void CloseIdle() => _pool.Clear();

    /// <summary>Looks whether a journal can be in it.</summary>
    /// <exception cref="PbxException">It cannot.</exception>
    public void Check()
    {
        using var connection = OpenOwn();
        var version = int.Parse((string)connection.One("show server_version_num")!, CultureInfo.InvariantCulture);
        if (version < OldestVersion)
            throw PostgresFaults.TooOld(Address, (string)connection.One("show server_version")!);
        if (connection.ProcessID != (int)connection.One("select pg_backend_pid()")!)
            RefuseTransactionPooler(connection);
    }

    /// <summary>Runs something whose failures are told as the journal's.</summary>
    public T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (PostgresFaults.Of(Address, e) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Runs something whose failures are told as the journal's.</summary>
    public void Run(Action work) => Run(() =>
    {
        work();
        return 0;
    });

    private static void Tune(NpgsqlConnection connection) =>
        connection.Run("set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3");

    /// <summary>
    /// Something is between us and the server. When it deals out the server's connections by transactions, a session's locks are somebody
    /// else's a moment later. Two sessions, one within a transaction, show it: they meet on one connection, or the first one changes it.
    /// </summary>
    private void RefuseTransactionPooler(NpgsqlConnection first)
    {
        for (var look = 0; look < PoolerLooks; look++)
        {
            var before = (int)first.One("select pg_backend_pid()")!;
            using var second = _own.OpenConnection();
            using var transaction = second.BeginTransaction();
            var other = (int)second.One("select pg_backend_pid()")!;
            if (other == before || (int)first.One("select pg_backend_pid()")! != before)
                throw PostgresFaults.TransactionPooler(Address);
        }
    }
}
