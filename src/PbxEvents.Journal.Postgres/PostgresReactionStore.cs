using Npgsql;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Postgres;

/// <summary>
/// How far one reaction is, as one of several who run it. All marks are written over the session whose locks hold its parts: who has lost them can
/// mark nothing any more. No transaction is open while an action runs.
/// </summary>
internal sealed class PostgresReactionStore : IReactionStore
{
    /// <summary>Of an order one runs at a time, and nothing before an older one.</summary>
    private const string MayRun = "and w.part = any($2) and (w.order_key is null or not ("
        + "exists(select 1 from pbxevents.work o where o.reaction = w.reaction and o.order_key = w.order_key and o.state = 1) "
        + "or exists(select 1 from pbxevents.work o where o.reaction = w.reaction and o.order_key = w.order_key and o.state = 0 and o.seq < w.seq)))";

    /// <summary>The next one of the order of an event, if it waited for one before it.</summary>
    private const string LetGoOn = "update pbxevents.work set due = $3 where reaction = $1 and due is null and seq = (select n.seq from pbxevents.work n where n.reaction = $1 "
        + "and n.order_key = (select order_key from pbxevents.work where reaction = $1 and seq = $2) and n.state = 0 and n.seq <> $2 order by n.seq limit 1)";

    /// <summary>How often one looks at what others do: who else runs it, and what they made due.</summary>
    private const long LookMilliseconds = 250;

    /// <summary>How often it is written that nothing was there to do: each time it is a row of each part.</summary>
    private const long MoveMilliseconds = 1000;

    private readonly PostgresDatabase _database;
    private readonly NpgsqlConnection _link;
    private readonly PartShare _share;
    private readonly PbxOrderBy _orderBy;
    private readonly int _id;
    private readonly int _maxAttempts;
    private readonly object _gate = new();
    private readonly long[] _places = new long[Part.Count];
    private readonly Dictionary<long, short> _busy = [];
    private readonly Dictionary<long, long[]> _lasts = [];
    private short[] _held = [];
    private bool _isSuspended;
    private bool _mayBeDue = true;
    private long _sharedAt = -LookMilliseconds;
    private long _lookedAt = -LookMilliseconds;
    private long _movedAt = -MoveMilliseconds;
    private DateTimeOffset? _nextDue;

    private PostgresReactionStore(PostgresDatabase database, NpgsqlConnection link, ReactionOptions options, long startAfter)
    {
        (_database, _link, _orderBy, _maxAttempts) = (database, link, options.OrderBy, options.MaxAttempts);
        using (var transaction = link.BeginTransaction())
        {
            link.Run(
                "insert into pbxevents.reaction(name, order_by, created) values($1, $2, $3) on conflict do nothing",
                options.Name, (int)options.OrderBy, options.Clock.GetUtcNow().UtcTicks);
            var found = link.First("select id, order_by from pbxevents.reaction where name = $1", r => Tuple.Create(r.GetInt32(0), (PbxOrderBy)r.GetInt32(1)), options.Name)
                ?? throw JournalFaults.ReactionNotFound(options.Name, database.Address);
            if (found.Item2 != options.OrderBy)
                throw PostgresFaults.OtherOrder(options.Name, found.Item2, options.OrderBy);
            _id = found.Item1;
            link.Run($"insert into pbxevents.place select $1, p, $2 from generate_series(0, {Part.Count - 1}) p on conflict do nothing", _id, startAfter);
            transaction.Commit();
        }
        _share = new PartShare(link, _id);
        if (!_share.Join())
            throw JournalFaults.ReactionInUse(options.Name, "somebody who is about to forget it");
        Share(options.Clock.GetUtcNow());
    }

    /// <inheritdoc/>
    public long Place => Guard(() => (long)_link.One("select min(seq) from pbxevents.place where reaction = $1", _id)!);

    /// <inheritdoc/>
    public long ReadFrom => Guard(() => _held.Length == 0 ? long.MaxValue : _held.Min(p => _places[p]));

