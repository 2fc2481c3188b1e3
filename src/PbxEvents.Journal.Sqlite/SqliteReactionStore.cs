using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Sqlite;

/// <summary>
/// How far one reaction is, in the journal's SQLite file. Its marks are written at once, so that they outlive the process; a loss of power
/// may take those since the last event was kept.
/// </summary>
internal sealed class SqliteReactionStore : IReactionStore
{
    private readonly string _path;
    private readonly Database _database;
    private readonly Dictionary<string, Statement> _statements = [];
    private readonly object _gate = new();
    private readonly long _id;

    private SqliteReactionStore(string path, Database database, string name, long startAfter, int maxAttempts, DateTimeOffset now)
    {
        (_path, _database) = (path, database);
        _database.Execute("pragma synchronous=normal");
        Run("insert into reaction(name, place, created) values(?1, ?2, ?3) on conflict do nothing", name, startAfter, now.UtcTicks);
        _id = Number("select id from reaction where name=?1", name)!.Value;

        // What ran when its process ended has failed; as often as it may, it is dead.
        Run("update work set first_failed=coalesce(first_failed, ?2), last_failed=?2, due=?2, error=?3, cut=1, state=iif(tries >= ?4, 2, 0) where reaction=?1 and state=1",
            _id, now.UtcTicks, "The process ended while the action ran.", maxAttempts);
    }

    /// <inheritdoc/>
    public long Place => Guard(() => Number("select place from reaction where id=?1", _id)!.Value);

    /// <summary>Opens a reaction; one that nobody has seen before begins behind an event.</summary>
    public static IReactionStore Open(string path, string name, long startAfter, int maxAttempts, DateTimeOffset now)
    {
        var database = Database.Open(path, isReadOnly: false);
        try
        {
            return new SqliteReactionStore(path, database, name, startAfter, maxAttempts, now);
        }
        catch (Exception)
        {
            database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool IsDone(string key) => Guard(() => Number("select 1 from done where reaction=?1 and key=?2", _id, key) is not null);

    /// <inheritdoc/>
    public bool HasOpen(string orderKey) =>
        Guard(() => Number("select 1 from work where reaction=?1 and order_key=?2 and state<>2 limit 1", _id, orderKey) is not null);

    /// <inheritdoc/>
    public void MoveTo(long seq) => Guard(() => Run("update reaction set place=?2 where id=?1", _id, seq));

    /// <inheritdoc/>
    public void Take(long seq, string? orderKey, WorkState state, DateTimeOffset now, string? error = null) => InTransaction(() =>
    {
        var failed = state == WorkState.Dead ? now.UtcTicks : (long?)null;
        Run("insert into work(reaction, seq, order_key, state, tries, due, first_failed, last_failed, error) values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8) "
            + "on conflict do nothing", _id, seq, orderKey, (long)state, state == WorkState.Runs ? 1L : 0L, now.UtcTicks, failed, error);
        Run("update reaction set place=?2 where id=?1", _id, seq);
    });

    /// <inheritdoc/>
    public Work? NextDue(DateTimeOffset now) => Guard(() =>
    {
        var next = Prepare("select w.seq, w.tries, w.cut from work w where w.reaction=?1 and w.state=0 and w.due<=?2 and (w.order_key is null or not exists("
            + "select 1 from work o where o.reaction=w.reaction and o.order_key=w.order_key and o.seq<w.seq and o.state<>2)) order by w.seq limit 1", _id, now.UtcTicks);
        try
        {
            return next.Step() ? new Work(next.Number(0)!.Value, (int)next.Number(1)!.Value, next.Number(2) == 1) : null;
        }
        finally
        {
            next.Reset();
        }
    });

    /// <inheritdoc/>
    public DateTimeOffset? NextDueAt() => Guard(() =>
        Number("select min(due) from work where reaction=?1 and state=0 and tries>0", _id) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : (DateTimeOffset?)null);

    /// <inheritdoc/>
    public void Begin(long seq) => Guard(() => Run("update work set state=1, tries=tries+1 where reaction=?1 and seq=?2", _id, seq));

    /// <inheritdoc/>
    public void Succeed(long seq, string key, DateTimeOffset now) => InTransaction(() =>
    {
        Run("insert into done(reaction, key, at) values(?1, ?2, ?3) on conflict do nothing", _id, key, now.UtcTicks);
        Run("delete from work where reaction=?1 and seq=?2", _id, seq);
        Run("delete from step where reaction=?1 and seq=?2", _id, seq);
        Run("delete from saved where seq=?1 and not exists(select 1 from work w where w.seq=?1)", seq);
    });

    /// <inheritdoc/>
    public void Fail(long seq, DateTimeOffset? due, DateTimeOffset now, string error) => Guard(() =>
        Run("update work set state=?3, cut=0, due=?4, first_failed=coalesce(first_failed, ?5), last_failed=?5, error=?6 where reaction=?1 and seq=?2",
            _id, seq, due is null ? 2L : 0L, due?.UtcTicks, now.UtcTicks, error));

    /// <inheritdoc/>
    public string? FindStep(long seq, string name) => Guard(() => Text("select output from step where reaction=?1 and seq=?2 and name=?3", _id, seq, name));

    /// <inheritdoc/>
    public void SaveStep(long seq, string name, string output) => Guard(() =>
        Run("insert into step(reaction, seq, name, output) values(?1, ?2, ?3, ?4) on conflict do update set output=?4", _id, seq, name, output));

    /// <inheritdoc/>
    public IReadOnlyList<DeadWork> GetDead() => Guard(() =>
    {
        var letters = new List<DeadWork>();
        var select = Prepare("select seq, tries, first_failed, last_failed, error from work where reaction=?1 and state=2 order by seq", _id);
        try
        {
            while (select.Step())
                letters.Add(new DeadWork(select.Number(0)!.Value, (int)select.Number(1)!.Value, ToTime(select.Number(2)), ToTime(select.Number(3)), select.Text(4) ?? ""));
            return letters;
        }
        finally
        {
            select.Reset();
        }
    });

    /// <inheritdoc/>
    public long CountOpen() => Guard(() => Number("select count(*) from work where reaction=?1 and state<>2", _id)!.Value);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var statement in _statements.Values)
                statement.Dispose();
            _database.Dispose();
        }
    }

    private T Guard<T>(Func<T> work)
    {
        lock (_gate)
            return SqliteFile.Run(_path, work);
    }

    private void InTransaction(Action work) => Guard(() =>
    {
        _database.InTransaction(work);
        return 0;
    });

    private int Run(string sql, params object?[] values)
    {
        var statement = Prepare(sql, values);
        try
        {
            statement.Step();
            return 0;
        }
        finally
        {
            statement.Reset();
        }
    }

    private long? Number(string sql, params object?[] values)
    {
        var statement = Prepare(sql, values);
        try
        {
            return statement.Step() ? statement.Number(0) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    private string? Text(string sql, params object?[] values)
    {
        var statement = Prepare(sql, values);
        try
        {
            return statement.Step() ? statement.Text(0) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    private Statement Prepare(string sql, params object?[] values)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = _database.Prepare(sql);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is string text)
                statement.Bind(i + 1, text);
            else
                statement.Bind(i + 1, values[i] is null ? null : Convert.ToInt64(values[i], System.Globalization.CultureInfo.InvariantCulture));
        }
        return statement;
    }

    private static DateTimeOffset ToTime(long? ticks) => new DateTimeOffset(ticks ?? 0, TimeSpan.Zero).ToLocalTime();
}
