using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// Reads RingCentral's call log (history/ringcentral-history.md): for the latest day by what has changed in it, for times long past by the
/// starts of calls; and where the account's is not given, the user's own.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing to release.")]
internal sealed class RingCentralRecords : RecordReader
{
    private static readonly TimeSpan Slice = TimeSpan.FromDays(1);

    /// <summary>Further back the records of a reading are too many to be held together.</summary>
    private static readonly TimeSpan SyncReach = TimeSpan.FromHours(26);

    /// <summary>A reading by changes brings all until now, so it is not for a time that was over long ago.</summary>
    private static readonly TimeSpan SyncAge = TimeSpan.FromHours(1);

    /// <summary>Queues and menus seldom change (history/directory.md).</summary>
    private static readonly TimeSpan ServicesLast = TimeSpan.FromHours(1);

    private readonly DriverContext _context;
    private readonly CallLogApi _api;
    private readonly RingCentralTiming _timing;
    private readonly Func<string, string?> _liveIdOf;
    private readonly Func<bool> _wantsOthers;
    private readonly CallLogSync _sync;
    private readonly CallLogPages _pages;
    private readonly SemaphoreSlim _gate = new(1);

    private CallLogServices _services = CallLogServices.None;
    private DateTimeOffset _servicesAskedAt = DateTimeOffset.MinValue;

    /// <param name="context">Clock and log.</param>
    /// <param name="api">Asks.</param>
    /// <param name="timing">When to ask.</param>
    /// <param name="liveIdOf">The id of a call that was seen live, by its older id; null when it was not.</param>
    /// <param name="wantsOthers">True when calls of others than the user are subscribed to.</param>
    public RingCentralRecords(
        DriverContext context, CallLogApi api, RingCentralTiming timing, Func<string, string?> liveIdOf, Func<bool> wantsOthers)
    {
        _context = context;
        _api = api;
        _timing = timing;
        _liveIdOf = liveIdOf;
        _wantsOthers = wantsOthers;
        _sync = new CallLogSync(context, api);
        _pages = new CallLogPages(context, api);
    }

    /// <summary>Where a reading by changes goes on, for the next process. Any thread.</summary>
    public CallLogSync Sync => _sync;

    /// <inheritdoc/>
    public override IReadOnlyList<TimeSpan> Asks => _timing.RecordAsks;

    /// <summary>Clocks may be two minutes apart.</summary>
    /// <inheritdoc/>
    public override TimeSpan Overlap { get; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public override string Topic => RingCentralTopics.Calls;

    /// <summary>Goes on where an earlier process stopped. Before the first reading.</summary>
    /// <param name="kept">What <see cref="CallLogSync.Export"/> gave.</param>
    public void GoOn(string kept) => _sync.Import(kept, _context.Clock.GetUtcNow() - SyncReach);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<CallRecord> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = _context.Clock.GetUtcNow();
        if (from > now - SyncReach && to > now - SyncAge && await ReadChangesAsync(from, cancellationToken).ConfigureAwait(false) is { } reading)
        {
            foreach (var record in Choose(Join(reading.Rows), from, to, reading.PlatformTime, DateTimeOffset.MaxValue))
                yield return record;
            yield break;
        }

        var (path, isOwn) = (CallLogPages.OfAccount, false);
        var rows = new Dictionary<string, CallLogRow>(StringComparer.Ordinal);
        for (var start = from - LongestCall; start < to;)
        {
            var end = start + Slice < to ? start + Slice : to;
            using (var refusal = await ReadSliceAsync(path, start, end, rows, cancellationToken).ConfigureAwait(false))
            {
                if (refusal is not null)
                {
                    var fault = RingCentralFaults.NoCallLog(refusal, _api.Server);
                    if (isOwn || fault.Kind != PbxErrorKind.PermissionDenied || refusal.Error.Code == RingCentralFaults.NoAppPermission)
                        throw fault;
                    _context.Log($"{fault.Message} Requesting the user's own.");
                    (path, isOwn) = (CallLogPages.OfUser, true);
                    continue;
                }
            }

            // A call may have another record that begins in the next slice.
            var over = end < to ? end : DateTimeOffset.MaxValue;
            var calls = Join(rows.Values);
            rows = calls.Where(c => c.EndedAt >= over).SelectMany(c => c.Rows).ToDictionary(r => r.Id, StringComparer.Ordinal);
            foreach (var record in Choose(calls, from, to, now, over))
                yield return record;
            start = end;
        }
        if (isOwn && _wantsOthers())
            throw RingCentralFaults.OnlyOwnCalls(_api.Server);
    }

    /// <summary>The calls of a window that are told now: neither young, nor going on, nor to be continued in the next slice.</summary>
    private IEnumerable<CallRecord> Choose(
        IEnumerable<CallLogCall> calls, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, DateTimeOffset over)
    {
        var settled = now - _timing.RecordSettling;
        return calls.Where(c => !c.IsInProgress && c.EndedAt >= from && c.EndedAt <= to && c.EndedAt <= settled && c.EndedAt < over)
            .OrderBy(c => c.EndedAt).Select(c => c.ToRecord());
    }

    private CallLogCall[] Join(IReadOnlyCollection<CallLogRow> rows) => [.. CallLogCalls.Join(rows, _services, _liveIdOf)];

    /// <returns>Null where the account's log is not given in this way.</returns>
    private async Task<CallLogReading?> ReadChangesAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await AskServicesAsync(cancellationToken).ConfigureAwait(false);
            var (reading, refusal) = await _sync.ReadAsync(from, cancellationToken).ConfigureAwait(false);
            if (reading is null)
                _context.Log($"{_api.Server} does not report what has changed in the account's call log (HTTP {refusal?.Status}{refusal?.Error.Words()}).");
            refusal?.Dispose();
            return reading;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<CallLogAnswer?> ReadSliceAsync(
        string path, DateTimeOffset start, DateTimeOffset end, Dictionary<string, CallLogRow> rows, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await AskServicesAsync(cancellationToken).ConfigureAwait(false);
            return await _pages.AddAsync(path, start, end, rows, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task AskServicesAsync(CancellationToken cancellationToken)
    {
        var now = _context.Clock.GetUtcNow();
        if (now - _servicesAskedAt < ServicesLast)
            return;
        _services = new CallLogServices(
            await ListAsync("the call queues", "/restapi/v1.0/account/~/call-queues?", null, cancellationToken).ConfigureAwait(false),
            await ListAsync("the menus", "/restapi/v1.0/account/~/extension?type=IvrMenu&", "IvrMenu", cancellationToken).ConfigureAwait(false));
        _servicesAskedAt = now;
    }

    /// <summary>The ids of a list; none where it may not be asked for, which costs a detail and not the records.</summary>
    private async Task<HashSet<string>> ListAsync(string what, string path, string? type, CancellationToken cancellationToken)
    {
        const int MaxPages = 40;
        HashSet<string> ids = [];
        for (var page = 1; page <= MaxPages; page++)
        {
            using var answer = await _api.GetAsync(what, $"{path}perPage=100&page={page}", isHeavy: false, cancellationToken).ConfigureAwait(false);
            if (!answer.IsGiven)
            {
                _context.Log($"Continuing without {what}: {_api.Server} answered HTTP {answer.Status}{answer.Error.Words()}.");
                break;
            }
            foreach (var record in answer.Records)
            {
                if (JsonMember.TextOrNumber(record, "id") is { } id && (type is null || JsonMember.TextOrNumber(record, "type") == type))
                    ids.Add(id);
            }
            if (!CallLogPages.HasNext(answer.Part("navigation")))
                break;
        }
        return ids;
    }
}
