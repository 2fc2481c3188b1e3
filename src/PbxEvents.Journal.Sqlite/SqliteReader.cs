using System.Globalization;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Sqlite;

/// <summary>Reads a journal's SQLite file. Between two reads it holds nothing, so it never keeps the file beside it from becoming small again.</summary>
internal sealed class SqliteReader : IJournalReader
{
    private const int MaxRows = 1000;
    private const int MaxBytes = 16 << 20;

    private readonly string _path;
    private readonly Database _database;
    private readonly Dictionary<long, JournalRun> _runs = [];

    private SqliteReader(string path, Database database) => (_path, _database) = (path, database);

    /// <summary>Opens a journal.</summary>
    public static SqliteReader Open(string path) => new(path, SqliteFile.OpenToRead(path));

    /// <inheritdoc/>
    public IReadOnlyList<EventRecord> Read(EventQuery query, long after) => SqliteFile.Run(_path, () =>
    {
        var calls = query.CallIds?.ToArray() ?? [];
        var fits = calls.Length == 0 ? "" : $" and (e.call_id in ({string.Join(',', calls.Select((_, i) => $"?{i + 5}"))}) or e.flags & {(int)EventFlags.Gap})";
        if (query.Connection is not null)
            fits += " and e.run in (select id from run where connection = ?4)";
        using var select = _database.Prepare(
            $"select {EventTable.Columns} from block b cross join event e on e.seq between b.id * {EventTable.BlockSize} and b.id * {EventTable.BlockSize} + {EventTable.BlockSize - 1} "
            + $"where b.id >= ?1 / {EventTable.BlockSize} and e.seq > ?1 and b.last >= ?2 and b.first < ?3 and e.received >= ?2 and e.received < ?3{fits} "
            + "order by b.id, e.seq limit " + MaxRows.ToString(CultureInfo.InvariantCulture));
        select.Bind(1, after).Bind(2, query.Since?.UtcTicks ?? long.MinValue).Bind(3, query.Until?.UtcTicks ?? long.MaxValue);
        if (query.Connection is not null)
            select.Bind(4, query.Connection);
        for (var i = 0; i < calls.Length; i++)
            select.Bind(i + 5, calls[i]);
        return ReadAll(select);
    });

    /// <inheritdoc/>
    public EventPage ReadOn(ReactionParts? parts, long after) => EventPage.Of(Read(EventQuery.Everything, after), after);

    /// <inheritdoc/>
    public EventRecord? ReadOne(long seq) => SqliteFile.Run(_path, () =>
    {
        foreach (var table in (string[])["event", "saved"])
        {
            using var select = _database.Prepare($"select {EventTable.Columns} from {table} where seq=?1");
            if (select.Bind(1, seq).Step())
                return EventTable.Read(select);
        }
        return null;
    });

    /// <inheritdoc/>
    public IReadOnlyList<EventRecord> ReadCall(long run, string callId, long first, long last, int max) => SqliteFile.Run(_path, () =>
    {
        using var select = _database.Prepare(
            $"select {EventTable.Columns} from event where seq between ?1 and ?2 and call_id = ?3 and run = ?4 and call is not null order by seq limit ?5");
        return ReadAll(select.Bind(1, first).Bind(2, last).Bind(3, callId).Bind(4, run).Bind(5, max));
    });

    /// <inheritdoc/>
    public JournalRun FindRun(long run)
    {
        if (_runs.TryGetValue(run, out var known))
            return known;
        return _runs[run] = SqliteFile.Run(_path, () =>
        {
            using var select = _database.Prepare("select connection, provider from run where id = ?1");
            return select.Bind(1, run).Step() ? new JournalRun(select.Text(0)!, select.Text(1)!) : new JournalRun("", "");
        });
    }

    /// <inheritdoc/>
    public JournalFigures GetFigures() => SqliteFile.Run(_path, () =>
    {
        using var select = _database.Prepare(
            "select (select min(seq) from event), (select max(seq) from event), (select received from event order by seq limit 1), "
            + "(select received from event order by seq desc limit 1), (select host || '/' || process from run order by id desc limit 1)");
        select.Step();
        return new JournalFigures(select.Number(1) - select.Number(0) + 1 ?? 0, ToTime(select.Number(2)), ToTime(select.Number(3)), select.Text(4));
    });

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private static List<EventRecord> ReadAll(Statement select)
    {
        var records = new List<EventRecord>();
        for (var bytes = 0; bytes < MaxBytes && select.Step(); bytes += records[^1].Weight)
            records.Add(EventTable.Read(select));
        return records;
    }

    private static DateTimeOffset? ToTime(long? ticks) => ticks is { } t ? new DateTimeOffset(t, TimeSpan.Zero).ToLocalTime() : null;
}
