using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Journal;

/// <summary>An open journal. Any thread.</summary>
internal sealed class EventJournal : PbxJournal, IEventJournal, IAsyncDisposable
{
    /// <summary>A disk that hangs must not hold up the end of a session.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly JournalOptions _options;
    private readonly IJournalStoreFactory _factory;
    private readonly IJournalGround _ground;
    private readonly IJournalStore? _readOnlyStore;
    private readonly JournalWriter? _writer;
    private readonly Func<Spool>? _openSpool;
    private readonly IJournalNews? _news;
    private readonly IDisposable? _lock;
    private readonly object _gate = new();
    private Task<long>? _closing;
    private JournalFigures? _last;
    private long _lastSize;
    private volatile Spool? _spool;

    /// <summary>In a file.</summary>
    private EventJournal(JournalOptions options, IFileStoreFactory files, FileGround ground, IDisposable? held)
    {
        (_options, _factory, _ground, _lock) = (options, files, ground, held);
        var store = OpenStore(options, files, ground, out var problem);
        Problem = problem;
        if (options.ReadOnly)
            _readOnlyStore = store;
        else
            _writer = new JournalWriter(options, ground, store, () => Reopen(options, files, ground), Figures.Oldest, problem);
    }

    /// <summary>In a database.</summary>
    private EventJournal(JournalOptions options, ISharedStoreFactory database, IFileStoreFactory files)
    {
        (_options, _factory, _ground) = (options, database, database.Ground);
        try
        {
            database.Prepare(options);
        }
        catch (PbxException e) when (!e.IsPermanent && !options.ReadOnly && Spool.WasThere(options.Server!))
        {
            // A listener goes on without it.
            Problem = e;
        }
        if (options.ReadOnly)
            return;
        _openSpool = () => Spool.Open(options, database, files);
        _news = database.Listen();
    }

    /// <summary>
    /// What was wrong with the file that was found, in whose place a new one begins, or why the database cannot be reached; null when nothing was.
    /// </summary>
    internal PbxException? Problem { get; }

    /// <inheritdoc/>
    public override string Name => _options.Name!;

    /// <inheritdoc/>
    public override string Path => _options.Path;

    /// <inheritdoc/>
    public override bool IsOpen => _closing is null;

    /// <inheritdoc/>
    public override bool IsReadOnly => _options.ReadOnly;

    /// <inheritdoc/>
    public override PbxJournalDurability Durability => _options.Durability;

    /// <inheritdoc/>
    public override TimeSpan MaxAge => _options.MaxAge;

    /// <inheritdoc/>
    public override long MaxSize => _options.MaxSize;

    /// <inheritdoc/>
    public override DateTimeOffset? Oldest => Figures.Oldest;

    /// <inheritdoc/>
    public override DateTimeOffset? Newest => Figures.Newest;

    /// <inheritdoc/>
    public override long Events => Figures.Events;

    /// <inheritdoc/>
    public override long Size => IsOpen ? _ground.Size : _lastSize;

    /// <inheritdoc/>
    public override string? Writer => Figures.Writer;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Connections => IsOpen ? _writer?.Connections ?? _spool?.Connections ?? [] : [];

    /// <inheritdoc/>
    public override long Behind => _writer?.Behind ?? _spool?.Behind ?? 0;

    /// <inheritdoc/>
    public override PbxException? LastError => _writer?.LastError ?? _spool?.LastError;

    private JournalFigures Figures
    {
        get
        {
            if (_last is { } last)
                return last;
            using var reader = _factory.OpenReader(Path);
            return reader.GetFigures();
        }
    }

    /// <summary>The number of the newest event that is kept; 0 before the first.</summary>
    internal long NewestNumber => Math.Max(_news?.Newest ?? 0, _writer?.Newest ?? 0);

    /// <inheritdoc cref="JournalWriter.Replacements"/>
    internal int Replacements => _writer?.Replacements ?? 0;

