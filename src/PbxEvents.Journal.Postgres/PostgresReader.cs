using System.Globalization;
using Npgsql;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Postgres;

/// <summary>Reads a database's journal. It has a connection only while it reads.</summary>
/// <param name="database">The database.</param>
internal sealed class PostgresReader(PostgresDatabase database) : IJournalReader
{
    private const int MaxRows = 1000;
    private const int MaxBytes = 16 << 20;

    private readonly Dictionary<long, JournalRun> _runs = [];

    /// <inheritdoc/>
    public IReadOnlyList<EventRecord> Read(EventQuery query, long after) => Use(link =>
    {
        var (from, to) = (after, long.MaxValue);
        if ((query.Since ?? query.Until) is not null)
        {
            var (low, high) = link.First(
                "select coalesce(min(id), -1), coalesce(max(id), -1) from pbxevents.block where id >= $1 and last >= $2 and first < $3",
                r => Tuple.Create(r.GetInt64(0), r.GetInt64(1)),
                after / EventTable.BlockSize, query.Since?.UtcTicks ?? long.MinValue, query.Until?.UtcTicks ?? long.MaxValue)!;
            if (low < 0)
                return [];
            (from, to) = (Math.Max(after, low * EventTable.BlockSize - 1), (high + 1) * EventTable.BlockSize);
        }
        var fits = query.CallIds is { Count: > 0 } ? $" and (call_id = any($5) or flags & {(int)EventFlags.Gap} <> 0)" : " and $5::text[] is null";
        fits += query.Connection is null ? " and $6::text is null" : " and run in (select id from pbxevents.run where connection = $6)";
        using var select = new NpgsqlCommand(
            string.Create(CultureInfo.InvariantCulture, $"select {EventTable.Columns} from pbxevents.event where seq > $1 and seq < $2 and received >= $3 and received < $4{fits} order by seq limit {MaxRows}"),
            link);
        select.Parameters.AddWithValue(from);
        select.Parameters.AddWithValue(to);
        select.Parameters.AddWithValue(query.Since?.UtcTicks ?? long.MinValue);
        select.Parameters.AddWithValue(query.Until?.UtcTicks ?? long.MaxValue);
        select.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)query.CallIds?.Select(Commands.Clean).ToArray() is string[] { Length: > 0 } ids ? ids : DBNull.Value });
        select.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)Commands.Clean(query.Connection) ?? DBNull.Value });
        return ReadAll(select, 0, out _);
    });

    /// <inheritdoc/>
    public EventPage ReadOn(ReactionParts? parts, long after) => Use(link =>
    {
        if (parts is { Held.Length: 0 })
            return new EventPage([], after, 0);
        var part = parts is null ? "0" : PartOf(parts.OrderBy);
        var fits = parts is null ? "$2::smallint[] is null and $3::bigint[] is null" : $"{part} = any($2) and seq > ($3)[{part} + 1]";

        // One statement is of one moment: what it did not find up to the newest is not there.
        using var select = new NpgsqlCommand(
            $"select h.oldest, h.newest, e.* from (select min(seq) oldest, max(seq) newest from pbxevents.event) h "
            + $"left join lateral (select {EventTable.Columns} from pbxevents.event where seq > $1 and {fits} order by seq limit {MaxRows.ToString(CultureInfo.InvariantCulture)}) e on true order by e.seq",
            link);
        select.Parameters.AddWithValue(after);
        select.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Smallint, Value = (object?)parts?.Held ?? DBNull.Value });
        select.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Bigint, Value = (object?)parts?.Places ?? DBNull.Value });
        var (oldest, newest) = (0L, after);
        var records = ReadAll(select, 2, out var isCut, row => (oldest, newest) = (row.Long(0) ?? 0, row.Long(1) ?? after));
        return new EventPage(
            records,
            isCut || records.Count == MaxRows ? records[^1].Seq : Math.Max(newest, after),
            after > 0 && oldest > after + 1 ? oldest - after - 1 : 0);
    });

    /// <inheritdoc/>
    public EventRecord? ReadOne(long seq) => Use(link =>
        link.First($"select {EventTable.Columns} from pbxevents.event where seq = $1", r => EventTable.Read(r), seq)
        ?? link.First($"select {EventTable.Columns} from pbxevents.saved where seq = $1", r => EventTable.Read(r), seq));

    /// <inheritdoc/>
    public IReadOnlyList<EventRecord> ReadCall(long run, string callId, long first, long last, int max) => Use(link => link.All(
        $"select {EventTable.Columns} from pbxevents.event where seq between $1 and $2 and call_id = $3 and run = $4 and call is not null order by seq limit $5",
        r => EventTable.Read(r), first, last, callId, run, max));

    /// <inheritdoc/>
    public JournalRun FindRun(long run)
    {
        if (_runs.TryGetValue(run, out var known))
            return known;
        return _runs[run] = Use(link => link.First("select connection, provider from pbxevents.run where id = $1", r => new JournalRun(r.GetString(0), r.GetString(1)), run))
            ?? new JournalRun("", "");
    }

    /// <inheritdoc/>
    public JournalFigures GetFigures() => Use(link => link.First(
        "select (select min(seq) from pbxevents.event), (select max(seq) from pbxevents.event), (select received from pbxevents.event order by seq limit 1), "
        + "(select received from pbxevents.event order by seq desc limit 1), (select host || '/' || process from pbxevents.run order by id desc limit 1)",
        r => new JournalFigures(r.Long(1) - r.Long(0) + 1 ?? 0, ToTime(r.Long(2)), ToTime(r.Long(3)), r.Text(4))))!;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>The part of an event, in SQL.</summary>
    public static string PartOf(PbxOrderBy orderBy) => orderBy switch
    {
        PbxOrderBy.Call => "part_call",
        PbxOrderBy.Extension => "part_extension",
        PbxOrderBy.Caller => "part_caller",
        _ => $"(seq % {Part.Count.ToString(CultureInfo.InvariantCulture)})::smallint",
    };

    private T Use<T>(Func<NpgsqlConnection, T> work) => database.Run(() =>
    {
        using var link = database.Open();
        return work(link);
    });

    private static List<EventRecord> ReadAll(NpgsqlCommand select, int at, out bool isCut, Action<NpgsqlDataReader>? look = null)
    {
        var (records, bytes) = (new List<EventRecord>(), 0);
        isCut = false;
        using var row = select.ExecuteReader();
        while (row.Read())
        {
            look?.Invoke(row);
            if (row.IsDBNull(at))
                continue;
            records.Add(EventTable.Read(row, at));
            bytes += records[^1].Weight;
            if (bytes >= MaxBytes)
            {
                // The rest would come all the same, to be thrown away.
                isCut = true;
                select.Cancel();
                break;
            }
        }
        return records;
    }

    private static DateTimeOffset? ToTime(long? ticks) => ticks is { } t ? new DateTimeOffset(t, TimeSpan.Zero).ToLocalTime() : null;
}
