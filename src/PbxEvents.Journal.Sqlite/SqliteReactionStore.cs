using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Sqlite;

/// <summary>
/// How far one reaction is, in the journal's SQLite file. Its marks are written at once, so that they outlive the process; a loss of power
/// may take those since the last event was kept.
/// </summary>
internal sealed class SqliteReactionStore : IReactionStore
{
    /// <summary>Of an order one runs at a time, and nothing before an older one.</summary>
    private const string MayRun = "and (w.order_key is null or not ("
        + "exists(select 1 from work o where o.reaction=w.reaction and o.order_key=w.order_key and o.state=1) "
        + "or exists(select 1 from work o where o.reaction=w.reaction and o.order_key=w.order_key and o.state=0 and o.seq<w.seq)))";

    private readonly string _path;
    private readonly Statements _sql;
    private readonly object _gate = new();
    private readonly long _id;

    private SqliteReactionStore(string path, Statements sql, string name, long startAfter, int maxAttempts, DateTimeOffset now)
    {
        (_path, _sql) = (path, sql);
        _sql.Run("pragma synchronous=normal");
        _sql.Run("insert into reaction(name, place, created) values(?1, ?2, ?3) on conflict do nothing", name, startAfter, now.UtcTicks);
        _id = _sql.Number("select id from reaction where name=?1", name)!.Value;

        // What ran when its process ended has failed; as often as it may, it is dead.
        _sql.Run("update work set first_failed=coalesce(first_failed, ?2), last_failed=?2, due=?2, error=?3, cut=1, error_id=null, stack=null, state=iif(tries >= ?4, 2, 0) where reaction=?1 and state=1",
            _id, now.UtcTicks, "The process ended while the action ran.", maxAttempts);
        _sql.Run("update work set due=?2 where reaction=?1 and due is null and seq in (select min(seq) from work where reaction=?1 and state=0 group by order_key)", _id, now.UtcTicks);
    }

    /// <inheritdoc/>
    public long Place => Guard(() => _sql.Number("select place from reaction where id=?1", _id)!.Value);

    /// <inheritdoc/>
    public long ReadFrom => Place;

    /// <inheritdoc/>
    public ReactionParts? Parts => null;

    /// <inheritdoc/>
    public bool HasSeenAll => true;

    /// <inheritdoc/>
    public bool IsSuspended => Guard(() => _sql.Number("select suspended from reaction where id=?1", _id) == 1);