    /// <inheritdoc/>
    public ReactionParts? Parts => Guard(() => new ReactionParts(_orderBy, _held, [.. _places]));

    /// <inheritdoc/>
    public bool HasSeenAll => Guard(() => (bool)_link.One(
        "select not exists(select 1 from pbxevents.place where reaction = $1 and seq < (select max(seq) from pbxevents.event))", _id)!);

    /// <inheritdoc/>
    public bool IsSuspended => Guard(() => _isSuspended);

    /// <summary>Opens a reaction; one that nobody has seen before begins behind an event.</summary>
    public static IReactionStore Open(PostgresDatabase database, ReactionOptions options, long startAfter)
    {
        var link = database.OpenOwn();
        try
        {
            return new PostgresReactionStore(database, link, options, startAfter);
        }
        catch (Exception)
        {
            link.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Share(DateTimeOffset now) => Guard(() =>
    {
        if (Environment.TickCount64 - _sharedAt < LookMilliseconds)
            return false;
        _isSuspended = (bool?)_link.One("select suspended from pbxevents.reaction where id = $1", _id) ?? throw JournalFaults.ReactionNotFound($"{_id}", _database.Address);
        var isOther = _share.Balance(_busy.ContainsValue, out var taken);
        _sharedAt = Environment.TickCount64;
        if (!isOther)
            return false;
        _held = [.. _share.Held];
        if (taken.Length > 0)
            TakeOver(taken, now);
        return true;
    });

    /// <inheritdoc/>
    public bool IsDone(string key, long seq) => Guard(() =>
    {
        if (_link.One("select seq from pbxevents.done where reaction = $1 and key = $2", _id, key) is not long known)
            return false;
        if (known < seq)
            _link.Run("update pbxevents.done set seq = $3 where reaction = $1 and key = $2", _id, key, seq);
        return true;
    });

    /// <inheritdoc/>
    public bool HasOpen(string orderKey) => Guard(() => (bool)_link.One(
        "select exists(select 1 from pbxevents.work where reaction = $1 and order_key = $2 and state in (0, 1))", _id, orderKey)!);

    /// <inheritdoc/>
    public void MoveTo(long seq) => Guard(() =>
    {
        if (Environment.TickCount64 - _movedAt < MoveMilliseconds)
            return;
        _link.Run("update pbxevents.place set seq = $3 where reaction = $1 and part = any($2) and seq < $3", _id, _held, seq);
        foreach (var part in _held)
            _places[part] = Math.Max(_places[part], seq);
        _movedAt = Environment.TickCount64;
    });

    /// <inheritdoc/>
    public void Take(long seq, string? orderKey, WorkState state, DateTimeOffset now, Failure? failure = null) => Guard(() =>
    {
        var part = Part.Of(orderKey, seq);
        _link.RunAll(
            ("insert into pbxevents.work(reaction, seq, part, order_key, state, tries, first_failed, last_failed, error, error_id) values($1, $2, $3, $4, $5, $6, $7, $7, $8, $9) "
                + "on conflict do nothing",
                [_id, seq, part, orderKey, (short)state, state == WorkState.Runs ? 1 : 0, failure is null ? null : now.UtcTicks, failure?.Error, failure?.ErrorId]),
            ("update pbxevents.place set seq = $3 where reaction = $1 and part = $2", [_id, part, seq]));
        _places[part] = seq;
        if (state == WorkState.Runs)
            _busy[seq] = part;
    });

    /// <inheritdoc/>
    public Work? NextDue(DateTimeOffset now) => Guard(() =>
    {
        if (!MustLook(now))
            return null;
        var due = _link.First(
            $"select w.seq, w.tries, w.cut, w.replay, w.part from pbxevents.work w where w.reaction = $1 and w.state = 0 and w.due <= $3 {MayRun} order by w.due, w.seq limit 1",
            r => new Work(r.GetInt64(0), r.GetInt32(1), r.GetBoolean(2), r.GetBoolean(3)),
            _id, _held, now.UtcTicks);
        if (due is not null)
            return due;
        _nextDue = FindNextDue();
        (_mayBeDue, _lookedAt) = (false, Environment.TickCount64);
        return null;
    });

    /// <inheritdoc/>
    public DateTimeOffset? NextDueAt() => Guard(() => _mayBeDue ? FindNextDue() : _nextDue);

    /// <inheritdoc/>
    public void BringForward(DateTimeOffset limit, DateTimeOffset now) => Guard(() =>
    {
        if (MustLook(now))
            _link.Run("update pbxevents.work set due = $4 where reaction = $1 and state = 0 and due > $3 and part = any($2)", _id, _held, limit.UtcTicks, now.UtcTicks);
    });

    /// <inheritdoc/>
    public void Begin(long seq) => Guard(() => _busy[seq] = (short)_link.One(
        "update pbxevents.work set state = 1, tries = tries + 1 where reaction = $1 and seq = $2 returning part", _id, seq)!);

    /// <inheritdoc/>
    public void Succeed(long seq, string key, DateTimeOffset now) => Guard(() =>
    {
        var changed = _link.RunAll(
            ("insert into pbxevents.done as d(reaction, key, at, seq) values($1, $2, $3, $4) on conflict(reaction, key) do update set seq = greatest(d.seq, $4)", [_id, key, now.UtcTicks, seq]),
            ("delete from pbxevents.step where reaction = $1 and seq = $2", [_id, seq]),
            (LetGoOn, [_id, seq, now.UtcTicks]),
            ("delete from pbxevents.work where reaction = $1 and seq = $2", [_id, seq]),
            ("delete from pbxevents.saved where seq = $1 and not exists(select 1 from pbxevents.work w where w.seq = $1)", [seq]));
        _mayBeDue |= changed[2] > 0;
        _busy.Remove(seq);
    });

    /// <inheritdoc/>
    public void Fail(long seq, DateTimeOffset? due, DateTimeOffset now, Failure failure) => Guard(() =>
    {
        var fail = ("update pbxevents.work set state = $3, cut = false, due = $4, first_failed = coalesce(first_failed, $5), last_failed = $5, error = $6, error_id = $7, stack = $8 "
                + "where reaction = $1 and seq = $2",
            (object?[])[_id, seq, (short)(due is null ? WorkState.Dead : WorkState.Waits), due?.UtcTicks, now.UtcTicks, failure.Error, failure.ErrorId, failure.Stack]);
        if (due is null)
            _link.RunAll(fail, (LetGoOn, [_id, seq, now.UtcTicks]));
        else
            _link.RunAll(fail);
        _mayBeDue = true;
        _busy.Remove(seq);
    });

    /// <inheritdoc/>
    public string? FindStep(long seq, string name) => Guard(() =>
        (string?)_link.One("select output from pbxevents.step where reaction = $1 and seq = $2 and name = $3", _id, seq, name));

    /// <inheritdoc/>
    public void SaveStep(long seq, string name, string output) => Guard(() => _link.Run(
        "insert into pbxevents.step values($1, $2, $3, $4) on conflict(reaction, seq, name) do update set output = $4", _id, seq, name, output));

    /// <inheritdoc/>
    public long CountOpen() => Guard(() => (long)_link.One(
        "select (select count(*) from pbxevents.work where reaction = $1 and state in (0, 1)) + (select count(*) from pbxevents.replay where reaction = $1)",
        _id)!);

    /// <inheritdoc/>
    public Replay? NextReplay() => Guard(() =>
    {
        // One of those who run it sees to that.
        if (!_held.Contains((short)0))
            return null;
        return _link.First(
            "select id, since, until, force, lasts, after from pbxevents.replay where reaction = $1 order by id limit 1",
            r =>
            {
                var lasts = _lasts[r.GetInt64(0)] = r.GetFieldValue<long[]>(4);
                return new Replay(r.GetInt64(0), ToTime(r.GetInt64(1)), ToTime(r.GetInt64(2)), r.GetBoolean(3), lasts.Max(), r.GetInt64(5));
            },
            _id);
    });

    /// <inheritdoc/>
    public void EndReplay(Replay replay) => Guard(() =>
    {
        _link.Run("delete from pbxevents.replay where id = $1", replay.Id);
        _lasts.Remove(replay.Id);
    });

    /// <inheritdoc/>
    public Standing StandingOf(long seq, string key) => Guard(() =>
        _link.One("select state from pbxevents.work where reaction = $1 and seq = $2", _id, seq) is short state ? (state == (short)WorkState.Dead ? Standing.Dead : Standing.Open)
            : _link.One("select 1 from pbxevents.done where reaction = $1 and key = $2", _id, key) is not null ? Standing.Done
            : Standing.None);

    /// <inheritdoc/>
    public void RunAgain(Replay replay, IReadOnlyCollection<Again> events, long after, DateTimeOffset now) => Guard(() =>
    {
        var statements = new List<(string Sql, object?[] Values)>();
        foreach (var (seq, key, order) in events)
        {
            // What its part had not looked at then runs for the first time.
            var part = Part.Of(order, seq);
            if (seq > _lasts[replay.Id][part])
                continue;
            statements.Add(("delete from pbxevents.done where reaction = $1 and key = $2", [_id, key]));
            statements.Add(("delete from pbxevents.step where reaction = $1 and seq = $2", [_id, seq]));
            statements.Add((
                "insert into pbxevents.work as w(reaction, seq, part, order_key, state, tries, due, replay) values($1, $2, $3, $4, 0, 0, $5, true) on conflict(reaction, seq) do update set "
                    + "state = 0, tries = 0, cut = false, due = $5, replay = true, first_failed = null, last_failed = null, error = null, error_id = null, stack = null where w.state = 2",
                [_id, seq, part, order, now.UtcTicks]));
        }
        statements.Add(("update pbxevents.replay set after = $2 where id = $1", [replay.Id, after]));
        _link.RunAll(statements);
        _mayBeDue = true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        // Beside an action that keeps a step.
        lock (_gate)
            _link.Dispose();
    }

    /// <summary>What ran in a part when its worker ended has failed; as often as it may, it is dead.</summary>
    private void TakeOver(short[] parts, DateTimeOffset now)
    {
        _link.RunAll(
            ("update pbxevents.work set first_failed = coalesce(first_failed, $3), last_failed = $3, due = $3, error = $4, cut = true, error_id = null, stack = null, "
                + "state = case when tries >= $5 then 2 else 0 end where reaction = $1 and part = any($2) and state = 1",
                [_id, parts, now.UtcTicks, "The process, or its link to the database, ended while the action ran.", _maxAttempts]),
            ("update pbxevents.work set due = $3 where reaction = $1 and due is null and seq in "
                + "(select min(seq) from pbxevents.work where reaction = $1 and part = any($2) and state = 0 group by order_key)",
                [_id, parts, now.UtcTicks]));
        foreach (var (part, seq) in _link.All("select part, seq from pbxevents.place where reaction = $1", r => (r.GetInt16(0), r.GetInt64(1)), _id))
        {
            if (parts.Contains(part))
                _places[part] = seq;
        }
        _mayBeDue = true;
    }

    private DateTimeOffset? FindNextDue() =>
        _link.One($"select w.due from pbxevents.work w where w.reaction = $1 and w.state = 0 and w.due is not null {MayRun} order by w.due limit 1", _id, _held) is long ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;

    /// <summary>What is due here is known, but for what others do.</summary>
    private bool MustLook(DateTimeOffset now) => _mayBeDue || _nextDue <= now || Environment.TickCount64 - _lookedAt >= LookMilliseconds;

    private static DateTimeOffset ToTime(long ticks) => new(ticks, TimeSpan.Zero);

    private T Guard<T>(Func<T> work)
    {
        lock (_gate)
            return _database.Run(work);
    }

    private void Guard(Action work) => Guard(() =>
    {
        work();
        return 0;
    });
}
