using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Journal;

/// <summary>An open journal. Any thread.</summary>
internal sealed class EventJournal : PbxJournal, IEventJournal, IAsyncDisposable
{
    /// <summary>A disk that hangs must not hold up the end of a session.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly JournalOptions _options;
    private readonly IJournalStoreFactory _factory;
    private readonly IJournalStore? _readOnlyStore;
    private readonly JournalWriter? _writer;
    private readonly FileLock? _lock;
    private readonly object _gate = new();
    private Task<long>? _closing;
    private JournalFigures? _last;
    private long _lastSize;

    private EventJournal(JournalOptions options, IJournalStoreFactory factory, FileLock? held)
    {
        (_options, _factory, _lock) = (options, factory, held);
        var store = Open(options, factory, out var problem);
        Problem = problem;
        if (options.ReadOnly)
            _readOnlyStore = store;
        else
            _writer = new JournalWriter(options, store, () => Reopen(options, factory), Figures.Oldest, problem);
    }

    /// <summary>What was wrong with the file that was found, in whose place a new one begins; null when nothing was.</summary>
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
    public override long Size => IsOpen ? JournalFile.SizeOf(Path) : _lastSize;

    /// <inheritdoc/>
    public override string? Writer => Figures.Writer;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Connections => IsOpen && _writer is { } writer ? writer.Connections : [];

    /// <inheritdoc/>
    public override long Behind => _writer?.Behind ?? 0;

    /// <inheritdoc/>
    public override PbxException? LastError => _writer?.LastError;

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

    /// <summary>Opens a journal. The file and its folder are made when they are not there.</summary>
    /// <param name="options">The journal.</param>
    /// <param name="factory">What keeps it.</param>
    /// <exception cref="PbxException">It cannot be opened. What is in the file was not touched.</exception>
    public static EventJournal Open(JournalOptions options, IJournalStoreFactory factory)
    {
        options = options with
        {
            Path = System.IO.Path.GetFullPath(options.Path),
            Name = options.Name ?? System.IO.Path.GetFileNameWithoutExtension(options.Path),
        };
        if (options.MaxAge <= TimeSpan.Zero)
            throw JournalFaults.NoAge(options.MaxAge);
        JournalFile.PrepareFolder(options);
        RefuseForeign(options, factory);
        var held = options.ReadOnly ? null : JournalFile.TakeToWrite(options.Path);
        try
        {
            return new EventJournal(options, factory, held);
        }
        catch (Exception)
        {
            held?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string StatePathOf(string connection) => $"{Path}.{JournalFile.Escape(connection)}.state";

    /// <inheritdoc/>
    public IEventKeeping Keep(KeptStream stream)
    {
        if (!IsOpen)
            throw JournalFaults.Closed(Name);
        return _writer?.Add(stream) ?? throw JournalFaults.ReadOnly(Path, "It was opened for reading only.");
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

    /// <summary>Makes ready to run a reaction: one process at a time may run one of a name.</summary>
    /// <param name="options">The reaction.</param>
    /// <param name="action">Its action. What it throws is its failure.</param>
    /// <exception cref="PbxException">Another has it, or the journal cannot be written to.</exception>
    public ReactionRunner React(ReactionOptions options, Func<Delivery, CancellationToken, Task> action)
    {
        if (!IsOpen)
            throw JournalFaults.Closed(Name);
        if (_writer is null)
            throw JournalFaults.ReadOnly(Path, "It was opened for reading only.");
        var held = HoldReaction(options.Name);
        try
        {
            var store = _factory.OpenReaction(Path, options.Name, options.StartAfter ?? _writer.Newest, options.MaxAttempts, options.Clock.GetUtcNow());
            return new ReactionRunner(this, store, held, options, action);
        }
        catch (Exception)
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The number of the newest event that is kept; 0 before the first.</summary>
    internal long NewestNumber => _writer?.Newest ?? 0;

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
            foreach (var record in records)
                yield return (record.Seq, ToEvent(reader, record));
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
    internal FileLock HoldReaction(string name) =>
        JournalFile.Take(Path, LockOf(name), holder => JournalFaults.ReactionInUse(name, holder));

    /// <summary>True when some process runs the reaction.</summary>
    internal bool IsHeld(string reaction) => FileLock.IsHeld(LockOf(reaction));

    /// <summary>Opens a reader of its own.</summary>
    internal IJournalReader OpenReader() => _factory.OpenReader(Path);

    /// <inheritdoc cref="JournalWriter.MoreAsync"/>
    internal Task MoreAsync(long after, CancellationToken cancellationToken) => _writer!.MoreAsync(after, cancellationToken);

    /// <inheritdoc cref="JournalWriter.Replacements"/>
    internal int Replacements => _writer?.Replacements ?? 0;

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
            return _closing ??= Task.Run(Close);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private string LockOf(string reaction) => $"{Path}.reaction-{JournalFile.Escape(reaction)}";

    private long Close()
    {
        var lost = _writer?.Stop(CloseTimeout) ?? 0;
        _readOnlyStore?.Dispose();
        try
        {
            _lastSize = JournalFile.SizeOf(Path);
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

    /// <summary>Before anything is put beside it: a file of somebody else keeps its folder as it was.</summary>
    private static void RefuseForeign(JournalOptions options, IJournalStoreFactory factory)
    {
        if (options.ReadOnly || new FileInfo(options.Path) is not { Exists: true, Length: > 0 })
            return;
        try
        {
            factory.Open(options with { ReadOnly = true }).Dispose();
        }
        catch (PbxException e) when (e.Kind is PbxErrorKind.JournalDamaged or PbxErrorKind.JournalTooNew)
        {
            // Ours all the same; what becomes of it is decided by who has it.
        }
    }

    private static IJournalStore Open(JournalOptions options, IJournalStoreFactory factory, out PbxException? problem)
    {
        problem = null;
        try
        {
            return factory.Open(options);
        }
        catch (PbxException e) when (e.Kind == PbxErrorKind.JournalDamaged && !options.ReadOnly)
        {
            problem = JournalFaults.SetAside(options.Path, JournalFile.SetAside(options.Path, options.Clock));
            return Reopen(options, factory);
        }
    }

    private static IJournalStore Reopen(JournalOptions options, IJournalStoreFactory factory)
    {
        JournalFile.Create(options.Path);
        return factory.Open(options);
    }
}
