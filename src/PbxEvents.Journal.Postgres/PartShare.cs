using Npgsql;

namespace PbxEvents.Journal.Postgres;

/// <summary>
/// The parts of one reaction that a session has, by locks of the session. All who run the reaction take an equal share of what is free, and give
/// back what is more. One thread at a time.
/// </summary>
/// <param name="link">The session.</param>
/// <param name="reaction">The reaction.</param>
internal sealed class PartShare(NpgsqlConnection link, int reaction)
{
    private readonly SortedSet<short> _held = [];

    /// <summary>Those that it has.</summary>
    public IReadOnlyCollection<short> Held => _held;

    /// <summary>Becomes one of those who run the reaction.</summary>
    /// <returns>False when somebody is about to forget it.</returns>
    public bool Join() => (bool)link.One($"select pg_try_advisory_lock_shared($1, {Locks.Presence})", Locks.Of(reaction))!;

    /// <summary>Gives back what is too many, and takes what is free.</summary>
    /// <param name="isBusy">A part of which something runs is not given back.</param>
    /// <param name="taken">Those that it has now and had not before.</param>
    /// <returns>True when it has others now.</returns>
    public bool Balance(Func<short, bool> isBusy, out short[] taken)
    {
        taken = [];
        var census = Census.Of(link, reaction);
        var workers = Math.Max(1, census.Workers.Count);
        var share = (Part.Count + workers - 1) / workers;
        if (_held.Count > share)
        {
            var back = _held.Reverse().Where(p => !isBusy(p)).Take(_held.Count - share).ToArray();
            link.All("select pg_advisory_unlock($1, p) from unnest($2) p", r => r.GetBoolean(0), Locks.Of(reaction), Array.ConvertAll(back, p => (int)p));
            _held.ExceptWith(back);
            return back.Length > 0;
        }
        if (_held.Count == share)
            return false;

        // From anywhere on, so that those who begin at once do not all reach for the same.
        var start = Random.Shared.Next(Part.Count);
        var free = Enumerable.Range(start, Part.Count).Select(p => p % Part.Count).Where(p => !census.Holders.ContainsKey((short)p)).Take(share - _held.Count).ToArray();
        if (free.Length == 0)
            return false;
        taken =
        [
            .. link.All("select p, pg_try_advisory_lock($1, p) from unnest($2) p", r => (Part: (short)r.GetInt32(0), IsTaken: r.GetBoolean(1)), Locks.Of(reaction), free)
                .Where(p => p.IsTaken).Select(p => p.Part),
        ];
        _held.UnionWith(taken);
        return taken.Length > 0;
    }
}
