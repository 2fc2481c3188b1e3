using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>Reads the call records of a past time (history/telecomx-history.md).</summary>
/// <param name="context">The clock and the activity log.</param>
/// <param name="api">The REST interface.</param>
/// <param name="keys">The legs that live events told of.</param>
/// <param name="times">When to ask.</param>
internal sealed class TelecomXRecords(DriverContext context, TelecomXRecordApi api, TelecomXKeys keys, RecordTimes times) : RecordReader
{
    private const int PageSize = 1000;

    /// <summary>The most that the list of a queue's calls gives at a time (section 10).</summary>
    private const int QueuePageSize = 500;

    /// <summary>Rows are held for a slice, so there must be an end to them.</summary>
    private const int MaxPages = 100;

    /// <summary>No delay is published (history/telecomx-history.md sections 6 and 8). A call that was passed on has several rows.</summary>
    public static readonly RecordTimes Documented = new()
    {
        Asks = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)],
        Settling = TimeSpan.FromSeconds(5),
        Breath = TimeSpan.FromSeconds(1),
    };

    /// <summary>The rows of a slice are held together.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromHours(6);

    /// <summary>The platform may round the window's ends.</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(1);

    private string? _omission;

    /// <inheritdoc/>
    public override IReadOnlyList<TimeSpan> Asks => times.Asks;

    /// <summary>Clocks may be two minutes apart.</summary>
    /// <inheritdoc/>
    public override TimeSpan Overlap { get; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public override string Topic => "PBX";

    /// <inheritdoc/>
    public override string? Omission => _omission;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<CallRecord> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ticket = await api.GetTicketAsync(cancellationToken).ConfigureAwait(false);
        _omission = ticket.AccessLevel == "PERSONAL"
            ? "The login's access level is PERSONAL, so only its own calls could be read; VIEWER and higher levels read those of all."
            : null;

        // Before the rows: a call that ends meanwhile is left to live events, not told by half of its rows.
        var running = new TelecomXRunning();
        running.Add(await ListAsync("the calls of employees", "/pbx/app/employees?calls=true", cancellationToken).ConfigureAwait(false));
        running.AddQueues(await ListAsync("the queues", "/pbx/app/queues?all=true", cancellationToken).ConfigureAwait(false));
        var messages = new TelecomXMessages(ct => ListAsync("the voicemails", "/pbx/voicemail", ct));

        // A call whose first rows lie in the window may go on after it: only all its rows tell when it ended.
        var now = context.Clock.GetUtcNow();
        var settled = now - times.Settling;
        var end = to + LongestCall < now + Overlap ? to + LongestCall : now + Overlap;
        var told = from;
        var tally = new Tally();
        List<TelecomXRecord> open = [];
        for (var start = from - LongestCall; start < end; start += Slice)
        {
            var isLast = start + Slice >= end;
            await ReadSliceAsync(ticket, start, isLast ? end : start + Slice, open, tally, cancellationToken).ConfigureAwait(false);
            var seen = keys.Export();
            var all = TelecomXRecordedCalls.Join(open, seen);
            var over = isLast ? DateTimeOffset.MaxValue : start + Slice - TelecomXRecordedCalls.Seam;
            open = [.. all.Where(c => c.EndedAt >= over).SelectMany(c => c.Rows)];
            var calls = all.Where(c => c.EndedAt < over && c.EndedAt >= told && c.EndedAt <= to && c.EndedAt <= settled).OrderBy(c => c.EndedAt).ToArray();
            told = over > told ? over : told;
            await AddQueueCallsAsync(running.Queues, calls, seen, cancellationToken).ConfigureAwait(false);
            foreach (var call in calls)
            {
                if (running.Has(call))
                {
                    context.Log($"The call {call.Session ?? call.First.Leg} is still in progress, so its records are ignored.");
                    continue;
                }
                if (call.IsUnsure)
                    context.Log($"The record {call.First.Id} could belong to several known calls, so it is reported as a separate call.");
                yield return call.ToRecord(call.WasLeftToSystem ? await messages.FindAsync(call, cancellationToken).ConfigureAwait(false) : null);
            }
        }
        if (tally is { Read: 0, Unreadable: > 0 })
            throw TelecomXFaults.UnreadableRecords(api.Server);
        if (tally.Unreadable > 0)
            context.Log($"{tally.Unreadable} call records were skipped: they have no call or no times.");
    }

    /// <summary>Adds the rows of a slice, each row once.</summary>
    private Task ReadSliceAsync(
        TelecomXTicket ticket, DateTimeOffset start, DateTimeOffset end, List<TelecomXRecord> rows, Tally tally, CancellationToken cancellationToken)
    {
        var known = rows.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var customer = ticket.Customer.Length > 0 ? $"&customer={Uri.EscapeDataString(ticket.Customer)}" : "";
        var query = $"/pbx/cdr?{Window(start, end)}&format=JSON{customer}";
        return WholeReading.ReadUncountedAsync(
            context, api.Server, end, times, atLeast => ReadPagesAsync("the call records", query, PageSize, Take, cancellationToken, atLeast));

        int Take(IReadOnlyList<JsonElement> page)
        {
            var news = 0;
            var isOfWindow = false;
            foreach (var json in page)
            {
                if (TelecomXRecord.Read(json) is not { } row)
                {
                    isOfWindow = true;
                    if (known.Add(json.GetRawText()))
                    {
                        tally.Unreadable++;
                        news++;
                    }
                    continue;
                }
                tally.Read++;
                var isTouching = row.StartedAt <= end + Blur && (row.EndedAt is null || row.EndedAt >= start - Blur);
                isOfWindow |= isTouching;
                if (!known.Add(row.Id))
                    continue;
                news++;
                if (isTouching)
                    rows.Add(row);
            }
            return isOfWindow ? news : throw TelecomXFaults.NotFiltered(api.Server);
        }
    }

    /// <summary>Rows of calls name no queue, so the queues are asked for the same time (section 3).</summary>
    private async Task AddQueueCallsAsync(
        IReadOnlyList<string> queues, TelecomXRecordedCall[] calls, IReadOnlyList<TelecomXKey> seen, CancellationToken cancellationToken)
    {
        var mayBeQueued = calls.Where(c => c.Rows.Any(r => r.AnsweredAt is not null)).ToArray();
        if (mayBeQueued.Length == 0)
            return;
        var window = Window(mayBeQueued.Min(c => c.First.StartedAt) - Blur, mayBeQueued.Max(c => c.EndedAt) + Blur);
        List<TelecomXQueueCall> stays = [];
        foreach (var queue in queues)
        {
            stays.AddRange(await OptionalDetail.AskAsync(
                context, $"the calls of the queue {queue}", () => ReadQueueAsync(queue, window, cancellationToken)).ConfigureAwait(false) ?? []);
        }
        TelecomXQueueCalls.Add(stays, mayBeQueued, seen);
    }

    private async Task<List<TelecomXQueueCall>> ReadQueueAsync(string queue, string window, CancellationToken cancellationToken)
    {
        List<TelecomXQueueCall> stays = [];
        var known = new HashSet<string>(StringComparer.Ordinal);
        await ReadPagesAsync("a queue's calls", $"/pbx/queue/{Uri.EscapeDataString(queue)}/calls?{window}", QueuePageSize, page =>
        {
            var news = page.Where(row => known.Add(TelecomXJson.Text(row, "_id") ?? row.GetRawText())).ToArray();
            stays.AddRange(news.Select(row => TelecomXQueueCall.Read(row, queue)).OfType<TelecomXQueueCall>());
            return news.Length;
        }, cancellationToken).ConfigureAwait(false);
        return stays;
    }

    /// <param name="what">What is asked for, for people.</param>
    /// <param name="query">Path and query.</param>
    /// <param name="size">How many rows a page has.</param>
    /// <param name="take">Takes a page that is not empty and says how many of its rows are new.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <param name="atLeast">So many pages may bring nothing new.</param>
    /// <returns>How many pages were read, and how many rows were new.</returns>
    private async Task<(int Pages, int News)> ReadPagesAsync(
        string what, string query, int size, Func<IReadOnlyList<JsonElement>, int> take, CancellationToken cancellationToken, int atLeast = 0)
    {
        var all = 0;
        for (var page = 0; page < MaxPages; page++)
        {
            var rows = await api.GetAsync(what, $"{query}&offset={page * size}&limit={size}", cancellationToken).ConfigureAwait(false);
            var news = rows.Count > 0 ? take(rows) : 0;
            if (news == 0 && page > 0 && page >= atLeast && rows.Count >= size)
                throw TelecomXFaults.SamePage(api.Server, what);
            all += news;
            if (rows.Count < size)
                return (page + 1, all);
        }
        throw TelecomXFaults.TooManyRecords(api.Server, what, MaxPages * size);
    }

    /// <summary>The rows of a list; none where the list may not be asked for, which costs a detail and not the records.</summary>
    private async Task<IReadOnlyList<JsonElement>> ListAsync(string what, string query, CancellationToken cancellationToken) =>
        await OptionalDetail.AskAsync(context, what, () => api.GetAsync(what, query, cancellationToken)).ConfigureAwait(false) ?? [];

    /// <summary>Both ends, always: the defaults are in a zone that is not named (section 7).</summary>
    private static string Window(DateTimeOffset from, DateTimeOffset to) => $"from={Text(from)}&to={Text(to)}";

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>How many rows of a reading were records, and how many were none.</summary>
    private sealed class Tally
    {
        public int Read { get; set; }

        public int Unreadable { get; set; }
    }
}
