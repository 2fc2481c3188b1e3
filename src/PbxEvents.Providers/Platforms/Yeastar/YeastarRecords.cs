using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// Reads the PBX's call records (history/yeastar-history.md). All rows of a call appear at its end, each with the time at which its
/// stage began, and it is these times that a search goes by.
/// </summary>
internal sealed class YeastarRecords : RecordReader
{
    private const int PageSize = 1000;

    /// <summary>Section 2: a PBX keeps no more rows than these pages hold.</summary>
    private const int MaxPages = 200;

    /// <summary>Section 6: rows are there within seconds.</summary>
    public static readonly RecordTimes Documented = new() { Asks = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)] };

    /// <summary>A slice and the calls that may go on in the next one are in memory together.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromHours(6);

    /// <summary>A call that lasts longer is told by the rows of its last <see cref="RecordReader.LongestCall"/>.</summary>
    private static readonly TimeSpan FurthestBack = TimeSpan.FromHours(24);

    private readonly DriverContext _context;
    private readonly YeastarApi _api;
    private readonly YeastarRecordApi _records;
    private readonly int _pageSize;

    /// <summary>The form of times that a search is known to take.</summary>
    private YeastarTimeForm? _form;

    /// <param name="context">Clock and log.</param>
    /// <param name="api">The PBX.</param>
    /// <param name="getToken">A token that lives; given the one that does not any more, or null.</param>
    /// <param name="times">When to ask.</param>
    /// <param name="pageSize">How many rows are asked for at a time.</param>
    public YeastarRecords(DriverContext context, YeastarApi api, Func<YeastarToken?, CancellationToken, Task<YeastarToken>> getToken,
        RecordTimes times, int pageSize = PageSize)
    {
        Asks = times.Asks;
        _context = context;
        _api = api;
        _records = new YeastarRecordApi(context, api, getToken);
        _pageSize = pageSize;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TimeSpan> Asks { get; }

    /// <inheritdoc/>
    public override TimeSpan Overlap { get; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override string Topic { get; } = YeastarTopics.NameOf(YeastarTopics.CallState);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<CallRecord> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (clockAhead, shown) = await _records.GetClockAsync(cancellationToken).ConfigureAwait(false);
        if (!await FindFormAsync(shown, cancellationToken).ConfigureAwait(false))
            yield break;
        var calls = new YeastarRecordedCalls(clockAhead);
        var begin = from - LongestCall;

        // A call whose first stages lie in the window may go on after it: only all its rows tell when it ended.
        var now = _context.Clock.GetUtcNow() + Overlap;
        var end = to + LongestCall < now ? to + LongestCall : now;
        var slice = _form is null ? end - begin : Slice;
        for (var start = begin; start < end; start += slice)
        {
            var isLast = start + slice >= end;
            await ReadSliceAsync(calls, start + clockAhead, (isLast ? end : start + slice) + clockAhead, start, cancellationToken).ConfigureAwait(false);
            foreach (var call in calls.TakeEnded(isLast ? DateTimeOffset.MaxValue : start + slice - LongestCall))
            {
                if (call.EndedAt < from || call.EndedAt > to)
                    continue;
                await ReadBeginningAsync(call, begin, clockAhead, cancellationToken).ConfigureAwait(false);
                yield return call.ToRecord();
            }
        }
        if (calls.Unreadable > 0)
            _context.Log($"{calls.Unreadable} rows of the call records of {_api.Server} were skipped: they have no call or no time.");
    }

    /// <summary>
    /// Section 7: a search with times of a wrong form may find nothing and say nothing, so a row that is known to be there is
    /// searched for. If no form finds it, rows are read from the list of all.
    /// </summary>
    /// <returns>False when there are no records at all.</returns>
    private async Task<bool> FindFormAsync(YeastarTimeForm shown, CancellationToken cancellationToken)
    {
        if (_form is not null)
            return true;
        var list = await _records.ListAsync(1, 1, cancellationToken).ConfigureAwait(false);
        if (list is null)
            throw YeastarFaults.FromCode(YeastarFaults.NoInterface, null, _api.Server, _api.ClientId, "asking for call records");
        if (list.Rows.Count == 0)
            return false;
        var fields = YeastarRow.NewFields();
        fields.Read(list.Rows[0]);
        if (YeastarRow.StartOf(fields) is not { } known)
            return true;
        foreach (var form in (YeastarTimeForm[])[YeastarTimeForm.Unix, shown])
        {
            var found = await _records.SearchAsync(form, known, known.AddSeconds(1), 1, 1, cancellationToken).ConfigureAwait(false);
            if (found is not { Rows.Count: > 0 })
                continue;
            _form = form;
            return true;
        }
        _context.Log($"{_api.Server} cannot search call records by time; they are read from the full list.");
        return true;
    }

    /// <param name="calls">Where rows go.</param>
    /// <param name="first">The beginning, by the PBX's clock.</param>
    /// <param name="last">The end, by the PBX's clock.</param>
    /// <param name="since">The beginning, by ours.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    private Task ReadSliceAsync(
        YeastarRecordedCalls calls, DateTimeOffset first, DateTimeOffset last, DateTimeOffset since, CancellationToken cancellationToken) =>
        WholeReading.ReadAsync(_context, _api.Server, atLeast => ReadPagesAsync(calls, first, last, since, atLeast, cancellationToken));

    /// <param name="calls">Where rows go.</param>
    /// <param name="first">The beginning, by the PBX's clock.</param>
    /// <param name="last">The end, by the PBX's clock.</param>
    /// <param name="since">The beginning, by ours.</param>
    /// <param name="atLeast">So many pages are read, whether they bring something new or not.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>How many pages were read, and whether the PBX had more rows at the end than at the beginning.</returns>
    private async Task<(int Pages, bool HasGrown)> ReadPagesAsync(
        YeastarRecordedCalls calls, DateTimeOffset first, DateTimeOffset last, DateTimeOffset since, int atLeast, CancellationToken cancellationToken)
    {
        long? total = null;
        for (var page = 1; page <= MaxPages; page++)
        {
            // What a search finds is taken as it is: whether it goes by the stage's start on all firmware is not known.
            var found = _form is null
                ? await _records.ListAsync(page, _pageSize, cancellationToken).ConfigureAwait(false)
                : await _records.SearchAsync(_form, first, last, page, _pageSize, cancellationToken).ConfigureAwait(false);
            if (found is null)
                throw YeastarFaults.FromCode(YeastarFaults.ParameterError, null, _api.Server, _api.ClientId, "asking for call records");
            total ??= found.Total;
            var news = calls.Add(found.Rows, _form is null ? since : DateTimeOffset.MinValue);

            // A page that brings nothing new is one that came before (section 10), or older than what is looked for.
            if (!found.HasMore || (news == 0 && page >= atLeast))
                return (page, found.Total > total);
        }
        throw YeastarFaults.TooManyRecords(_api.Server, MaxPages * _pageSize);
    }

    /// <summary>Section 6: a call that began before the first slice is not seen from its beginning, which its id names.</summary>
    private async Task ReadBeginningAsync(
        YeastarRecordedCall call, DateTimeOffset begin, TimeSpan clockAhead, CancellationToken cancellationToken)
    {
        if (_form is null || YeastarRow.StartOf(call.CallId) is not { } first || first - clockAhead >= begin || first - clockAhead < begin - FurthestBack)
            return;
        var earlier = new YeastarRecordedCalls(clockAhead);
        await ReadSliceAsync(earlier, first, begin + clockAhead, first - clockAhead, cancellationToken).ConfigureAwait(false);
        if (earlier.Find(call.CallId) is { } beginning)
            call.AddAll(beginning);
    }
}
