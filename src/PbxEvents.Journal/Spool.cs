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

    private readonly JournalOptions _options;
    private readonly ISharedStoreFactory _database;
    private readonly IFileStoreFactory _files;
    private readonly EventJournal _file;
    private readonly CancellationTokenSource _written = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _shipping;
    private volatile PbxException? _lastError;
    private long _sent;

    private Spool(JournalOptions options, ISharedStoreFactory database, IFileStoreFactory files, EventJournal file)
    {
        (_options, _database, _files, _file) = (options, database, files, file);
        using (var place = OpenPlace(out _))
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
    public PbxException? LastError => _file.LastError ?? _lastError;

    /// <summary>True when a listener of this machine has written to the database before.</summary>
    public static bool WasThere(JournalServer server) => File.Exists(PathOf(server, 1));

    /// <summary>Opens the first file that no other process has, and sends what an earlier one left in it.</summary>
    /// <param name="options">The journal.</param>
    /// <param name="database">The database.</param>
    /// <param name="files">Opens the file.</param>
    public static Spool Open(JournalOptions options, ISharedStoreFactory database, IFileStoreFactory files)
    {
        for (var number = 1; ; number++)
        {
            var own = options with { Path = PathOf(options.Server!, number), Server = null, MaxAge = Memory };
            try
            {
                return new Spool(options, database, files, EventJournal.Open(own, files));
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

    /// <summary>Sends until all is there and nothing more comes.</summary>
    private async Task ShipAsync(ISharedStore store)
    {
        // A file in the place of a damaged one numbers anew.
        var replacements = _file.Replacements;
        using var place = OpenPlace(out var origin);
        using var reader = _files.OpenReader(_file.Path);
        _database.Prepare(_options);
        var after = store.NewestOf(origin);
        while (!_end.IsCancellationRequested)
        {
            var page = reader.ReadOn(null, after);
            if (_file.Replacements != replacements)
                throw JournalFaults.Failed(_file.Path, "Another file took its place.");
            if (page.Records.Count > 0)
            {
                var missing = page.Records[0].Seq - after - 1;
                store.Append(origin, missing > 0 ? [Missing(page.Records[0], missing), .. page.Records] : page.Records, reader.FindRun);
                place.MoveTo(page.Upto);
            }
            after = page.Upto;
            Volatile.Write(ref _sent, after);
            _lastError = null;
            if (store.Trim((_options.Clock.GetUtcNow() - _options.MaxAge).UtcTicks, _options.MaxSize) > 0 || page.Records.Count > 0)
                continue;
            if (_written.IsCancellationRequested)
                return;
            await Task.WhenAny(_file.MoreAsync(after, _written.Token), Task.Delay(IdleTrim, _written.Token)).ConfigureAwait(false);
        }
    }

    /// <summary>How far it is stands in the file as that of a reaction, so that nothing is dropped before; its name is the file's as an origin.</summary>
    private IReactionStore OpenPlace(out Guid origin)
    {
        using (var book = _files.OpenReactions(_file.Path, isReadOnly: true))
            origin = book.GetAll() is [var known] ? Guid.Parse(known.Name) : Guid.NewGuid();
        return _files.OpenReaction(_file.Path, new ReactionOptions { Name = $"{origin}" }, 0);
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
