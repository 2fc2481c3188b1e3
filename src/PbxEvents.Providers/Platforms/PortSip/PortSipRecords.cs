using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// Reads the call records of a past time (history/portsip-history.md): <c>/calllogs</c>, whose rows are the parts of calls and name their
/// session, or where that is not there <c>/cdrs</c>, whose rows are calls, and their parts one by one.
/// </summary>
/// <param name="context">The clock and the activity log.</param>
/// <param name="api">The REST interface.</param>
/// <param name="callIds">The sessions of calls that were seen live.</param>
/// <param name="times">When to ask.</param>
internal sealed class PortSipRecords(DriverContext context, PortSipRecordApi api, LiveCallIds callIds, RecordTimes times) : RecordReader
{
    private const string CallLogs = "/calllogs", Cdrs = "/cdrs";

    /// <summary>Rows are held for a slice, so there must be an end to them.</summary>
    private const int MaxPages = 1000;

    /// <summary>With a breath of a tenth of a second no version's limit, 1,000 a minute at least, is reached (sections 2 and 6).</summary>
    public static readonly RecordTimes Documented = new()
    {
        Asks = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)],
        Breath = TimeSpan.FromSeconds(0.1),
    };

    /// <summary>A slice and the calls that may go on in the next one are in memory together.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromHours(6);

    /// <summary>Users, queues and groups seldom change.</summary>
    private static readonly TimeSpan NumbersLast = TimeSpan.FromHours(1);

    private static readonly FieldNames ListNames = new();
    private static readonly Field
        Id = ListNames.Add("id"), Number = ListNames.Add("extension_number"), Sender = ListNames.Add("sender"), CreatedAt = ListNames.Add("created_at");

    private volatile Source? _source;
    private volatile PortSipNumbers? _numbers;
    private DateTimeOffset _numbersAskedAt;

    /// <inheritdoc/>
    public override IReadOnlyList<TimeSpan> Asks => times.Asks;

    /// <summary>Section 6: 30 s, and clocks may be two minutes apart.</summary>
    /// <inheritdoc/>
    public override TimeSpan Overlap { get; } = TimeSpan.FromSeconds(150);

    /// <inheritdoc/>
    public override string Topic => PortSipTopics.Records;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<CallRecord> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if ((_source ??= await FindSourceAsync(cancellationToken).ConfigureAwait(false)) is not { } source)
            yield break;
        var numbers = await AskNumbersAsync(cancellationToken).ConfigureAwait(false);

        // Before the rows: a call that ends meanwhile is left to live events, not told by half of its rows.
        var running = await AskRunningAsync(cancellationToken).ConfigureAwait(false);
        var messages = new Messages(() => AskMessagesAsync(from, to, cancellationToken));
        var rows = new PortSipRecordRows();
        var begin = from - LongestCall;

        // A call of which parts ended in the window may go on after it: only all its parts tell when it ended.
        var now = context.Clock.GetUtcNow() + Overlap;
        var end = to + LongestCall < now ? to + LongestCall : now;
        var slice = source.Form.Field is null ? end - begin : Slice;
        for (var start = begin; start < end; start += slice)
        {
            var isLast = start + slice >= end;
            await ReadSliceAsync(source, rows, start, isLast ? end : start + slice, cancellationToken).ConfigureAwait(false);

            // And behind them: so is one that began meanwhile, of which some parts are over.
            if (isLast && running is not null)
                running.UnionWith(await AskRunningAsync(cancellationToken).ConfigureAwait(false) ?? []);
            foreach (var (id, parts) in rows.TakeEnded(isLast ? DateTimeOffset.MaxValue : start + slice - LongestCall))
            {
                var endedAt = parts.Max(p => p.EndedAt);
                if (endedAt < from || endedAt > to || running?.Contains(id) == true || (running is null && GoesOn(source, parts)))
                    continue;
                var call = await MakeCallAsync(source, id, parts, numbers, cancellationToken).ConfigureAwait(false);
                if (call.IsUnanswered)
                    await messages.ReadAsync().ConfigureAwait(false);
                call.HasLeftMessage = messages.Has;
                yield return call.ToRecord();
            }
        }
    }

    /// <summary>
    /// Which of the two lists there is, and which window it obeys: a filter that is not known may find nothing and say nothing, so a row
    /// that is known to be there is looked for.
    /// </summary>
    /// <returns>Null when there are no records at all.</returns>
    private async Task<Source?> FindSourceAsync(CancellationToken cancellationToken)
    {
        var path = CallLogs;
        var newest = await AskAsync(path).ConfigureAwait(false);
        if (newest is null)
            newest = await AskAsync(path = Cdrs).ConfigureAwait(false) ?? throw PortSipFaults.NoRecords(api.Server);
        var fields = PortSipRow.NewFields();
        if (newest.Rows.Count == 0)
            return null;
        if (newest.Rows.Select(r => PortSipRow.Read(r, fields)).FirstOrDefault(r => r is { Id: not null, EndedAt: not null }) is not { } known)
            return new Source(path, PortSipRecordForm.Unfiltered);
        foreach (var form in PortSipRecordForm.Filtered)
        {
            var (first, last) = (form.TimeOf(known)!.Value.AddSeconds(-1), form.TimeOf(known)!.Value.AddSeconds(2));
            var found = await api.GetPageAsync("the call records", PortSipPage.Query(form.Query(path, first, last), 0), cancellationToken).ConfigureAwait(false);
            var rows = found?.Rows.Select(r => PortSipRow.Read(r, fields)).OfType<PortSipRow>().ToArray() ?? [];
            if (rows.Any(r => r.Id == known.Id) && rows.All(r => form.Takes(r, first, last)))
                return new Source(path, form);
        }
        context.Log($"{api.Server} cannot search call records by time; they are read from the full list, newest first.");
        return new Source(path, PortSipRecordForm.Unfiltered);

        Task<PortSipPage?> AskAsync(string list) => api.GetPageAsync(
            "the call records", PortSipPage.Query(PortSipRecordForm.Unfiltered.Query(list, default, default), 0), cancellationToken);
    }

    private async Task ReadSliceAsync(Source source, PortSipRecordRows rows, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var (path, form) = source;
        var fields = PortSipRow.NewFields();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int read = 0, unreadable = 0;
        var isOrdered = true;
        var last = DateTimeOffset.MaxValue;
        for (var number = 0; number < MaxPages; number++)
        {
            if (await api.GetPageAsync("the call records", PortSipPage.Query(form.Query(path, start, end), read), cancellationToken).ConfigureAwait(false) is not { } page)
            {
                // What was found out about the PBX does not hold any more: it may have been upgraded.
                _source = null;
                throw PortSipFaults.NotAsBefore(api.Server);
            }
            read += page.Rows.Count;
            int known = seen.Count + unreadable, bad = 0;
            foreach (var json in page.Rows)
            {
                var row = PortSipRow.Read(json, fields);
                var session = path == CallLogs ? row?.SessionId : row?.Id;
                if (row?.Id is not { } id || session is null)
                {
                    bad++;
                    continue;
                }
                if (seen.Add(id))
                {
                    isOrdered &= row.StartedAt <= last;
                    last = row.StartedAt;
                }
                if (form.Takes(row, start, end))
                    rows.Add(session, row);
                else if (form.Field is not null)
                    throw PortSipFaults.NotFiltered(api.Server);
            }
            unreadable += bad;
            if (bad > 0 && bad == page.Rows.Count)
                throw PortSipFaults.SlimRows(api.Server);
            var all = seen.Count + unreadable;
            if ((form.Field is null && isOrdered && last < start) || page.Rows.Count == 0 || (page.Count is { } count ? all >= count : page.Rows.Count < PortSipPage.Size))
            {
                if (unreadable > 0)
                    context.Log($"{unreadable} call records of {api.Server} were skipped: they have no call or no time.");
                return;
            }
            if (all == known)
                throw PortSipFaults.NotPaged(api.Server);
        }
        throw PortSipFaults.TooManyRecords(api.Server, start, end);
    }

    /// <summary>
    /// The call with its parts: those of a call from <c>/cdrs</c> stand apart. It shows a menu or a queue as who answered, and only its
    /// parts tell a person.
    /// </summary>
    private async Task<PortSipRecordedCall> MakeCallAsync(
        Source source, string id, IReadOnlyCollection<PortSipRow> rows, PortSipNumbers numbers, CancellationToken cancellationToken)
    {
        var first = rows.First();
        var isWhole = source.Path == Cdrs || (rows.Count == 1 && first.AnsweredAt is not null && !numbers.IsPerson(first, first));
        if (!isWhole)
            return new PortSipRecordedCall(id, [.. rows], numbers);
        var answer = await api.GetPageAsync("the parts of a call", $"{Cdrs}/{Uri.EscapeDataString(id)}", cancellationToken).ConfigureAwait(false);
        var fields = PortSipRow.NewFields();
        PortSipRow[] parts = [.. answer?.Rows.Select(r => PortSipRow.Read(r, fields)).OfType<PortSipRow>() ?? []];
        if (answer?.Rows.Count != parts.Length || parts.Length == 0)
            context.Log($"{api.Server} does not report all parts of the call {id}; it is reported with what there is.");
        var session = source.Path == Cdrs ? (first.CallId is { } callId ? callIds.Find(callId) : null) ?? id : id;
        return new PortSipRecordedCall(session, parts.Length > 0 ? parts : [first], numbers) { Whole = first, OtherId = session == id ? null : id };
    }

    /// <summary>The calls in progress cannot be asked for: a call that was passed on, of which the part that follows has no row yet, goes on.</summary>
    private static bool GoesOn(Source source, IReadOnlyCollection<PortSipRow> parts) =>
        source.Path == CallLogs && PortSipWords.IsTransfer(parts.MaxBy(p => p.EndedAt)!.Reason);

    private async Task<PortSipNumbers> AskNumbersAsync(CancellationToken cancellationToken)
    {
        var now = context.Clock.GetUtcNow();
        if (_numbers is { } known && now - _numbersAskedAt < NumbersLast)
            return known;
        var numbers = new PortSipNumbers(
            await ListAsync("users").ConfigureAwait(false), await ListAsync("call_queues").ConfigureAwait(false) ?? [],
            await ListAsync("ring_groups").ConfigureAwait(false) ?? [], await ListAsync("shared_voicemails").ConfigureAwait(false) ?? []);
        _numbersAskedAt = now;
        return _numbers = numbers;

        async Task<List<string>?> ListAsync(string list) => (await api.ListAsync(list, $"/{list}", MaxPages, cancellationToken).ConfigureAwait(false))
            ?.Select(r => Read(r) is { } fields ? fields.Text(Number) : null).OfType<string>().ToList();
    }

    /// <summary>The sessions of the calls in progress; null where they cannot be asked for.</summary>
    private async Task<HashSet<string>?> AskRunningAsync(CancellationToken cancellationToken) =>
        (await api.ListAsync("sessions", "/sessions", MaxPages, cancellationToken).ConfigureAwait(false))
            ?.Select(r => Read(r) is { } fields ? fields.Text(Id) : null).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private async Task<IReadOnlyList<(string Sender, DateTimeOffset At)>> AskMessagesAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var form = new PortSipRecordForm("created_at", "");
        var found = await api.ListAsync(
            "voicemails", form.Query("/voicemails", from - LongestCall, to + Messages.Delay), MaxPages, cancellationToken).ConfigureAwait(false) ?? [];
        return [.. found.Select(Read).OfType<JsonFields>().Select(f => (Sender: f.Party(Sender), At: PortSipRow.Moment(f, CreatedAt)))
            .Where(m => m.Sender is not null && m.At is not null).Select(m => (m.Sender!, m.At!.Value))];
    }

    private static JsonFields? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            var fields = new JsonFields(ListNames, new Utf8Pool());
            return fields.Read(json) ? fields : null;
        }
        catch (Exception e) when (PlatformSession.IsUnreadable(e))
        {
            return null;
        }
    }

    /// <summary>Where records are, and how a window of them is asked for. Immutable.</summary>
    private sealed record Source(string Path, PortSipRecordForm Form);

    /// <summary>The messages that callers left, read once for a reading and only when a call may have left one.</summary>
    private sealed class Messages(Func<Task<IReadOnlyList<(string Sender, DateTimeOffset At)>>> ask)
    {
        /// <summary>Section 5: so long after its call's end a message may appear.</summary>
        public static readonly TimeSpan Delay = TimeSpan.FromSeconds(60);

        private IReadOnlyList<(string Sender, DateTimeOffset At)>? _known;

        public async Task ReadAsync() => _known ??= await ask().ConfigureAwait(false);

        public bool Has(string sender, DateTimeOffset from, DateTimeOffset to) =>
            _known?.Any(m => m.Sender == sender && m.At >= from && m.At <= to + Delay) == true;
    }
}
