namespace PbxEvents.Journal.Sqlite;

/// <summary>Writes to a journal's SQLite file.</summary>
internal sealed class SqliteStore : IJournalStore
{
    private const int TrimStep = 1000;

    private readonly string _path;
    private readonly Database _database;
    private readonly Statement _insert;
    private readonly Statement _block;
    private readonly Statement _oldest;
    private readonly Statement _firstToStay;
    private readonly Statement _slowest;
    private readonly long _pageSize;

    private SqliteStore(string path, Database database)
    {
        (_path, _database) = (path, database);
        _insert = database.Prepare(EventTable.Insert);
        _block = database.Prepare("insert into block values(?1, ?2, ?3) on conflict(id) do update set first=min(first, ?2), last=max(last, ?3)");
        _oldest = database.Prepare("select min(seq) from event");
        _firstToStay = database.Prepare("select seq from event where seq between ?1 and ?2 and received >= ?3 order by seq limit 1");
        _slowest = database.Prepare("select min(place) from reaction");
        _pageSize = database.Number("pragma page_size") ?? 4096;
        Newest = database.Number("select max(seq) from event") ?? 0;
    }

    /// <inheritdoc/>
    public long Newest { get; private set; }

    /// <summary>Opens a journal, and brings it to the present form.</summary>
    /// <param name="options">The journal.</param>
    /// <param name="steps">All steps to the present form.</param>
    public static IJournalStore Open(JournalOptions options, IReadOnlyList<string> steps)
    {
        var path = options.Path;
        var form = SqliteFile.FormOf(path);
        if (options.ReadOnly)
        {
            if (form == 0)
                throw JournalFaults.NotAJournal(path);
            if (form > steps.Count && !MayBeRead(path, steps.Count))
                throw JournalFaults.TooNew(path, form, mayBeRead: false);
            return new ReadOnlyStore();
        }
        if (form > steps.Count)
            throw JournalFaults.TooNew(path, form, MayBeRead(path, steps.Count));
        var database = Database.Open(path, isReadOnly: false);
        try
        {
            // A newer form may not have reached the file itself yet.
            form = database.Number("pragma user_version") ?? 0;
            if (form > steps.Count)
                throw JournalFaults.TooNew(path, form, MayBeRead(path, steps.Count));

            // The file is a journal before anything is kept beside it, so that who looks at the file alone sees what it is.
            if (form == 0)
                Upgrades.Run(database, form, steps);
            if (database.Text("pragma journal_mode=wal") != "wal")
                throw JournalFaults.Failed(path, "The disk it is on cannot share memory between processes.");
            database.Execute(options.Durability == PbxJournalDurability.Power ? "pragma synchronous=full" : "pragma synchronous=normal");
            database.Execute("pragma fullfsync=1; pragma journal_size_limit=16777216;");
            if (form > 0)
                Upgrades.Run(database, form, steps);
            return new SqliteStore(path, database);
        }
        catch (Exception)
        {
            database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public long BeginRun(string connection, string provider, DateTimeOffset startedAt) => SqliteFile.Run(_path, () =>
    {
        using var insert = _database.Prepare("insert into run(connection, provider, started, host, process) values(?,?,?,?,?) returning id");
        insert.Bind(1, connection).Bind(2, provider).Bind(3, startedAt.UtcTicks).Bind(4, Environment.MachineName).Bind(5, Environment.ProcessId);
        insert.Step();
        var id = insert.Number(0)!.Value;

        // Until then it is not written.
        insert.Step();
        return id;
    });

    /// <inheritdoc/>
    public void Append(IReadOnlyList<EventRecord> records)
    {
        SqliteFile.Run(_path, () =>
        {
            _database.InTransaction(() =>
            {
                foreach (var record in records)
                {
                    EventTable.Bind(_insert, record);
                    Finish(_insert);
                }
                foreach (var block in records.GroupBy(r => r.Seq / EventTable.BlockSize))
                {
                    _block.Bind(1, block.Key).Bind(2, block.Min(r => r.Received)).Bind(3, block.Max(r => r.Received));
                    Finish(_block);
                }
            });
            return Newest += records.Count;
        });
    }

    /// <inheritdoc/>
    public int Trim(long before, long maxBytes) => SqliteFile.Run(_path, () =>
    {
        if (NumberOf(_oldest) is not { } oldest || oldest >= Newest)
            return 0;
        var last = Math.Min(oldest + TrimStep - 1, Newest - 1);
        var stays = NumberOf(_firstToStay.Bind(1, oldest).Bind(2, last).Bind(3, before)) ?? last + 1;
        if (NumberOf(_slowest) is { } seen)
            stays = Math.Clamp(seen + 1, oldest, stays);
        if (stays <= last)
            stays = Math.Min(last + 1, Math.Max(stays, oldest + TooMany(oldest, maxBytes)));
        if (stays == oldest)
            return 0;
        _database.InTransaction(() =>
        {
            _database.Execute(FormattableString.Invariant($"insert or ignore into saved select * from event where seq < {stays} and seq in (select seq from work)"));
            _database.Execute(FormattableString.Invariant($"delete from event where seq < {stays}"));
            _database.Execute(FormattableString.Invariant($"delete from done where seq < {stays}"));
            _database.Execute(FormattableString.Invariant($"delete from block where id < {stays / EventTable.BlockSize}"));
        });
        return (int)(stays - oldest);
    });

    /// <inheritdoc/>
    public bool IsWhole() => SqliteFile.Run(_path, () => _database.Text("pragma quick_check(1)") == "ok");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in new[] { _insert, _block, _oldest, _firstToStay, _slowest })
            statement.Dispose();
        _database.Dispose();
    }

    /// <summary>For tests, which have no disk of their own to fill.</summary>
    internal void Execute(string sql) => _database.Execute(sql);

    /// <summary>How many of the oldest are too many for the size, by what an event takes on average.</summary>
    private long TooMany(long oldest, long maxBytes)
    {
        var used = ((_database.Number("pragma page_count") ?? 0) - (_database.Number("pragma freelist_count") ?? 0)) * _pageSize;
        return used <= maxBytes ? 0 : Math.Max(1, (used - maxBytes) * (Newest - oldest + 1) / used);
    }

    private static bool MayBeRead(string path, int form)
    {
        using var database = SqliteFile.OpenToRead(path);
        return database.Number("select min_reader from journal") <= form;
    }

    private static long? NumberOf(Statement statement)
    {
        try
        {
            return statement.Step() ? statement.Number(0) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    private static void Finish(Statement statement)
    {
        try
        {
            statement.Step();
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>A journal that is only read: readers open the file themselves.</summary>
    private sealed class ReadOnlyStore : IJournalStore
    {
        public long Newest => 0;

        public long BeginRun(string connection, string provider, DateTimeOffset startedAt) => throw new NotSupportedException();

        public void Append(IReadOnlyList<EventRecord> records) => throw new NotSupportedException();

        public int Trim(long before, long maxBytes) => 0;

        public bool IsWhole() => true;

        public void Dispose()
        {
        }
    }
}
