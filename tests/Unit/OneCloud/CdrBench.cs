using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.OneCloud;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>A reader of call records on an API whose rows a test lays out. Its clock is the test's.</summary>
internal sealed class CdrBench
{
    /// <summary>The beginning of the gap in the tests.</summary>
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RecordTimes Times = OneCloudRecords.Documented with { Breath = TimeSpan.Zero };

    private readonly List<string> _log = [];
    private int _tokens;

    public CdrBench(string? scope = "Office Manager", bool hasReadyToken = false)
    {
        Http = new FakeHttp(Answer);
        var options = new PbxConnectOptions
        {
            Provider = "OneCloud",
            AccessToken = hasReadyToken ? new Secret("READY") : null,
            Transport = new TransportOptions { Clock = Clock },
        };
        var context = new DriverContext(options, Http, _log.Add);
        var tokens = new TokenHolder<OneCloudTicket>(context, t => new OneCloudTicket(t, "d.example", Clock.GetUtcNow()), (_, _) => Task.FromResult(
            new OneCloudTicket(new Secret($"TOKEN-{++_tokens}"), "d.example", Clock.GetUtcNow()) { Uid = "1001@d.example", Scope = scope }));
        var api = new OneCloudRecordApi(context, new Uri("https://core.example.com/ns-api"), tokens, new OneCloudPause(), Times);
        Reader = new OneCloudRecords(context, api, Times);
        Clock.Advance(Noon.AddHours(2) - Clock.GetUtcNow());
    }

    public ManualTimeProvider Clock { get; } = new();

    public FakeHttp Http { get; }

    public OneCloudRecords Reader { get; }

    /// <summary>The rows that the API has, in its order.</summary>
    public List<JsonNode?> Rows { get; } = [];

    /// <summary>The calls in progress, by their ids.</summary>
    public List<string> Running { get; } = [];

    public List<string> Queues { get; } = ["4020"];

    public List<string> Menus { get; } = ["5000"];

    /// <summary>Answers in place of the API; null for what the API has.</summary>
    public Func<HttpCall, HttpAnswer?> Instead { get; set; } = _ => null;

    public IReadOnlyList<string> Log => _log;

    /// <summary>The queries for records, in order.</summary>
    public IReadOnlyList<string> Asked => [.. Http.Calls.Where(c => IsFor(c, "/cdrs")).Select(c => c.Uri.PathAndQuery)];

    public static bool IsFor(HttpCall call, string end) => call.Uri.AbsolutePath.EndsWith(end, StringComparison.Ordinal);

    /// <summary>A row: somebody outside called 1001 at a time, who did not answer.</summary>
    public static JsonObject Row(string origin, string term, double startsAfter = 0, double lasts = 20) => new()
    {
        ["id"] = $"row {origin} {term}",
        ["call-orig-call-id"] = origin,
        ["call-term-call-id"] = term,
        ["call-through-call-id"] = "",
        ["call-through-action"] = "",
        ["call-through-user"] = null,
        ["call-orig-user"] = "",
        ["call-orig-domain"] = "*",
        ["call-orig-caller-id"] = "2025550100",
        ["call-orig-from-name"] = "Ann",
        ["call-orig-to-user"] = "2025550111",
        ["call-term-user"] = "1001",
        ["call-term-domain"] = "d.example",
        ["call-term-to-uri"] = "sip:1001@d.example",
        ["call-start-datetime"] = Time(startsAfter),
        ["call-ringing-datetime"] = Time(startsAfter + 1),
        ["call-answer-datetime"] = "0000-00-00 00:00:00",
        ["call-disconnect-datetime"] = Time(startsAfter + lasts),
        ["call-talking-duration-seconds"] = 0,
        ["call-on-hold-duration-seconds"] = "0",
        ["call-direction"] = 2,
        ["call-disconnect-reason-text"] = "Orig: Cancel",
        ["call-leg-ordinal-index"] = 1,
        ["hide-from-results"] = 0,
    };

    /// <summary>The same row with other values.</summary>
    public static JsonObject With(JsonObject row, params (string Name, JsonNode? Value)[] changes)
    {
        foreach (var (name, value) in changes)
            row[name] = value;
        return row;
    }

    /// <summary>The same row, answered after some seconds and talked to its end.</summary>
    public static JsonObject Talked(JsonObject row, double after, double talk, string reason = "Orig: Bye")
    {
        var start = DateTimeOffset.Parse(row["call-start-datetime"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        return With(row, ("call-answer-datetime", Text(start.AddSeconds(after))), ("call-talking-duration-seconds", talk),
            ("call-disconnect-datetime", Text(start.AddSeconds(after + talk))), ("call-disconnect-reason-text", reason));
    }

    public static string Time(double secondsAfterNoon) => Text(Noon.AddSeconds(secondsAfterNoon));

    public static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    /// <summary>Reads, and lets pauses pass.</summary>
    public Task<IReadOnlyList<CallRecord>> ReadAsync(DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        RecordReading.ReadAsync(Reader, Clock, from ?? Noon.AddMinutes(-1), to ?? Noon.AddHours(1));

    /// <summary>The only call of what is read.</summary>
    public async Task<CallRecord> ReadOneAsync(params JsonObject[] rows)
    {
        Rows.AddRange(rows);
        return Assert.Single(await ReadAsync());
    }

    private HttpAnswer Answer(HttpCall call)
    {
        if (Instead(call) is { } other)
            return other;
        JsonNode?[] rows = IsFor(call, "/cdrs") ? Page(call)
            : IsFor(call, "/calls") ? [.. Running.Select(r => new JsonObject { ["call-orig-call-id"] = r })]
            : IsFor(call, "/callqueues/list") ? [.. Queues.Select(q => new JsonObject { ["callqueue"] = q })]
            : IsFor(call, "/autoattendants") ? [.. Menus.Select(m => new JsonObject { ["user"] = m })]
            : [];
        return FakeHttp.Json(200, new JsonArray([.. rows.Select(r => r?.DeepClone())]).ToJsonString());
    }

    private JsonNode?[] Page(HttpCall call)
    {
        var query = call.Uri.Query.TrimStart('?').Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        var (start, end) = (Parse(query["datetime-start"]), Parse(query["datetime-end"]));
        return [.. Rows.Where(r => r is not JsonObject row || row["call-start-datetime"] is not JsonValue v || !v.TryGetValue<string>(out var text)
                || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || (start <= at && at < end))
            .Skip(int.Parse(query["start"], CultureInfo.InvariantCulture)).Take(int.Parse(query["limit"], CultureInfo.InvariantCulture))];

        static DateTimeOffset Parse(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }
}
