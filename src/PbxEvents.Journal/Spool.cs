using System.Diagnostics;
using System.Globalization;
using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Journal;

/// <summary>
/// A listener's events on their way into a database: first into a file on its own machine, and from there in order, each once. While the database
/// is away they stay in the file, also when the process ends. Any thread.
/// </summary>
internal sealed class Spool : IAsyncDisposable
{
    /// <summary>More listeners than one machine has.</summary>
    private const int MaxFiles = 16;

    /// <summary>A disk that hangs must not hold up the end of a session, and what does not get through in that time waits in the file.</summary>
    private static readonly TimeSpan ShipTimeout = TimeSpan.FromSeconds(5);

    /// <summary>What is in the database stays in the file so long: when another server takes its place that has not got it, it is sent again.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleTrim = TimeSpan.FromMinutes(1);

    /// <summary>Another listener that hangs must not hold up this one for good.</summary>
    private static readonly TimeSpan OtherLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan OtherLook = TimeSpan.FromMilliseconds(100);

    private readonly JournalOptions _options;
    private readonly ISharedStoreFactory _database;
    private readonly IFileStoreFactory _files;
    private readonly EventJournal _file;
    private readonly CancellationTokenSource _written = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _shipping;
    private readonly long _left;
    private volatile PbxException? _lastError, _leftError;
    private bool _hasWaited;
    private long _sent;

    private Spool(JournalOptions options, ISharedStoreFactory database, IFileStoreFactory files, EventJournal file)
    {
        (_options, _database, _files, _file) = (options, database, files, file);
        _left = file.NewestNumber;
        using (var place = OpenPlace(file, out _))
            _sent = place.Place;
        _shipping = Task.Run(ShipAsync);
    }

    /// <summary>The connections whose events it keeps.</summary>
    public IReadOnlyList<string> Connections => _file.Connections;

    /// <summary>The number of the newest event that is in the file.</summary>
    public long Kept => _file.NewestNumber;

    /// <summary>The number of the newest event that is in the database.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>How many events have come that are not in the database yet.</summary>
    public long Behind => _file.Behind + Math.Max(0, Kept - Sent);

    /// <summary>Why events are not kept, or not in the database; null when they are.</summary>
    public PbxException? LastError => _file.LastError ?? _lastError ?? _leftError;

    /// <summary>True when a listener of this machine has written to the database before.</summary>
    public static bool WasThere(JournalServer server) => File.Exists(PathOf(server, 1));

