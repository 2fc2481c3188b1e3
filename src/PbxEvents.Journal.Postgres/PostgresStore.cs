using System.Globalization;
using Npgsql;

namespace PbxEvents.Journal.Postgres;

/// <summary>
/// Writes to a database's journal, beside others who do. Its link is made when it is wanted, and anew after it broke; the database says what of
/// an origin it has.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="durability">What events outlive.</param>
internal sealed class PostgresStore(PostgresDatabase database, PbxJournalDurability durability) : ISharedStore
{
    private const string SelectSent = "select sent from pbxevents.origin where id = $1";
    private const int TrimStep = 1000;

    /// <summary>Of how many of the newest events the size of one is taken.</summary>
    private const int SizeSample = 200;

    private readonly Dictionary<(Guid Origin, long Run), long> _runs = [];
    private readonly FirstNumbers _firsts = new();
    private NpgsqlConnection? _connection;
    private long _trimmedAt;
    private bool? _mayTrim;

    /// <summary>When there was nothing to drop, there is nothing a moment later: how long a moment is.</summary>
    internal TimeSpan TrimPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public long NewestOf(Guid origin) => Run(link => (long?)link.One(SelectSent, origin) ?? 0);

    /// <inheritdoc/>
    public long Append(Guid origin, IReadOnlyList<EventRecord> records, Func<long, JournalRun> runOf) => Run(link =>
    {
        foreach (var first in records.DistinctBy(r => r.Run))
            FindRun(link, origin, first, runOf(first.Run));
        using var transaction = link.BeginTransaction();
        link.Run($"select pg_advisory_xact_lock({Locks.Journal}, {Locks.Append})");
        var (sent, newest) = link.First(
            $"select coalesce(({SelectSent}), 0), coalesce((select max(seq) from pbxevents.event), 0)", r => Tuple.Create(r.GetInt64(0), r.GetInt64(1)), origin)!;
        _firsts.Begin(sent);
        EventRecord[] missing = [.. records.SkipWhile(r => r.Seq <= sent)];
        if (missing.Length == 0)
            return newest;
        Copy(link, origin, missing, newest, runOf);
        newest += missing.Length;
        link.RunAll(
            ("insert into pbxevents.origin values($1, $2) on conflict(id) do update set sent = $2", [origin, missing[^1].Seq]),
            ($"select pg_notify('{PostgresNews.Channel}', $1)", [string.Create(CultureInfo.InvariantCulture, $"{newest}")]));
        transaction.Commit();
        return newest;
    });

    /// <inheritdoc/>
    public int Trim(long before, long maxBytes)
    {
        if (_mayTrim == false || Environment.TickCount64 - _trimmedAt < TrimPause.TotalMilliseconds)
            return 0;
        var dropped = Run(link => TrimOnce(link, before, maxBytes));
        if (dropped == 0)
            _trimmedAt = Environment.TickCount64;
        return dropped;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    /// <summary>The run here of an origin's run; a later process of the same origin goes on in it.</summary>
    private void FindRun(NpgsqlConnection link, Guid origin, EventRecord first, JournalRun run)
    {
        if (_runs.ContainsKey((origin, first.Run)))
            return;
        object?[] key = [origin, first.Run];
        _runs[(origin, first.Run)] = (long)(link.One("select id from pbxevents.run where origin = $1 and origin_run = $2", key) ?? link.One(
            "insert into pbxevents.run(origin, origin_run, connection, provider, started, host, process) values($1, $2, $3, $4, $5, $6, $7) returning id",
            [.. key, run.Connection, run.Provider, first.Received, Environment.MachineName, Environment.ProcessId]))!;
    }

    private void Copy(NpgsqlConnection link, Guid origin, EventRecord[] records, long newest, Func<long, JournalRun> runOf)
    {
        using (var copy = link.BeginBinaryImport(EventTable.Copy))
        {
            for (var i = 0; i < records.Length; i++)
            {
                var (record, seq) = (records[i], newest + 1 + i);
                EventTable.Write(copy, record, seq, _firsts.Find(record, seq), _runs[(origin, record.Run)], runOf(record.Run));
            }
            copy.Complete();
        }
        link.RunAll([.. records.Select((r, i) => (Record: r, Seq: newest + 1 + i)).GroupBy(r => r.Seq / EventTable.BlockSize, r => r.Record.Received).Select(block => (
            "insert into pbxevents.block as b values($1, $2, $3) on conflict(id) do update set first = least(b.first, $2), last = greatest(b.last, $3)",
            (object?[])[block.Key, block.Min(), block.Max()]))]);
    }

    private int TrimOnce(NpgsqlConnection link, long before, long maxBytes)
    {
        _mayTrim ??= (bool)link.One("select has_table_privilege('pbxevents.event', 'delete')")!;
        if (_mayTrim == false)
            return 0;
        using var transaction = link.BeginTransaction();
        if (!(bool)link.One($"select pg_try_advisory_xact_lock({Locks.Journal}, {Locks.Trim})")!)
            return 0;
        var (oldest, newest) = link.First(
            "select coalesce(min(seq), 0), coalesce(max(seq), 0) from pbxevents.event", r => Tuple.Create(r.GetInt64(0), r.GetInt64(1)))!;
        if (oldest >= newest)
            return 0;
        var last = Math.Min(oldest + TrimStep - 1, newest - 1);
        var stays = (long?)link.One("select seq from pbxevents.event where seq between $1 and $2 and received >= $3 order by seq limit 1", oldest, last, before) ?? last + 1;
        if (link.One("select min(seq) from pbxevents.place") is long seen)
            stays = Math.Clamp(seen + 1, oldest, stays);
        if (stays <= last)
            stays = Math.Min(last + 1, Math.Max(stays, oldest + TooMany(link, oldest, newest, maxBytes)));
        if (stays == oldest)
            return 0;
        link.RunAll(
            ("insert into pbxevents.saved select * from pbxevents.event where seq < $1 and seq in (select seq from pbxevents.work) on conflict do nothing", [stays]),
            ("delete from pbxevents.event where seq < $1", [stays]),
            ("delete from pbxevents.done where seq < $1", [stays]),
            ("delete from pbxevents.block where id < $1", [stays / EventTable.BlockSize]));
        transaction.Commit();
        return (int)(stays - oldest);
    }

    /// <summary>How many of the oldest are too many for the size, by what the newest take on average.</summary>
    private static long TooMany(NpgsqlConnection link, long oldest, long newest, long maxBytes)
    {
        var average = Convert.ToDouble(
            link.One(
                "select avg(200 + octet_length(raw) + coalesce(octet_length(call), 0) + coalesce(octet_length(gap), 0) + coalesce(octet_length(error), 0)) "
                + "from pbxevents.event where seq > $1",
                newest - SizeSample),
            CultureInfo.InvariantCulture);
        return Math.Max(0, newest - oldest + 1 - (long)(maxBytes / average));
    }

    private T Run<T>(Func<NpgsqlConnection, T> work) => database.Run(() =>
    {
        try
        {
            return work(_connection ??= Connect());
        }
        catch (Exception)
        {
            Close();
            throw;
        }
    });

    private NpgsqlConnection Connect()
    {
        var link = database.OpenOwn();
        if (durability == PbxJournalDurability.Process)
            link.Run("set synchronous_commit = off");
        return link;
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
