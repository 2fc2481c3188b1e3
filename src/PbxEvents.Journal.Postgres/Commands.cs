using System.Data.Common;
using Npgsql;

namespace PbxEvents.Journal.Postgres;

/// <summary>Statements in one line each. What they are given is always a parameter, never text.</summary>
internal static class Commands
{
    /// <summary>Runs a statement that gives nothing.</summary>
    /// <returns>How many rows it changed.</returns>
    public static int Run(this NpgsqlConnection connection, string sql, params object?[] values)
    {
        using var command = Make(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The one value that a statement gives; null for none.</summary>
    public static object? One(this NpgsqlConnection connection, string sql, params object?[] values)
    {
        using var command = Make(connection, sql, values);
        return command.ExecuteScalar() is var value && value is DBNull ? null : value;
    }

    /// <summary>The first row that a statement gives; null for none.</summary>
    public static T? First<T>(this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, params object?[] values) where T : class
    {
        using var command = Make(connection, sql, values);
        using var row = command.ExecuteReader();
        return row.Read() ? read(row) : null;
    }

    /// <summary>All rows that a statement gives.</summary>
    public static List<T> All<T>(this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, params object?[] values)
    {
        using var command = Make(connection, sql, values);
        using var row = command.ExecuteReader();
        var rows = new List<T>();
        while (row.Read())
            rows.Add(read(row));
        return rows;
    }

    /// <summary>Runs statements in one go, all of them or none.</summary>
    /// <returns>How many rows each changed.</returns>
    public static int[] RunAll(this NpgsqlConnection connection, params IReadOnlyList<(string Sql, object?[] Values)> statements)
    {
        using var batch = new NpgsqlBatch(connection);
        foreach (var (sql, values) in statements)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.AddRange(Array.ConvertAll(values, ToParameter));
            batch.BatchCommands.Add(command);
        }
        batch.ExecuteNonQuery();
        return [.. batch.BatchCommands.Cast<NpgsqlBatchCommand>().Select(c => c.RecordsAffected)];
    }

    public static long? Long(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static int? Int(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static string? Text(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[]? Bytes(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    /// <summary>A text as the database takes it: it has no zero characters, and no halves of characters.</summary>
    public static string? Clean(string? text)
    {
        if (text is null || (text.AsSpan().IndexOf('\0') < 0 && IsWhole(text)))
            return text;
        var clean = new System.Text.StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value == 0 ? "\uFFFD" : rune.ToString());
        return clean.ToString();
    }

    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    private static NpgsqlCommand Make(NpgsqlConnection connection, string sql, object?[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(Array.ConvertAll(values, ToParameter));
        return command;
    }

    private static NpgsqlParameter ToParameter(object? value) => new() { Value = value is string text ? Clean(text) : value ?? DBNull.Value };
}
