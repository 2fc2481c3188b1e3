using System.Globalization;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>Reads the call records of a past time (history/onecloud-history.md).</summary>
/// <param name="context">The clock and the activity log.</param>
/// <param name="api">The API.</param>
/// <param name="times">When to ask.</param>
internal sealed class OneCloudRecords(DriverContext context, OneCloudRecordApi api, RecordTimes times) : RecordReader
{
    /// <summary>Above it the answer silently turns into a short form without ids (history/onecloud-history.md section 1).</summary>
    private const int PageSize = 100;

    /// <summary>Rows are held for a slice, so there must be an end to them.</summary>
    private const int MaxPages = 1000;

    /// <summary>How soon a row is there is not stated (history/onecloud-history.md sections 2 and 6).</summary>
    public static readonly RecordTimes Documented = new()
    {
        Asks = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(15)],
        Settling = TimeSpan.FromSeconds(20),
        Breath = TimeSpan.FromSeconds(0.2),
    };

    /// <summary>Small, because the rows of a slice are held together.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromHours(1);

    /// <summary>A further leg of a call begins no later than this after the end of the one before.</summary>
    private static readonly TimeSpan Seam = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan WholeSecond = TimeSpan.FromSeconds(1);

    /// <summary>Queues and menus seldom change (history/directory.md).</summary>
    private static readonly TimeSpan ServicesLast = TimeSpan.FromHours(1);

    private string? _omission;
    private OneCloudServices _services = OneCloudServices.None;
    private DateTimeOffset _servicesAskedAt = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public override IReadOnlyList<TimeSpan> Asks => times.Asks;

    /// <summary>Clocks may be two minutes apart.</summary>
    /// <inheritdoc/>
    public override TimeSpan Overlap { get; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public override string? Omission => _omission;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<CallRecord> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ticket = await api.GetTicketAsync(cancellationToken).ConfigureAwait(false);
        var scope = $"/v2/domains/{Uri.EscapeDataString(ticket.Domain)}{(ticket.IsPersonal ? "/users/~" : "")}";
        _omission = ticket.IsPersonal
            ? $"The login's scope is {ticket.Scope}, so only its own calls could be read; Office Manager and higher scopes read those of the whole domain."
            : null;
        if (!ticket.IsPersonal)
            await AskServicesAsync(scope, cancellationToken).ConfigureAwait(false);

        // Before the rows: a call that ends meanwhile is left to live events, not told by half of its rows.
        var running = await ListAsync("the calls in progress", $"{scope}/calls", ["call-orig-call-id", "call-term-call-id"], cancellationToken).ConfigureAwait(false);
        var settled = context.Clock.GetUtcNow() - times.Settling;
        List<OneCloudCdr> open = [];
        for (var start = from - LongestCall; start < to; start += Slice)
        {
            var end = start + Slice < to ? start + Slice : to;
            await ReadSliceAsync($"{scope}/cdrs", start, end, open, cancellationToken).ConfigureAwait(false);
            var over = end < to ? end - Seam : DateTimeOffset.MaxValue;
            var calls = OneCloudCdrCalls.Join(open, _services);
            open = [.. calls.Where(c => c.EndedAt >= over).SelectMany(c => c.Rows)];
            foreach (var call in calls.Where(c => c.EndedAt < over && c.EndedAt >= from && c.EndedAt <= to && c.EndedAt <= settled).OrderBy(c => c.EndedAt))
            {
                if (!call.Ids.Any(running.Contains) && call.ToRecord() is { } record)
                    yield return record;
            }
        }
    }

    /// <summary>Adds the rows of a slice, each row once.</summary>
    private Task ReadSliceAsync(string path, DateTimeOffset start, DateTimeOffset end, List<OneCloudCdr> rows, CancellationToken cancellationToken)
    {
        var known = rows.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        return WholeReading.ReadUncountedAsync(
            context, api.Server, end, times, atLeast => ReadPagesAsync(path, start, end, rows, known, atLeast, cancellationToken));
    }

    private async Task<(int Pages, int News)> ReadPagesAsync(
        string path, DateTimeOffset start, DateTimeOffset end, List<OneCloudCdr> rows, HashSet<string> known, int atLeast, CancellationToken cancellationToken)
    {
        var all = 0;
        for (var page = 0; page < MaxPages; page++)
        {
            using var list = await api.GetAsync(
                "the call records", $"{path}?datetime-start={Text(start)}&datetime-end={Text(end)}&start={page * PageSize}&limit={PageSize}",
                cancellationToken).ConfigureAwait(false);
            var news = 0;
            var isOfWindow = list.Rows.Count == 0;
            foreach (var json in list.Rows)
            {
                if (OneCloudCdr.Read(json, out var problem) is not { } row)
                {
                    context.Log($"A call record was skipped: {problem}.");
                    isOfWindow = true;
                    continue;
                }

                // Records have whole seconds, and so have the window's ends as they are sent.
                var isTouching = row.StartedAt <= end + WholeSecond && row.EndedAt >= start - WholeSecond;
                isOfWindow |= isTouching;
                if (!known.Add(row.Id))
                    continue;
                news++;
                if (isTouching)
                    rows.Add(row);
            }
            if (!isOfWindow)
                throw OneCloudFaults.NotFiltered(api.Server);
            all += news;
            if (list.Rows.Count < PageSize || (news == 0 && page + 1 >= atLeast))
                return (page + 1, all);
        }
        throw OneCloudFaults.TooManyRecords(api.Server, start, end);
    }

    private async Task AskServicesAsync(string scope, CancellationToken cancellationToken)
    {
        var now = context.Clock.GetUtcNow();
        if (now - _servicesAskedAt < ServicesLast)
            return;
        _services = new OneCloudServices(
            await ListAsync("the queues", $"{scope}/callqueues/list", ["callqueue"], cancellationToken).ConfigureAwait(false),
            await ListAsync("the automatic attendants", $"{scope}/autoattendants", ["user"], cancellationToken).ConfigureAwait(false));
        _servicesAskedAt = now;
    }

    /// <summary>The texts of some members of a list; none where the list may not be asked for, which costs a detail and not the records.</summary>
    private async Task<HashSet<string>> ListAsync(string what, string path, string[] members, CancellationToken cancellationToken)
    {
        using var list = await OptionalDetail.AskAsync(context, what, () => api.GetAsync(what, path, cancellationToken)).ConfigureAwait(false);
        return [.. (list?.Rows ?? []).SelectMany(r => members.Select(m => JsonMember.TextOrNumber(r, m))).OfType<string>()];
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
