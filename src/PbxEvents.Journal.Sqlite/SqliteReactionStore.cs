using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Sqlite;

/// <summary>
/// How far one reaction is, in the journal's SQLite file. Its marks are written at once, so that they outlive the process; a loss of power
/// may take those since the last event was kept.
/// </summary>
internal sealed class SqliteReactionStore : IReactionStore
{
    private readonly string _path;
    private readonly Statements _sql;
    private readonly object _gate = new();
    private readonly long _id;

    private SqliteReactionStore(string path, Database database, string name, long startAfter, int maxAttempts, DateTimeOffset now)
    {
        (_path, _sql) = (path, new Statements(database));
        database.Execute("pragma synchronous=normal");
        _sql.Run("insert into reaction(name, place, created) values(?1, ?2, ?3) on conflict do nothing", name, startAfter, now.UtcTicks);
        _id = _sql.Number("select id from reaction where name=?1", name)!.Value;

        // What ran when its process ended has failed; as often as it may, it is dead.
        _sql.Run("update work set first_failed=coalesce(first_failed, ?2), last_failed=?2, due=?2, error=?3, cut=1, error_id=null, stack=null, state=iif(tries >= ?4, 2, 0) where reaction=?1 and state=1",
            _id, now.UtcTicks, "The process ended while the action ran.", maxAttempts);
    }

    /// <inheritdoc/>
    public long Place => Guard(() => _sql.Number("select place from reaction where id=?1", _id)!.Value);

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
    public bool IsSuspended => Guard(() => _sql.Number("select suspended from reaction where id=?1", _id) == 1);

    /// <inheritdoc/>
    public bool IsDone(string key) => Guard(() => _sql.Number("select 1 from done where reaction=?1 and key=?2", _id, key) is not null);

    /// <inheritdoc/>
    public bool HasOpen(string orderKey) =>
        Guard(() => _sql.Number("select 1 from work where reaction=?1 and order_key=?2 and state<>2 limit 1", _id, orderKey) is not null);

    /// <inheritdoc/>
    public void MoveTo(long seq) => Guard(() => _sql.Run("update reaction set place=?2 where id=?1", _id, seq));

    /// <inheritdoc/>
    public void Take(long seq, string? orderKey, WorkState state, DateTimeOffset now, string? error = null) => InTransaction(() =>
    {
        var failed = state == WorkState.Dead ? now.UtcTicks : (long?)null;
        _sql.Run("insert into work(reaction, seq, order_key, state, tries, due, first_failed, last_failed, error) values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8) "
            + "on conflict do nothing", _id, seq, orderKey, (long)state, state == WorkState.Runs ? 1L : 0L, now.UtcTicks, failed, error);
        _sql.Run("update reaction set place=?2 where id=?1", _id, seq);
    });

    /// <inheritdoc/>
    public Work? NextDue(DateTimeOffset now) => Guard(() => _sql.First(
        "select w.seq, w.tries, w.cut, w.replay from work w where w.reaction=?1 and w.state=0 and w.due<=?2 and (w.order_key is null or not exists("
            + "select 1 from work o where o.reaction=w.reaction and o.order_key=w.order_key and o.seq<w.seq and o.state<>2)) order by w.seq limit 1",
        s => new Work(s.Number(0)!.Value, (int)s.Number(1)!.Value, s.Number(2) == 1, s.Number(3) == 1), _id, now.UtcTicks));

    /// <inheritdoc/>
    public DateTimeOffset? NextDueAt() => Guard(() =>
        _sql.Number("select min(due) from work where reaction=?1 and state=0 and tries>0", _id) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : (DateTimeOffset?)null);

    /// <inheritdoc/>
    public void Begin(long seq) => Guard(() => _sql.Run("update work set state=1, tries=tries+1 where reaction=?1 and seq=?2", _id, seq));

    /// <inheritdoc/>
    public void Succeed(long seq, string key, DateTimeOffset now) => InTransaction(() =>
    {
        _sql.Run("insert into done(reaction, key, at) values(?1, ?2, ?3) on conflict do nothing", _id, key, now.UtcTicks);
        _sql.Run("delete from work where reaction=?1 and seq=?2", _id, seq);
        _sql.Run("delete from step where reaction=?1 and seq=?2", _id, seq);
        _sql.Run("delete from saved where seq=?1 and not exists(select 1 from work w where w.seq=?1)", seq);
    });

    /// <inheritdoc/>
    public void Fail(long seq, DateTimeOffset? due, DateTimeOffset now, Failure failure) => Guard(() =>
        _sql.Run("update work set state=?3, cut=0, due=?4, first_failed=coalesce(first_failed, ?5), last_failed=?5, error=?6, error_id=?7, stack=?8 where reaction=?1 and seq=?2",
            _id, seq, due is null ? 2L : 0L, due?.UtcTicks, now.UtcTicks, failure.Error, failure.ErrorId, failure.Stack));

    /// <inheritdoc/>
    public string? FindStep(long seq, string name) => Guard(() => _sql.Text("select output from step where reaction=?1 and seq=?2 and name=?3", _id, seq, name));

    /// <inheritdoc/>
    public void SaveStep(long seq, string name, string output) => Guard(() =>
        _sql.Run("insert into step(reaction, seq, name, output) values(?1, ?2, ?3, ?4) on conflict do update set output=?4", _id, seq, name, output));

    /// <inheritdoc/>
    public long CountOpen() => Guard(() => _sql.Number("select count(*) from work where reaction=?1 and state<>2", _id)!.Value);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _sql.Dispose();
    }

    private T Guard<T>(Func<T> work)
    {
        lock (_gate)
            return SqliteFile.Run(_path, work);
    }

    private void InTransaction(Action work) => Guard(() =>
    {
        _sql.InTransaction(work);
        return 0;
    });
}
