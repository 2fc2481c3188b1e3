using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The account's call log by what has changed in it (<c>call-log-extract-sync</c>, history/ringcentral-history.md section 1). The token that goes
/// on from the last reading belongs to the connection, with the moment it reaches back to and the latest records: a later asking of the same
/// gap costs one request. Nothing in it belongs to a link, so the next process goes on with it. One reading at a time.
/// </summary>
/// <param name="context">Clock and log.</param>
/// <param name="api">Asks.</param>
internal sealed class CallLogSync(DriverContext context, CallLogApi api)
{
    private const string Path = "/restapi/v1.0/account/~/call-log-extract-sync";
    private const string What = "the call log";

    private const int PageSize = 1000;

    /// <summary>Records of a day are held together, so there must be an end to them.</summary>
    private const int MaxPages = 100;

    /// <summary>Of more, the oldest are forgotten, and what reaches back to them is asked for anew.</summary>
    private const int MaxKept = 2000;

    /// <summary>Longer than all askings of a gap take.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(30);

    /// <summary>With the two minutes that clocks may be apart, the five minutes of section 6.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(3);

    private readonly List<Batch> _batches = [];
    private string? _token;
    private volatile Mark? _mark;
    private long _version;

    /// <summary>All that was changed since this moment is in the batches; without a token it means nothing.</summary>
    private DateTimeOffset _since;

    /// <summary>Another number whenever <see cref="Export"/> would give something else. Any thread.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Where the next process goes on; null before the first reading. Any thread.</summary>
    public string? Export() => _mark is { } mark ? JsonSerializer.Serialize(mark) : null;

    /// <summary>
    /// Goes on where an earlier process stopped, for what has changed since; it is not asked for more than a reading from the beginning may
    /// bring. Before the first reading.
    /// </summary>
    /// <param name="json">What <see cref="Export"/> gave. What cannot be read is passed over.</param>
    /// <param name="oldest">An older one is of no use.</param>
    public void Import(string json, DateTimeOffset oldest)
    {
        if (KeptJson.Read<Mark>(json) is { Token: not null } mark && mark.ReadAt >= oldest)
            (_token, _since, _mark) = (mark.Token, mark.ReadAt + Margin, mark);
    }

