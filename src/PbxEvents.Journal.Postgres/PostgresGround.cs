using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Journal.Postgres;

/// <summary>The ground of a journal in a database: any number of processes write to it, and share its reactions. Any thread.</summary>
/// <param name="database">The database.</param>
/// <param name="folder">For what is kept on this machine.</param>
internal sealed class PostgresGround(PostgresDatabase database, string folder) : IJournalGround
{
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public long Size => database.Run(() =>
    {
        using var link = database.Open();
        return Convert.ToInt64(
            link.One("select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c where c.relnamespace = to_regnamespace('pbxevents') and c.relkind = 'r'"),
            System.Globalization.CultureInfo.InvariantCulture);
    });

    /// <inheritdoc/>
    public string StatePathOf(string connection)
    {
        OwnerFile.CreateFolder(folder);
        return Path.Combine(folder, $"{JournalFile.Escape(database.Address)}.{JournalFile.Escape(connection)}.state");
    }

    /// <inheritdoc/>
    public IDisposable HoldToRun(string reaction)
    {
        // Other processes share it; a second time in this one would be no more than a mistake.
        lock (_running)
        {
            if (!_running.Add(reaction))
                throw JournalFaults.ReactionInUse(reaction, $"this process ({Environment.ProcessId})");
        }
        return new Hold(() =>
        {
            lock (_running)
                _running.Remove(reaction);
        });
    }

    /// <inheritdoc/>
    public IDisposable HoldToRemove(string reaction) => database.Run(() =>
    {
        var link = database.OpenOwn();
        try
        {
            var id = (int?)link.One("select id from pbxevents.reaction where name = $1", reaction) ?? throw JournalFaults.ReactionNotFound(reaction, database.Address);
            if (!(bool)link.One($"select pg_try_advisory_lock($1, {Locks.Presence})", Locks.Of(id))!)
                throw JournalFaults.ReactionInUse(reaction, string.Join(", ", Census.Of(link, id).Workers.Values));
            return new Hold(link.Dispose);
        }
        catch (Exception)
        {
            link.Dispose();
            throw;
        }
    });

    /// <inheritdoc/>
    public bool IsRun(string reaction)
    {
        lock (_running)
            return _running.Contains(reaction);
    }

    private sealed class Hold(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
