using System.Globalization;

namespace PbxEvents.Journal.Sqlite;

/// <summary>The statements of one connection, each prepared once. One thread at a time.</summary>
/// <param name="database">The connection. It is closed with them.</param>
internal sealed class Statements(Database database) : IDisposable
{
    private readonly Dictionary<string, Statement> _statements = [];

    /// <summary>Runs a statement that gives nothing.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run(string sql, params object?[] values)
    {
        Use(sql, values, s => s.Step());
        return database.Changes;
    }

    /// <summary>The one number that a statement gives; null for none.</summary>
    public long? Number(string sql, params object?[] values) => Use(sql, values, s => s.Step() ? s.Number(0) : null);

    /// <summary>The one text that a statement gives; null for none.</summary>
    public string? Text(string sql, params object?[] values) => Use(sql, values, s => s.Step() ? s.Text(0) : null);

    /// <summary>The first row that a statement gives; null for none.</summary>
    public T? First<T>(string sql, Func<Statement, T> read, params object?[] values) where T : class => Use(sql, values, s => s.Step() ? read(s) : null);

    /// <summary>All rows that a statement gives.</summary>
    public IReadOnlyList<T> All<T>(string sql, Func<Statement, T> read, params object?[] values) => Use(sql, values, s =>
    {
        var rows = new List<T>();
        while (s.Step())
            rows.Add(read(s));
        return rows;
    });

    /// <summary>Runs something that is done as a whole or not at all.</summary>
    public void InTransaction(Action work) => database.InTransaction(work);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        database.Dispose();
    }

    private T Use<T>(string sql, object?[] values, Func<Statement, T> use)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = database.Prepare(sql);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is string text)
                statement.Bind(i + 1, text);
            else
                statement.Bind(i + 1, values[i] is null ? null : Convert.ToInt64(values[i], CultureInfo.InvariantCulture));
        }
        try
        {
            return use(statement);
        }
        finally
        {
            statement.Reset();
        }
    }
}