    /// <summary>The records that have changed since a moment, and others.</summary>
    /// <param name="from">The moment.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The records, the newest form of each, and the platform's time; the refusal where the account's log is not given in this way.</returns>
    /// <exception cref="PbxException">It was not told.</exception>
    public async Task<(CallLogReading? Reading, CallLogAnswer? Denied)> ReadAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        if (from < _since)
            _token = null;
        for (var hasBegunAnew = _token is null; ; hasBegunAnew = true)
        {
            var (reading, refusal) = await ReadOnAsync(from, cancellationToken).ConfigureAwait(false);
            if (reading is not null || hasBegunAnew)
                return (reading, refusal);

            // Section 8: a token ends some time, and then the platform wants to be asked from the beginning.
            context.Log($"{api.Server} does not continue the call log{refusal?.Error.Words()}; starting from the beginning.");
            refusal?.Dispose();
            _token = null;
        }
    }

    private async Task<(CallLogReading? Reading, CallLogAnswer? Denied)> ReadOnAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        var token = _token;
        var rows = new Dictionary<string, CallLogRow>(StringComparer.Ordinal);
        for (var page = 1; page <= MaxPages; page++)
        {
            var answer = await api.GetAsync(What, token is null ? Begin(from) : GoOn(token), isHeavy: true, cancellationToken).ConfigureAwait(false);
            if (!answer.IsGiven)
                return (null, answer);
            using (answer)
            {
                var info = answer.Part("syncInfo");
                if (token is not null && JsonMember.TextOrNumber(info, "syncType") == "FSync")
                    return (null, null);
                if (JsonMember.TextOrNumber(info, "syncToken") is not { } next || !info.TryGetProperty("newerRecordsExist", out var newer)
                    || newer.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                {
                    throw RingCentralFaults.NoList(api.Server, What);
                }
                var news = Add(rows, answer.Records, token is null ? from - Margin : null);
                if (newer.ValueKind == JsonValueKind.True && news == 0)
                    throw RingCentralFaults.EndlessCallLog(api.Server);
                var isFirst = _token is null;
                token = next;
                if (newer.ValueKind == JsonValueKind.True)
                    continue;
                return (Keep(isFirst ? from : null, token, rows, CallLogPart.Time(info, "syncTime")), null);
            }
        }
        throw RingCentralFaults.EndlessCallLog(api.Server);
    }

    /// <summary>Adds the records of a page.</summary>
    /// <returns>How many of them say something new.</returns>
    private int Add(Dictionary<string, CallLogRow> rows, IEnumerable<JsonElement> page, DateTimeOffset? changedSince)
    {
        int news = 0, dated = 0, early = 0;
        foreach (var json in page)
        {
            if (CallLogRow.Read(json, out var problem) is not { } row)
            {
                context.Log($"A record of the call log was skipped: {problem}.");
                news++;
                continue;
            }
            dated += row.ModifiedAt is null ? 0 : 1;
            early += row.ModifiedAt < changedSince ? 1 : 0;
            if (rows.TryGetValue(row.Id, out var known) && known.Json == row.Json)
                continue;
            rows[row.Id] = row;
            news++;
        }
        if (dated > 0 && early == dated)
            throw RingCentralFaults.NotFiltered(api.Server);
        return news;
    }

    /// <param name="from">What a reading from the beginning reaches back to; null for one that goes on.</param>
    /// <param name="token">Where the next one goes on.</param>
    /// <param name="rows">What this one has brought.</param>
    /// <param name="platformTime">The platform's time.</param>
    private CallLogReading Keep(DateTimeOffset? from, string token, Dictionary<string, CallLogRow> rows, DateTimeOffset? platformTime)
    {
        var now = context.Clock.GetUtcNow();
        if (from is { } beginning)
        {
            _batches.Clear();
            _since = beginning;
        }
        _token = token;
        _mark = new Mark(token, now);
        Interlocked.Increment(ref _version);
        _batches.Add(new Batch(now, rows.Values));
        var all = new Dictionary<string, CallLogRow>(StringComparer.Ordinal);
        foreach (var row in _batches.SelectMany(b => b.Rows))
            all[row.Id] = row;
        while (_batches.Count > 0 && (_batches[0].ReadAt < now - KeptFor || _batches.Sum(b => b.Rows.Count) > MaxKept))
        {
            _since = _batches[0].ReadAt;
            _batches.RemoveAt(0);
        }
        return new CallLogReading(all.Values, platformTime ?? now);
    }

    private static string Begin(DateTimeOffset from) => $"{Path}?syncType=FSync&dateFrom={Text(from - Margin)}&recordCount={PageSize}&view=Detailed";

    private static string GoOn(string token) => $"{Path}?syncType=ISync&syncToken={Uri.EscapeDataString(token)}";

    /// <summary>A time as the platform takes it; always with its zone.</summary>
    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <param name="Token">Where the next reading goes on.</param>
    /// <param name="ReadAt">When the last one was over.</param>
    private sealed record Mark(string Token, DateTimeOffset ReadAt);

    /// <param name="ReadAt">When its reading was over.</param>
    /// <param name="Rows">What it brought.</param>
    private sealed record Batch(DateTimeOffset ReadAt, IReadOnlyCollection<CallLogRow> Rows);
}

/// <summary>What a reading of the call log has brought.</summary>
/// <param name="Rows">The records, each once.</param>
/// <param name="PlatformTime">The platform's time at its end.</param>
internal sealed record CallLogReading(IReadOnlyCollection<CallLogRow> Rows, DateTimeOffset PlatformTime);
