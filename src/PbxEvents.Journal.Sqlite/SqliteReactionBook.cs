using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal.Sqlite;

/// <summary>What a journal's SQLite file keeps of all its reactions.</summary>
internal sealed class SqliteReactionBook : IReactionBook
{
    private readonly string _path;
    private readonly Statements _sql;

    private SqliteReactionBook(string path, Database database) => (_path, _sql) = (path, new Statements(database));

    /// <summary>Opens a journal's reactions.</summary>
    public static SqliteReactionBook Open(string path, bool isReadOnly) =>
        new(path, isReadOnly ? SqliteFile.OpenToRead(path) : Database.Open(path, isReadOnly: false));

    /// <inheritdoc/>
    public IReadOnlyList<ReactionFigures> GetAll() => SqliteFile.Run(_path, () => _sql.All(
        "select name, place, max(0, coalesce((select max(seq) from event), 0) - place), (select count(*) from done d where d.reaction=id), "
            + "(select count(*) from work w where w.reaction=id and state=1), (select count(*) from work w where w.reaction=id and state=0 and first_failed is null), "
            + "(select count(*) from work w where w.reaction=id and state=0 and first_failed is not null), "
            + "(select count(*) from work w where w.reaction=id and state=2), suspended, created from reaction order by name",
        s => new ReactionFigures(s.Text(0)!, At(s, 1), At(s, 2), At(s, 3), At(s, 4), At(s, 5), At(s, 6), At(s, 7), At(s, 8) != 0, ToTime(At(s, 9)))));

    /// <inheritdoc/>
    public IReadOnlyList<DeadWork> GetDead(string reaction) => SqliteFile.Run(_path, () => _sql
        .All("select seq, tries, first_failed, last_failed, error, error_id, stack from work where reaction=?1 and state=2 order by seq",
            s => new DeadWork(At(s, 0), (int)At(s, 1), ToTime(At(s, 2)), ToTime(At(s, 3)), new Failure(s.Text(4) ?? "", s.Text(5), s.Text(6)), []), IdOf(reaction))
        .Select(d => d with { Steps = _sql.All("select name from step where reaction=?1 and seq=?2 order by name", s => s.Text(0)!, IdOf(reaction), d.Seq) })
        .ToArray());

    /// <inheritdoc/>
    public void SetSuspended(string reaction, bool isSuspended) =>
        SqliteFile.Run(_path, () => _sql.Run("update reaction set suspended=?2 where id=?1", IdOf(reaction), isSuspended ? 1 : 0));

    /// <inheritdoc/>
    public bool RestartDead(string reaction, long seq, DateTimeOffset now) => SqliteFile.Run(_path, () => _sql.Run(
        "update work set state=0, tries=0, cut=0, due=?3, replay=1, first_failed=null, last_failed=null, error=null, error_id=null, stack=null where reaction=?1 and seq=?2 and state=2",
        IdOf(reaction), seq, now.UtcTicks) > 0);

    /// <inheritdoc/>
    public bool RemoveDead(string reaction, long seq)
    {
        var isRemoved = false;
        InTransaction(() =>
        {
            isRemoved = _sql.Run("delete from work where reaction=?1 and seq=?2 and state=2", IdOf(reaction), seq) > 0;
            if (!isRemoved)
                return;
            _sql.Run("delete from step where reaction=?1 and seq=?2", IdOf(reaction), seq);
            ForgetUnused();
        });
        return isRemoved;
    }

    /// <inheritdoc/>
    public void AskReplay(string reaction, DateTimeOffset since, DateTimeOffset until, bool force) => SqliteFile.Run(_path, () => _sql.Run(
        "insert into replay(reaction, since, until, force, last) select id, ?2, ?3, ?4, place from reaction where id=?1",
        IdOf(reaction), since.UtcTicks, until.UtcTicks, force ? 1 : 0));

    /// <inheritdoc/>
    public void Remove(string reaction) => InTransaction(() =>
    {
        var id = IdOf(reaction);
        foreach (var table in (string[])["work", "done", "step", "replay"])
            _sql.Run($"delete from {table} where reaction=?1", id);
        _sql.Run("delete from reaction where id=?1", id);
        ForgetUnused();
    });

    /// <inheritdoc/>
    public void Dispose() => _sql.Dispose();

    /// <summary>The events that were kept for a reaction only.</summary>
    private void ForgetUnused() => _sql.Run("delete from saved where not exists(select 1 from work w where w.seq=saved.seq)");

    private long IdOf(string reaction) => _sql.Number("select id from reaction where name=?1", reaction) ?? throw JournalFaults.ReactionNotFound(reaction, _path);

    private void InTransaction(Action work) => SqliteFile.Run(_path, () =>
    {
        _sql.InTransaction(work);
        return 0;
    });

    private static long At(Statement row, int column) => row.Number(column) ?? 0;

    private static DateTimeOffset ToTime(long ticks) => new DateTimeOffset(ticks, TimeSpan.Zero).ToLocalTime();
}
