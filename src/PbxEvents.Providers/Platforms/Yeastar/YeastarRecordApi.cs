using System.Globalization;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// Asks the PBX about past calls and for names (history/yeastar-history.md sections 1, 2 and 8): with the token of the event link, one question after
/// the other, after a pause when the PBX wants one.
/// </summary>
/// <param name="context">Clock and log.</param>
/// <param name="api">The PBX.</param>
/// <param name="getToken">A token that lives; given the one that does not any more, or null.</param>
internal sealed class YeastarRecordApi(
    DriverContext context, YeastarApi api, Func<YeastarToken?, CancellationToken, Task<YeastarToken>> getToken)
{
    public const string Search = "cdr/search", List = "cdr/list";

    private const string CallRecords = "call records";
    private const string OldestFirst = "asc", NewestFirst = "desc";

    /// <summary>Before the second, third and fourth time; how often one may ask is not published.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(45)];

    /// <summary>A PBX that wants a longer pause is asked by the next reading.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private static readonly FieldNames Names = new();
    private static readonly Field
        Total = Names.Add("total_number"), Data = Names.Add("data"), Timestamp = Names.Add("timestamp"), SystemTime = Names.Add("system_time"),
        DateFormat = Names.Add("system_date_format"), TimeFormat = Names.Add("system_time_format");

    /// <summary>A page of rows that begin between two times, oldest first.</summary>
    /// <returns>Null when the PBX has no such search, or does not take times of this form.</returns>
    public Task<YeastarPage?> SearchAsync(
        YeastarTimeForm form, DateTimeOffset from, DateTimeOffset to, int page, int size, CancellationToken cancellationToken) =>
        GetPageAsync(Search, OldestFirst, page, size, cancellationToken,
            ("start_time", form.Write(from - form.Margin)), ("end_time", form.Write(to + form.Margin)));

    /// <summary>A page of all rows, newest first.</summary>
    /// <returns>Null when the PBX has no such list.</returns>
    public Task<YeastarPage?> ListAsync(int page, int size, CancellationToken cancellationToken) =>
        GetPageAsync(List, NewestFirst, page, size, cancellationToken);

    /// <summary>The PBX's clock, and the form in which it shows times.</summary>
    public async Task<(TimeSpan ClockAhead, YeastarTimeForm Shown)> GetClockAsync(CancellationToken cancellationToken)
    {
        var asked = context.Clock.GetUtcNow();
        var reply = await AskAsync(CallRecords, "system/information", [], cancellationToken).ConfigureAwait(false);
        var fields = new JsonFields(Names, new Utf8Pool());
        fields.Read(reply.Body);
        fields.ReadInner(Data);
        var now = context.Clock.GetUtcNow();
        var theirs = fields.Number(Timestamp) is { } seconds and > 0 and < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : now;
        var form = YeastarTimeForm.Shown(
            fields.Text(DateFormat), fields.Text(TimeFormat), fields.Text(SystemTime), theirs, context.Options.TimeZone ?? TimeZoneInfo.Local);
        return (AheadOf(asked, now, theirs), form);
    }

    /// <summary>The least difference of two clocks that explains what was seen: answers take time, and the PBX tells whole seconds.</summary>
    private static TimeSpan AheadOf(DateTimeOffset asked, DateTimeOffset answered, DateTimeOffset theirs) =>
        theirs > answered ? theirs - answered
        : theirs.AddSeconds(1) < asked ? theirs - asked
        : TimeSpan.Zero;

    private async Task<YeastarPage?> GetPageAsync(
        string function, string order, int page, int size, CancellationToken cancellationToken, params (string Name, string Value)[] window)
    {
        var reply = await AskAsync(CallRecords, function,
        [
            .. window, ("page", Text(page)), ("page_size", Text(size)), ("sort_by", "time"), ("order_by", order),
        ], cancellationToken).ConfigureAwait(false);
        if (reply.Code is YeastarFaults.NoInterface or YeastarFaults.ParameterError)
            return null;
        var fields = new JsonFields(Names, new Utf8Pool());
        fields.Read(reply.Body);
        var total = fields.Number(Total) ?? 0;
        return new YeastarPage(YeastarResync.ReadCalls(reply.Body), total, page * (long)size < total);
    }

    /// <summary>Asks for something, with the token of the event link.</summary>
    /// <param name="what">What is asked for, for people.</param>
    /// <param name="function">The function.</param>
    /// <param name="parameters">Names and values.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The answer, also one that says that there is no data, no such function, or no such parameter.</returns>
    /// <exception cref="PbxException">It was not given.</exception>
    public async Task<YeastarReply> AskAsync(string what, string function, (string Name, string Value)[] parameters, CancellationToken cancellationToken)
    {
        YeastarToken? outdated = null;
        for (var attempt = 0; ; attempt++)
        {
            var token = await getToken(outdated, cancellationToken).ConfigureAwait(false);
            PbxException fault;
            try
            {
                var reply = await api.AskAsync(token, $"asking for {what}", function, parameters, cancellationToken).ConfigureAwait(false);
                if (reply.Code is YeastarFaults.Success or YeastarFaults.NoData or YeastarFaults.NoInterface or YeastarFaults.ParameterError)
                    return reply;
                if (reply.Code == YeastarFaults.TokenExpired && outdated is null)
                {
                    outdated = token;
                    continue;
                }
                fault = reply.Code is YeastarFaults.NoPermission or YeastarFaults.Disabled or YeastarFaults.DisabledToo
                    ? YeastarFaults.NoRight(api.Server, api.ClientId, what, reply.Code, reply.Text)
                    : FaultOf(reply, what);
            }
            catch (PbxException e) when (e.Kind is PbxErrorKind.RateLimited or PbxErrorKind.HandshakeFailed)
            {
                fault = e;
            }
            var wanted = fault.Kind == PbxErrorKind.ServerError ? null : fault.RetryAfter;
            if (fault.IsPermanent || fault.Kind == PbxErrorKind.TokenLimit || attempt >= Pauses.Length || wanted > LongestPause)
                throw fault;
            var pause = wanted > Pauses[attempt] ? wanted.Value : Pauses[attempt];
            context.Log($"Asking {api.Server} for {what} again in {pause.TotalSeconds:0} s: {fault.Message}");
            await Task.Delay(pause, context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What a code says.</summary>
    public PbxException FaultOf(YeastarReply reply, string what) =>
        YeastarFaults.FromCode(reply.Code, reply.Text, api.Server, api.ClientId, $"asking for {what}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A page of an answer.</summary>
/// <param name="Rows">Its rows, each as its own JSON.</param>
/// <param name="Total">How many rows the PBX has for what was asked.</param>
/// <param name="HasMore">True when the PBX has more of them.</param>
internal sealed record YeastarPage(IReadOnlyList<ReadOnlyMemory<byte>> Rows, long Total, bool HasMore);
