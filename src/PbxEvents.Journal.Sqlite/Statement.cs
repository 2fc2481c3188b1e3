using System.Text;
using SQLitePCL;

namespace PbxEvents.Journal.Sqlite;

/// <summary>A prepared statement. Values are given by number from 1, columns read by number from 0, as SQLite counts them. What gets no value is null.</summary>
internal sealed class Statement(Database database, sqlite3_stmt statement) : IDisposable
{
    private readonly byte[] _text = new byte[512];

    public Statement Bind(int index, long? value)
    {
        if (value is { } number)
            database.Check(raw.sqlite3_bind_int64(statement, index, number));
        return this;
    }

    public Statement Bind(int index, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            // No bytes at all would be taken for no value.
            if (value is not null)
                database.Check(raw.sqlite3_bind_text(statement, index, ""));
            return this;
        }
        var bytes = Encoding.UTF8.GetMaxByteCount(value.Length) <= _text.Length
            ? _text.AsSpan(0, Encoding.UTF8.GetBytes(value, _text))
            : Encoding.UTF8.GetBytes(value);
        database.Check(raw.sqlite3_bind_text(statement, index, bytes));
        return this;
    }

    public Statement Bind(int index, ReadOnlyMemory<byte>? value)
    {
        if (value is { IsEmpty: false } bytes)
            database.Check(raw.sqlite3_bind_blob(statement, index, bytes.Span));
        return this;
    }

    /// <summary>Goes on to the next row.</summary>
    /// <returns>False when there is none.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        database.Check(code);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Makes it ready for the next time, without values.</summary>
    public void Reset()
    {
        raw.sqlite3_reset(statement);
        raw.sqlite3_clear_bindings(statement);
    }

    public long? Number(int column) =>
        raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int64(statement, column);

    public string? Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    /// <summary>Null also when there are no bytes, as <see cref="Bind(int, ReadOnlyMemory{byte}?)"/> keeps them.</summary>
    public byte[]? Blob(int column) => raw.sqlite3_column_blob(statement, column) is { IsEmpty: false } bytes ? bytes.ToArray() : null;

    /// <inheritdoc/>
    public void Dispose() => statement.Dispose();
}
