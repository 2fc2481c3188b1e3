using Npgsql;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Postgres;

/// <summary>What a database's journal keeps of all its reactions. It has a connection only while it does something.</summary>
/// <param name="database">The database.</param>
internal sealed class PostgresReactionBook(PostgresDatabase database) : IReactionBook
{
    /// <inheritdoc/>
    public IReadOnlyList<ReactionFigures> GetAll() => Use<IReadOnlyList<ReactionFigures>>(link =>
    {
        var all = link.All(
            "select r.id, r.order_by, r.name, (select count(*) from pbxevents.done d where d.reaction = r.id), "
                + "(select count(*) from pbxevents.work w where w.reaction = r.id and state = 1), (select count(*) from pbxevents.work w where w.reaction = r.id and state = 0 and first_failed is null), "
                + "(select count(*) from pbxevents.work w where w.reaction = r.id and state = 0 and first_failed is not null), "
                + "(select count(*) from pbxevents.work w where w.reaction = r.id and state = 2), r.suspended, r.created, "
                + "(select array_agg(seq order by part) from pbxevents.place p where p.reaction = r.id) from pbxevents.reaction r order by r.name",
            r => (
                Id: r.GetInt32(0),
                OrderBy: (PbxOrderBy)r.GetInt32(1),
                Places: r.GetFieldValue<long[]>(10),
                Figures: new ReactionFigures(
                    r.GetString(2), 0, 0, r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7), r.GetBoolean(8), ToTime(r.GetInt64(9)))));
        return [.. all.Select(r => Complete(link, r.Figures, r.Id, r.OrderBy, r.Places))];
    });

    /// <inheritdoc/>
    public IReadOnlyList<DeadWork> GetDead(string reaction) => Use<IReadOnlyList<DeadWork>>(link => link.All(
        "select seq, tries, first_failed, last_failed, error, error_id, stack, "
            + "(select coalesce(array_agg(name order by name), '{}') from pbxevents.step s where s.reaction = w.reaction and s.seq = w.seq) "
            + "from pbxevents.work w where reaction = $1 and state = 2 order by seq",
        r => new DeadWork(
            r.GetInt64(0), r.GetInt32(1), ToTime(r.Long(2) ?? 0), ToTime(r.Long(3) ?? 0), new Failure(r.Text(4) ?? "", r.Text(5), r.Text(6)), r.GetFieldValue<string[]>(7)),
        IdOf(link, reaction)));

    /// <inheritdoc/>
    public void SetSuspended(string reaction, bool isSuspended) =>
        Use(link => link.Run("update pbxevents.reaction set suspended = $2 where id = $1", IdOf(link, reaction), isSuspended));

    /// <inheritdoc/>
    public bool RestartDead(string reaction, long seq, DateTimeOffset now) => Use(link => link.Run(
        "update pbxevents.work set state = 0, tries = 0, cut = false, due = $3, replay = true, first_failed = null, last_failed = null, error = null, error_id = null, stack = null "
            + "where reaction = $1 and seq = $2 and state = 2",
        IdOf(link, reaction), seq, now.UtcTicks) > 0);

    /// <inheritdoc/>
    public bool RemoveDead(string reaction, long seq) => Use(link =>
    {
        using var transaction = link.BeginTransaction();
        var id = IdOf(link, reaction);
        if (link.Run("delete from pbxevents.work where reaction = $1 and seq = $2 and state = 2", id, seq) == 0)
            return false;
        link.Run("delete from pbxevents.step where reaction = $1 and seq = $2", id, seq);
        ForgetUnused(link);
        transaction.Commit();
        return true;
    });

    /// <inheritdoc/>
    public void AskReplay(string reaction, DateTimeOffset since, DateTimeOffset until, bool force) => Use(link => link.Run(
        "insert into pbxevents.replay(reaction, since, until, force, lasts) select $1, $2, $3, $4, array_agg(seq order by part) from pbxevents.place where reaction = $1",
        IdOf(link, reaction), since.UtcTicks, until.UtcTicks, force));

    /// <inheritdoc/>
    public void Remove(string reaction) => Use(link =>
    {
        using var transaction = link.BeginTransaction();
        var id = IdOf(link, reaction);
        foreach (var table in (string[])["place", "work", "done", "step", "replay"])
            link.Run($"delete from pbxevents.{table} where reaction = $1", id);
        link.Run("delete from pbxevents.reaction where id = $1", id);
        ForgetUnused(link);
        transaction.Commit();
        return 0;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>The place, how far it is behind, and who runs it: of one reaction.</summary>
    private static ReactionFigures Complete(NpgsqlConnection link, ReactionFigures figures, int id, PbxOrderBy orderBy, long[] places)
    {
        var part = PostgresReader.PartOf(orderBy);
        var lags = link
            .All(
                $"select {part}, count(*) from pbxevents.event where seq > $1 and seq > ($2)[{part} + 1] group by 1",
                r => (Part: r.GetInt16(0), Lag: r.GetInt64(1)),
                places.Min(), places)
            .ToDictionary(l => l.Part, l => l.Lag);
        var census = Census.Of(link, id);
        return figures with
        {
            Place = places.Min(),
            Lag = lags.Values.Sum(),
            Workers =
            [
                .. census.Workers.Select(w =>
                {
                    var parts = census.Holders.Where(h => h.Value == w.Key).Select(h => h.Key).Order().ToArray();
                    return new PbxReactionWorker { Process = w.Value, Parts = Array.ConvertAll(parts, p => (int)p), Lag = parts.Sum(p => lags.GetValueOrDefault(p)) };
                }).OrderBy(w => w.Process, StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>The events that were kept for a reaction only.</summary>
    private static void ForgetUnused(NpgsqlConnection link) =>
        link.Run("delete from pbxevents.saved s where not exists(select 1 from pbxevents.work w where w.seq = s.seq)");

    private int IdOf(NpgsqlConnection link, string reaction) =>
        (int?)link.One("select id from pbxevents.reaction where name = $1", reaction) ?? throw JournalFaults.ReactionNotFound(reaction, database.Address);

    private T Use<T>(Func<NpgsqlConnection, T> work) => database.Run(() =>
    {
        using var link = database.Open();
        return work(link);
    });

    private static DateTimeOffset ToTime(long ticks) => new DateTimeOffset(ticks, TimeSpan.Zero).ToLocalTime();
}