    /// <summary>Opens the first file that no other process has, and sends what earlier ones left in it and in others.</summary>
    /// <param name="options">The journal.</param>
    /// <param name="database">The database.</param>
    /// <param name="files">Opens the file.</param>
    public static Spool Open(JournalOptions options, ISharedStoreFactory database, IFileStoreFactory files)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return new Spool(options, database, files, EventJournal.Open(FileOf(options, number), files));
            }
            catch (PbxException e) when (e.Kind == PbxErrorKind.JournalInUse && number < MaxFiles)
            {
                // Another listener of this machine.
            }
        }
    }

    /// <inheritdoc cref="IEventJournal.Keep"/>
    public IEventKeeping Keep(KeptStream stream) => _file.Keep(stream);

    /// <summary>Keeps what has come, closes the file, and sends what can be sent. What is left in it is sent by the next process.</summary>
    /// <returns>How many events could not be kept.</returns>
    public async Task<long> CloseAsync()
    {
        var lost = await _file.CloseAsync().ConfigureAwait(false);
        await _written.CancelAsync().ConfigureAwait(false);
        _end.CancelAfter(ShipTimeout);

        // Also when the database does not answer.
        await Task.WhenAny(_shipping, Task.Delay(ShipTimeout + Pause)).ConfigureAwait(false);
        return lost;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _written.Dispose();
        _end.Dispose();
    }

    /// <summary>Goes on until a page is empty.</summary>
    private static Task<bool> WholeAsync(long after, int sent) => Task.FromResult(sent > 0);

    private static JournalOptions FileOf(JournalOptions options, int number) => options with { Path = PathOf(options.Server!, number), Server = null, MaxAge = Memory };

    private static string PathOf(JournalServer server, int number) =>
        Path.Combine(server.Folder, string.Create(CultureInfo.InvariantCulture, $"{JournalFile.Escape(server.Address)}.spool{number}.db"));

    private async Task ShipAsync()
    {
        using var store = _database.OpenShared(_options);
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await ShipAsync(store).ConfigureAwait(false);
                return;
            }
            catch (Exception e)
            {
                var fault = e as PbxException ?? JournalFaults.Failed(_options.Path, e.Message, e);
                if (_lastError is null)
                    _file.Warn(fault);
                _lastError = fault;
                await Task.Delay(Pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// Sends until all is there and nothing more comes: what earlier processes left in this file, what they left in others, then what comes. Some of
    /// it may be of one connection.
    /// </summary>
    private async Task ShipAsync(ISharedStore store)
    {
        _database.Prepare(_options);
        await SendAsync(_file, store, _left, WholeAsync).ConfigureAwait(false);
        _leftError = null;
        for (var number = 1; number <= MaxFiles && !_end.IsCancellationRequested; number++)
        {
            var left = FileOf(_options, number);
            if (Path.GetFullPath(left.Path) != _file.Path && File.Exists(left.Path))
                await SendLeftAsync(left, store).ConfigureAwait(false);
        }
        _hasWaited = true;
        await SendAsync(_file, store, long.MaxValue, MoreAsync).ConfigureAwait(false);

        async Task<bool> MoreAsync(long after, int sent)
        {
            Volatile.Write(ref _sent, after);
            _lastError = null;
            if (store.Trim((_options.Clock.GetUtcNow() - _options.MaxAge).UtcTicks, _options.MaxSize) > 0 || sent > 0)
                return true;
            if (_written.IsCancellationRequested)
                return false;
            await Task.WhenAny(_file.MoreAsync(after, _written.Token), Task.Delay(IdleTrim, _written.Token)).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Sends what is in a file, page by page.</summary>
    /// <param name="file">The file.</param>
    /// <param name="store">Where to.</param>
    /// <param name="upto">The last event.</param>
    /// <param name="goesOnAsync">Told how far it is and how many were in the page: whether there is another.</param>
    private async Task SendAsync(EventJournal file, ISharedStore store, long upto, Func<long, int, Task<bool>> goesOnAsync)
    {
        // A file in the place of a damaged one numbers anew.
        var replacements = file.Replacements;
        using var place = OpenPlace(file, out var origin);
        using var reader = _files.OpenReader(file.Path);
        var after = store.NewestOf(origin);
        while (!_end.IsCancellationRequested)
        {
            var records = reader.ReadOn(null, after).Records;
            if (file.Replacements != replacements)
                throw JournalFaults.Failed(file.Path, "Another file took its place.");
            if (records.Count > 0 && records[^1].Seq > upto)
                records = [.. records.TakeWhile(r => r.Seq <= upto)];
            if (records.Count > 0)
            {
                var missing = records[0].Seq - after - 1;
                store.Append(origin, missing > 0 ? [Missing(records[0], missing), .. records] : records, reader.FindRun);
                after = records[^1].Seq;
                place.MoveTo(after);
            }
            if (!await goesOnAsync(after, records.Count).ConfigureAwait(false))
                return;
        }
    }

    /// <summary>
    /// Sends what is in another file, if no process has it any more. The listener that has it sends it itself: what was in it when this one began
    /// is waited for.
    /// </summary>
    private async Task SendLeftAsync(JournalOptions left, ISharedStore store)
    {
        (Guid Origin, long Newest)? theirs = null;
        for (var waited = Stopwatch.StartNew(); !_end.IsCancellationRequested; await Task.Delay(OtherLook, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing))
        {
            EventJournal file;
            try
            {
                file = EventJournal.Open(left, _files);
            }
            catch (PbxException e) when (e.Kind == PbxErrorKind.JournalInUse)
            {
                if (_hasWaited || waited.Elapsed > OtherLimit)
                    return;
                theirs ??= LookAt(left.Path);
                if (theirs is not { } known || store.NewestOf(known.Origin) >= known.Newest)
                    return;
                continue;
            }
            catch (PbxException e)
            {
                // A file that nobody can use must not hold up the others. Somebody has to look at it: it is told until then.
                _leftError = e;
                return;
            }
            await using (file)
                await SendAsync(file, store, long.MaxValue, WholeAsync).ConfigureAwait(false);
            return;
        }
    }

    /// <summary>What is in another listener's file now; null when nothing ever was.</summary>
    private (Guid Origin, long Newest)? LookAt(string path)
    {
        using var book = _files.OpenReactions(path, isReadOnly: true);
        return book.GetAll() is [var known] ? (Guid.Parse(known.Name), known.Place + known.Lag) : null;
    }

    /// <summary>How far it is stands in the file as that of a reaction, so that nothing is dropped before; its name is the file's as an origin.</summary>
    private IReactionStore OpenPlace(EventJournal file, out Guid origin)
    {
        using (var book = _files.OpenReactions(file.Path, isReadOnly: true))
            origin = book.GetAll() is [var known] ? Guid.Parse(known.Name) : Guid.NewGuid();
        return _files.OpenReaction(file.Path, new ReactionOptions { Name = $"{origin}" }, 0);
    }

    /// <summary>What was dropped before it could be sent to this database, as an event in its place.</summary>
    private EventRecord Missing(EventRecord first, long count)
    {
        var at = new DateTimeOffset(first.Received, TimeSpan.Zero).ToLocalTime();
        return EventMapping.OfGap(first.Seq - 1, first.Run, new PbxGap
        {
            Connection = _options.Name!,
            From = at,
            To = at,
            Reason = PbxGapReason.SlowConsumer,
            Recovery = PbxGapRecovery.Lost,
            EventsLost = count,
            Detail = "The database was away for longer than ‹MaxSize› of events lasts.",
        });
    }
}
