using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The call log of an account or of the user, by the starts of calls, page by page (<c>call-log</c>, history/ringcentral-history.md
/// section 1).
/// </summary>
/// <param name="context">The log of what is left out.</param>
/// <param name="api">Asks.</param>
internal sealed class CallLogPages(DriverContext context, CallLogApi api)
{
    /// <summary>The whole account's.</summary>
    public const string OfAccount = "/restapi/v1.0/account/~/call-log";

    /// <summary>The calls of the user whose token it is.</summary>
    public const string OfUser = "/restapi/v1.0/account/~/extension/~/call-log";

    /// <summary>Section 10: a fair size for the view with legs.</summary>
    private const int PageSize = 250;

    /// <summary>Records of a slice are held together, so there must be an end to them.</summary>
    private const int MaxPages = 400;

    private static readonly TimeSpan WholeSecond = TimeSpan.FromSeconds(1);

    /// <summary>Adds the records that begin in a slice of time, each once.</summary>
    /// <param name="path">Whose.</param>
    /// <param name="start">The beginning.</param>
    /// <param name="end">The end.</param>
    /// <param name="rows">Where to.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The refusal; null when they were given.</returns>
    /// <exception cref="PbxException">They were not told.</exception>
    public async Task<CallLogAnswer?> AddAsync(
        string path, DateTimeOffset start, DateTimeOffset end, Dictionary<string, CallLogRow> rows, CancellationToken cancellationToken)
    {
        for (var page = 1; page <= MaxPages; page++)
        {
            var query = $"{path}?view=Detailed&dateFrom={CallLogSync.Text(start)}&dateTo={CallLogSync.Text(end)}&perPage={PageSize}&page={page.ToString(CultureInfo.InvariantCulture)}";
            var answer = await api.GetAsync("the call log", query, isHeavy: true, cancellationToken).ConfigureAwait(false);
            if (!answer.IsGiven)
                return answer;
            using (answer)
            {
                var (isNew, isOfSlice) = Add(rows, answer.Records, start - WholeSecond, end + WholeSecond);
                if (!isOfSlice)
                    throw RingCentralFaults.NotFiltered(api.Server);
                if (!HasNext(answer.Part("navigation")))
                    return null;
                if (!isNew)
                    throw RingCentralFaults.EndlessCallLog(api.Server);
            }
        }
        throw RingCentralFaults.EndlessCallLog(api.Server);
    }

    private (bool IsNew, bool IsOfSlice) Add(
        Dictionary<string, CallLogRow> rows, IEnumerable<JsonElement> page, DateTimeOffset start, DateTimeOffset end)
    {
        bool isNew = false, isOfSlice = false, isEmpty = true;
        foreach (var json in page)
        {
            isEmpty = false;
            if (CallLogRow.Read(json, out var problem) is not { } row)
            {
                context.Log($"A record of the call log was skipped: {problem}.");
                isNew = isOfSlice = true;
                continue;
            }
            var isWithin = row.Head.StartedAt is not { } at || (at >= start && at <= end);
            isOfSlice |= isWithin;
            if (isWithin && rows.TryAdd(row.Id, row))
                isNew = true;
        }
        return (isNew, isOfSlice || isEmpty);
    }

    /// <summary>True when a list goes on.</summary>
    public static bool HasNext(JsonElement navigation) =>
        navigation.ValueKind == JsonValueKind.Object && navigation.TryGetProperty("nextPage", out var next) && next.ValueKind == JsonValueKind.Object;
}