    /// <summary>Opens a reaction; one that nobody has seen before begins behind an event.</summary>
    public static IReactionStore Open(string path, string name, long startAfter, int maxAttempts, DateTimeOffset now)
    {
        var sql = new Statements(Database.Open(path, isReadOnly: false));
        try
        {
            return new SqliteReactionStore(path, sql, name, startAfter, maxAttempts, now);
        }
        catch (Exception)
        {
            sql.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Share(DateTimeOffset now) => false;

    /// <inheritdoc/>
    public bool IsDone(string key, long seq) => Guard(() =>
    {
        if (_sql.Number("select seq from done where reaction=?1 and key=?2", _id, key) is not { } known)
            return false;
        if (known < seq)
            _sql.Run("update done set seq=?3 where reaction=?1 and key=?2", _id, key, seq);
        return true;
    });

    /// <inheritdoc/>
    public bool HasOpen(string orderKey) =>
        Guard(() => _sql.Number("select 1 from work where reaction=?1 and order_key=?2 and state in (0, 1) limit 1", _id, orderKey) is not null);

    /// <inheritdoc/>
    public void MoveTo(long seq) => Guard(() => _sql.Run("update reaction set place=?2 where id=?1", _id, seq));

    /// <inheritdoc/>
    public void Take(long seq, string? orderKey, WorkState state, DateTimeOffset now, Failure? failure = null) => InTransaction(() =>
    {
        _sql.Run("insert into work(reaction, seq, order_key, state, tries, first_failed, last_failed, error, error_id) values(?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8) "
            + "on conflict do nothing", _id, seq, orderKey, (long)state, state == WorkState.Runs ? 1L : 0L, failure is null ? null : now.UtcTicks, failure?.Error, failure?.ErrorId);
        _sql.Run("update reaction set place=?2 where id=?1", _id, seq);
    });

    /// <inheritdoc/>
    public Work? NextDue(DateTimeOffset now) => Guard(() => _sql.First(
        $"select w.seq, w.tries, w.cut, w.replay from work w where w.reaction=?1 and w.state=0 and w.due<=?2 {MayRun} order by w.due, w.seq limit 1",
        s => new Work(s.Number(0)!.Value, (int)s.Number(1)!.Value, s.Number(2) == 1, s.Number(3) == 1), _id, now.UtcTicks));

    /// <inheritdoc/>
    public DateTimeOffset? NextDueAt() => Guard(() =>
        _sql.Number($"select w.due from work w where w.reaction=?1 and w.state=0 and w.due is not null {MayRun} order by w.due limit 1", _id) is { } ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : (DateTimeOffset?)null);

    /// <inheritdoc/>
    public void BringForward(DateTimeOffset limit, DateTimeOffset now) => Guard(() =>

        // It is called before each event: an update, also of nothing, would wait for who writes the journal.
        _sql.Number("select 1 from work where reaction=?1 and state=0 and due>?2 limit 1", _id, limit.UtcTicks) is null ? 0
            : _sql.Run("update work set due=?3 where reaction=?1 and state=0 and due>?2", _id, limit.UtcTicks, now.UtcTicks));

    /// <inheritdoc/>
    public void Begin(long seq) => Guard(() => _sql.Run("update work set state=1, tries=tries+1 where reaction=?1 and seq=?2", _id, seq));

    /// <inheritdoc/>
    public void Succeed(long seq, string key, DateTimeOffset now) => InTransaction(() =>
    {
        var order = OrderOf(seq);
        _sql.Run("insert into done(reaction, key, at, seq) values(?1, ?2, ?3, ?4) on conflict do update set seq=max(seq, ?4)", _id, key, now.UtcTicks, seq);
        _sql.Run("delete from work where reaction=?1 and seq=?2", _id, seq);
        _sql.Run("delete from step where reaction=?1 and seq=?2", _id, seq);
        _sql.Run("delete from saved where seq=?1 and not exists(select 1 from work w where w.seq=?1)", seq);
        LetGoOn(order, now);
    });

    /// <inheritdoc/>
    public void Fail(long seq, DateTimeOffset? due, DateTimeOffset now, Failure failure) => InTransaction(() =>
    {
        _sql.Run("update work set state=?3, cut=0, due=?4, first_failed=coalesce(first_failed, ?5), last_failed=?5, error=?6, error_id=?7, stack=?8 where reaction=?1 and seq=?2",
            _id, seq, due is null ? 2L : 0L, due?.UtcTicks, now.UtcTicks, failure.Error, failure.ErrorId, failure.Stack);
        if (due is null)
            LetGoOn(OrderOf(seq), now);
    });

    /// <inheritdoc/>
    public string? FindStep(long seq, string name) => Guard(() => _sql.Text("select output from step where reaction=?1 and seq=?2 and name=?3", _id, seq, name));

    /// <inheritdoc/>
    public void SaveStep(long seq, string name, string output) => Guard(() =>
        _sql.Run("insert into step(reaction, seq, name, output) values(?1, ?2, ?3, ?4) on conflict do update set output=?4", _id, seq, name, output));

    /// <inheritdoc/>
    public long CountOpen() => Guard(() =>
        _sql.Number("select (select count(*) from work where reaction=?1 and state in (0, 1)) + (select count(*) from replay where reaction=?1)", _id)!.Value);

    /// <inheritdoc/>
    public Replay? NextReplay() => Guard(() => _sql.First("select id, since, until, force, last, after from replay where reaction=?1 order by id limit 1",
        s => new Replay(s.Number(0)!.Value, ToTime(s.Number(1)), ToTime(s.Number(2)), s.Number(3) == 1, s.Number(4)!.Value, s.Number(5)!.Value), _id));

    /// <inheritdoc/>
    public void EndReplay(Replay replay) => Guard(() => _sql.Run("delete from replay where id=?1", replay.Id));

    /// <inheritdoc/>
    public Standing StandingOf(long seq, string key) => Guard(() =>
        _sql.Number("select state from work where reaction=?1 and seq=?2", _id, seq) is { } state ? (state == (long)WorkState.Dead ? Standing.Dead : Standing.Open)
            : _sql.Number("select 1 from done where reaction=?1 and key=?2", _id, key) is not null ? Standing.Done
            : Standing.None);

    /// <inheritdoc/>
    public void RunAgain(Replay replay, IReadOnlyCollection<Again> events, long after, DateTimeOffset now) => InTransaction(() =>
    {
        foreach (var (seq, key, order) in events)
        {
            _sql.Run("delete from done where reaction=?1 and key=?2", _id, key);
            _sql.Run("delete from step where reaction=?1 and seq=?2", _id, seq);
            _sql.Run("insert into work(reaction, seq, order_key, state, tries, due, replay) values(?1, ?2, ?3, 0, 0, ?4, 1) on conflict do update set "
                + "state=0, tries=0, cut=0, due=?4, replay=1, first_failed=null, last_failed=null, error=null, error_id=null, stack=null where state=2", _id, seq, order, now.UtcTicks);
        }
        _sql.Run("update replay set after=?2 where id=?1", replay.Id, after);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _sql.Dispose();
    }

    private string? OrderOf(long seq) => _sql.Text("select order_key from work where reaction=?1 and seq=?2", _id, seq);

    /// <summary>The next one of an order, if it waited for one before it.</summary>
    private void LetGoOn(string? order, DateTimeOffset now)
    {
        if (order is not null)
            _sql.Run("update work set due=?3 where reaction=?1 and due is null and seq=(select min(seq) from work where reaction=?1 and order_key=?2 and state=0)", _id, order, now.UtcTicks);
    }

    private static DateTimeOffset ToTime(long? ticks) => new(ticks!.Value, TimeSpan.Zero);

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
