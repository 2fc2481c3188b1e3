using Npgsql;

namespace PbxEvents.Journal.Postgres;

/// <summary>Who runs a reaction, and which parts each has: the server's own list of locks, so nobody is in it who has ended.</summary>
/// <param name="Workers">By the numbers of their sessions, machine and process.</param>
/// <param name="Holders">By part, the session that has it.</param>
internal sealed record Census(IReadOnlyDictionary<int, string> Workers, IReadOnlyDictionary<short, int> Holders)
{
    private const string Prefix = "PbxEvents ";

    /// <summary>Locks that somebody has in this database, of one first number.</summary>
    private const string Where = "where l.locktype = 'advisory' and l.granted "
        + "and l.database = (select oid from pg_database where datname = current_database()) and l.classid = $1::int::oid and l.objsubid = 2";

    /// <summary>Looks.</summary>
    public static Census Of(NpgsqlConnection link, int reaction)
    {
        var rows = link.All(
            $"select l.objid::int, l.pid, coalesce(a.application_name, '') from pg_locks l left join pg_stat_activity a on a.pid = l.pid {Where}",
            r => (Part: (short)r.GetInt32(0), Session: r.GetInt32(1), Name: r.GetString(2)),
            Locks.Of(reaction));
        return new Census(
            rows.Where(r => r.Part == Locks.Presence).ToDictionary(r => r.Session, r => ToProcess(r.Name)),
            rows.Where(r => r.Part < Part.Count).ToDictionary(r => r.Part, r => r.Session));
    }

    /// <summary>Machine and process that have a lock; null for none.</summary>
    public static string? HolderOf(NpgsqlConnection link, int first, int second) => link.First(
        $"select coalesce(a.application_name, '') from pg_locks l join pg_stat_activity a on a.pid = l.pid {Where} and l.objid = $2::int::oid limit 1",
        r => ToProcess(r.GetString(0)),
        first, second);

    private static string ToProcess(string application) => application.StartsWith(Prefix, StringComparison.Ordinal) ? application[Prefix.Length..] : application;
}