    /// <summary>Opens a journal in a file. It and its folder are made when they are not there.</summary>
    /// <param name="options">The journal.</param>
    /// <param name="files">What keeps it.</param>
    /// <exception cref="PbxException">It cannot be opened. What is in the file was not touched.</exception>
    public static EventJournal Open(JournalOptions options, IFileStoreFactory files)
    {
        options = Complete(options with { Path = System.IO.Path.GetFullPath(options.Path) });
        var ground = new FileGround(options, files);
        ground.Prepare();
        var held = options.ReadOnly ? null : ground.TakeToWrite();
        try
        {
            return new EventJournal(options, files, ground, held);
        }
        catch (Exception)
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Opens the journal of a database.</summary>
    /// <param name="options">The journal.</param>
    /// <param name="database">What keeps it.</param>
    /// <param name="files">What keeps the events of this machine until they are there.</param>
    /// <exception cref="PbxException">It cannot be opened.</exception>
    public static EventJournal Open(JournalOptions options, ISharedStoreFactory database, IFileStoreFactory files) => new(Complete(options), database, files);

    /// <summary>The name that a journal has in its session.</summary>
    public static string NameOf(JournalOptions options) => options.Name ?? options.Server?.Database ?? System.IO.Path.GetFileNameWithoutExtension(options.Path);

    /// <inheritdoc/>
    public string StatePathOf(string connection) => _ground.StatePathOf(connection);

    /// <inheritdoc/>
    public IEventKeeping Keep(KeptStream stream)
    {
        if (!IsOpen)
            throw JournalFaults.Closed(Name);
        return IsReadOnly ? throw JournalFaults.ReadOnly(Path, "It was opened for reading only.") : _writer?.Add(stream) ?? OpenSpool().Keep(stream);
    }

    /// <summary>Makes one of the listeners that could have a connection, of which one has it.</summary>
    /// <param name="connection">The connection's name.</param>
    /// <exception cref="PbxException">Only the journal of a database can tell who has it.</exception>
    public IStandby StandBy(string connection)
    {
        if (!IsOpen)
            throw JournalFaults.Closed(Name);
        if (IsReadOnly || _factory is not ISharedStoreFactory database)
            throw JournalFaults.NoStandby(Name);

        // It may stand by for weeks: what an earlier process left is not to come so late that nobody knows any more what was done.
        if (Spool.WasThere(_options.Server!))
            OpenSpool();
        return database.StandBy(connection, () => _spool?.Kept ?? 0, () => _spool?.Sent ?? 0);
    }

    /// <summary>Reads events, in the order in which they were kept. They are those that are there when a read gets to its end.</summary>
    /// <param name="query">What to read.</param>
    /// <exception cref="PbxException">The journal is closed, or cannot be read.</exception>
    public IEnumerable<PbxEvent> Read(EventQuery query)
    {
        foreach (var (_, pbxEvent) in ReadNumbered(query))
            yield return pbxEvent;
    }

    /// <inheritdoc/>
    public IEnumerable<PbxEvent> ReadSince(string connection, DateTimeOffset since) =>
        Read(new EventQuery(since, Connection: connection));

    /// <summary>Makes ready to run a reaction: of a file one process at a time may run one of a name, of a database several share it.</summary>
    /// <param name="options">The reaction.</param>
    /// <param name="action">Its action. What it throws is its failure.</param>
    /// <exception cref="PbxException">Another has it, or the journal cannot be written to.</exception>
    public ReactionRunner React(ReactionOptions options, Func<Delivery, CancellationToken, Task> action)
    {
        if (!IsOpen)
            throw JournalFaults.Closed(Name);
        if (IsReadOnly)
            throw JournalFaults.ReadOnly(Path, "It was opened for reading only.");
        var held = _ground.HoldToRun(options.Name);
        try
        {
            var store = _factory.OpenReaction(Path, options, options.StartAfter ?? NewestNumber);
            return new ReactionRunner(this, store, held, options, action);
        }
        catch (Exception)
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The number of the last event that arrived before a time; that of the newest when none has arrived since.</summary>
    internal long LastBefore(DateTimeOffset time)
    {
        using var reader = _factory.OpenReader(Path);
        return reader.Read(new EventQuery(Since: time), 0) is [var first, ..] ? first.Seq - 1 : NewestNumber;
    }

    /// <summary>Reads events with their numbers, in the order in which they were kept.</summary>
    internal IEnumerable<(long Number, PbxEvent Event)> ReadNumbered(EventQuery query)
    {
        if (!IsOpen)
            throw JournalFaults.Closed(Name);
        using var reader = _factory.OpenReader(Path);
        for (var records = reader.Read(query, 0); records.Count > 0; records = reader.Read(query, records[^1].Seq))
        {
            foreach (var record in records)
                yield return (record.Seq, ToEvent(reader, record));
        }
    }

    /// <summary>One event, also one that is kept only because a reaction has it open; null when it is not there any more.</summary>
    internal PbxEvent? FindEvent(long number)
    {
        using var reader = _factory.OpenReader(Path);
        return reader.ReadOne(number) is { } record ? ToEvent(reader, record) : null;
    }

    /// <summary>Opens what the journal keeps of its reactions, also to change it beside who runs them.</summary>
    internal IReactionBook OpenReactions(bool isReadOnly) => _factory.OpenReactions(Path, isReadOnly);

    /// <summary>Keeps a reaction to whoever calls, who does not run it.</summary>
    /// <exception cref="PbxException">Somebody runs it.</exception>
    internal IDisposable HoldReaction(string name) => _ground.HoldToRemove(name);

    /// <inheritdoc cref="IJournalGround.IsRun"/>
    internal bool IsRun(string reaction) => _ground.IsRun(reaction);

    /// <summary>Opens a reader of its own.</summary>
    internal IJournalReader OpenReader() => _factory.OpenReader(Path);

    /// <summary>Tells the connections whose events it keeps.</summary>
    internal void Warn(PbxException problem) => _writer?.Warn(problem);

    /// <summary>Waits until there are events after a number.</summary>
    internal Task MoreAsync(long after, CancellationToken cancellationToken) => _news?.MoreAsync(after, cancellationToken) ?? _writer!.MoreAsync(after, cancellationToken);

    /// <summary>Reads the events of one call.</summary>
    internal IReadOnlyList<PbxEvent> ReadCall(long run, string callId, long first, long last, int max)
    {
        // Also of a journal that was closed meanwhile: who has an event may look at its call.
        using var reader = _factory.OpenReader(Path);
        return [.. reader.ReadCall(run, callId, first, last, max).Select(r => ToEvent(reader, r))];
    }

    /// <summary>Keeps what has come, and closes the file. What comes afterwards is not kept. Safe to call more than once.</summary>
    /// <returns>How many events could not be kept.</returns>
    public Task<long> CloseAsync()
    {
        lock (_gate)
            return _closing ??= Task.Run(CloseOnceAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private static JournalOptions Complete(JournalOptions options) => options.MaxAge <= TimeSpan.Zero
        ? throw JournalFaults.NoAge(options.MaxAge)
        : options with { Name = NameOf(options) };

    private Spool OpenSpool()
    {
        lock (_gate)
            return _closing is null ? _spool ??= _openSpool!() : throw JournalFaults.Closed(Name);
    }

    private async Task<long> CloseOnceAsync()
    {
        var lost = _spool is { } spool ? await spool.CloseAsync().ConfigureAwait(false) : _writer?.Stop(CloseTimeout) ?? 0;
        _readOnlyStore?.Dispose();
        _news?.Dispose();
        try
        {
            _lastSize = _ground.Size;
            _last = Figures;
        }
        catch (PbxException)
        {
            _last = new JournalFigures(0, null, null, null);
        }
        _lock?.Dispose();
        return lost;
    }

    /// <summary>The event that was kept.</summary>
    internal PbxEvent ToEvent(IJournalReader reader, EventRecord record)
    {
        IReadOnlyList<PbxEvent> events = record is { FirstSeq: { } first, CallId: { } id } ? new JournalCallEvents(this, record.Run, id, first, record.Seq) : [];
        return EventMapping.ToEvent(record, reader.FindRun(record.Run), events);
    }

    private static IJournalStore OpenStore(JournalOptions options, IFileStoreFactory files, FileGround ground, out PbxException? problem)
    {
        problem = null;
        try
        {
            return files.Open(options);
        }
        catch (PbxException e) when (e.Kind == PbxErrorKind.JournalDamaged && !options.ReadOnly)
        {
            problem = JournalFaults.SetAside(options.Path, ground.SetAside());
            return Reopen(options, files, ground);
        }
    }

    private static IJournalStore Reopen(JournalOptions options, IFileStoreFactory files, FileGround ground)
    {
        ground.Make();
        return files.Open(options);
    }
}
