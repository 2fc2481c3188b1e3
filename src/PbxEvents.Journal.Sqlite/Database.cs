using System.Runtime.InteropServices;
using SQLitePCL;

namespace PbxEvents.Journal.Sqlite;

/// <summary>A connection to an SQLite file. One thread at a time. All that fails does so as an <see cref="SqliteException"/>.</summary>
internal sealed class Database : IDisposable
{
    /// <summary>Longer than any transaction of ours.</summary>
    private const int BusyMilliseconds = 10_000;

    private readonly sqlite3 _handle;

    static Database()
    {
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();
    }

    private Database(sqlite3 handle) => _handle = handle;

    /// <summary>How many rows the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Opens a file that is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isReadOnly">True to write nothing.</param>
    /// <param name="isStill">True for a file that nobody writes to: then it is read without a lock and without a file beside it.</param>
    public static Database Open(string path, bool isReadOnly, bool isStill = false)
    {
        var flags = (isReadOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE) | raw.SQLITE_OPEN_URI | raw.SQLITE_OPEN_NOMUTEX;
        var uri = ToUri(path) + (isStill ? "?immutable=1" : "");
        var code = raw.sqlite3_open_v2(uri, out var handle, flags, null);
        var database = new Database(handle);
        try
        {
            database.Check(code);
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, BusyMilliseconds);

            // A file is data, whoever made it: nothing in it may call anything.
            database.Execute("pragma trusted_schema=off; pragma cell_size_check=on; pragma mmap_size=0;");
            return database;
        }
        catch (SqliteException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements that give nothing.</summary>
    public void Execute(string sql)
    {
        Check(raw.sqlite3_exec(_handle, sql));
    }

    /// <summary>Prepares a statement.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        return new Statement(this, statement);
    }

    /// <summary>The one number that a statement gives; null for none.</summary>
    public long? Number(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Number(0) : null;
    }

    /// <summary>The one text that a statement gives; null for none.</summary>
    public string? Text(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>Runs something that is done as a whole or not at all.</summary>
    public void InTransaction(Action action)
    {
        Execute("begin immediate");
        try
        {
            action();
            Execute("commit");
        }
        catch (Exception)
        {
            // Some failures have ended it already.
            if (raw.sqlite3_get_autocommit(_handle) == 0)
                raw.sqlite3_exec(_handle, "rollback");
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>In SQLite's words, in which a percent sign of the path is none of its own.</summary>
    private static string ToUri(string path)
    {
        var plain = OperatingSystem.IsWindows() ? "/" + path.Replace('\\', '/') : path;
        return "file://" + string.Join('/', plain.Split('/').Select(Uri.EscapeDataString));
    }

    /// <summary>The package has it not.</summary>
    [DllImport("e_sqlite3", ExactSpelling = true)]
    private static extern int sqlite3_system_errno(sqlite3 database);

    /// <exception cref="SqliteException">The code is none of success.</exception>
    internal void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)
            return;
        throw _handle.IsInvalid ? new SqliteException(code, raw.sqlite3_errstr(code).utf8_to_string(), 0)
            : new SqliteException(code, raw.sqlite3_errmsg(_handle).utf8_to_string(), sqlite3_system_errno(_handle));
    }
}
