using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>A reader of call records on a platform whose rows a test lays out (history/telecomx-history.md section 3). Its clock is the test's.</summary>
internal sealed class TelecomXRecordsRig
{
    /// <summary>The beginning of the gap in the tests.</summary>
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<string> _log = [];
    private int _tokens;

    public TelecomXRecordsRig(string? level = "MANAGER", bool hasReadyToken = false, RecordTimes? times = null)
    {
        Http = new FakeHttp(Answer);
        var options = new PbxConnectOptions
        {
            Provider = "TelecomX",
            AccessToken = hasReadyToken ? new Secret("READY") : null,
            Transport = new TransportOptions { Clock = Clock },
        };
        var context = new DriverContext(options, Http, _log.Add);
        var tokens = new TokenHolder<TelecomXTicket>(context, t => new TelecomXTicket(t, "C"), (_, _) => Task.FromResult(
            new TelecomXTicket(new Secret($"TOKEN-{++_tokens}"), "C") { AccessLevel = level }));
        var used = times ?? TelecomXRecords.Documented with { Breath = TimeSpan.Zero };
        Reader = new TelecomXRecords(context, new TelecomXRecordApi(context, new Uri("https://api.test"), tokens, used), Keys, used);
        Clock.Advance(Noon.AddHours(1.5) - Clock.GetUtcNow());
    }

    public ManualTimeProvider Clock { get; } = new();

    public FakeHttp Http { get; }

    public TelecomXKeys Keys { get; } = new();

    public TelecomXRecords Reader { get; }

    /// <summary>The rows that the platform has, in its order.</summary>
    public List<JsonNode?> Rows { get; } = [];

    /// <summary>The stays in the queue Q1.</summary>
    public List<JsonNode?> Stays { get; } = [];

    public List<JsonNode?> Messages { get; } = [];

    public List<JsonNode?> Employees { get; } = [];

    /// <summary>Answers in place of the platform; null for what it has.</summary>
    public Func<HttpCall, HttpAnswer?> Instead { get; set; } = _ => null;

    public IReadOnlyList<string> Log => _log;

    /// <summary>The questions for records, in order, without the token.</summary>
    public IReadOnlyList<string> Asked => [.. Http.Calls.Where(c => IsFor(c, "/pbx/cdr")).Select(c => c.Uri.Query[..c.Uri.Query.IndexOf("&token", StringComparison.Ordinal)])];

    public static bool IsFor(HttpCall call, string path) => call.Uri.AbsolutePath == path;

    public static string Time(double secondsAfterNoon) => Noon.AddSeconds(secondsAfterNoon).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A row: somebody outside called the extension X1, who did not answer, and gave up.</summary>
    public static JsonObject Row(string channel, double startsAfter = 0, double lasts = 22) => new()
    {
        ["_id"] = $"row {channel} {startsAfter}",
        ["pbx"] = "pbx1.example.net",
        ["channelId"] = channel,
        ["started"] = Time(startsAfter),
        ["answered"] = null,
        ["answeredByCallee"] = false,
        ["ended"] = Time(startsAfter + lasts),
        ["caller"] = new JsonObject
        {
            ["number"] = "+4570000001",
            ["name"] = "Ann Example",
            ["privacy"] = false,
            ["type"] = "EXTERNAL",
            ["divertedBy"] = null,
            ["extension"] = null,
            ["sipPhone"] = null,
        },
        ["callee"] = new JsonObject { ["number"] = "+4570000100", ["name"] = null, ["extension"] = "X1" },
        ["customer"] = "C",
        ["terminatedBy"] = "A",
        ["terminatedReason"] = "CANCEL",
    };

    /// <summary>The same row with other values; a name with a dot is a member of <c>caller</c> or <c>callee</c>.</summary>
    public static JsonObject With(JsonObject row, params (string Name, JsonNode? Value)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            var parts = name.Split('.');
            (parts.Length == 1 ? row : row[parts[0]]!.AsObject())[parts[^1]] = value;
        }
        return row;
    }

    /// <summary>The same row, answered by a person after some seconds.</summary>
    public static JsonObject Talked(JsonObject row, double after) => With(row,
        ("answered", Time((DateTimeOffset.Parse((string)row["started"]!, CultureInfo.InvariantCulture) - Noon).TotalSeconds + after)),
        ("answeredByCallee", true), ("terminatedReason", "HANGUP"));

    /// <summary>A stay of the same caller in the queue Q1, which the caller ended.</summary>
    public static JsonObject Stay(double entersAfter, double lasts = 20, string status = "CANCELLED") => new()
    {
        ["_id"] = $"stay {entersAfter}",
        ["queue"] = "Q1",
        ["pbxServer"] = "203.0.113.20",
        ["callId"] = "q9d1@203.0.113.5",
        ["aNumber"] = "+4570000001",
        ["aNumberName"] = "Ann Example",
        ["entered"] = Time(entersAfter),
        ["answered"] = null,
        ["ended"] = Time(entersAfter + lasts),
        ["status"] = status,
    };

    /// <summary>A leg that was seen live.</summary>
    public static TelecomXKey Key(string leg, string session, double seenAfter = 0, bool isOver = false, string? caller = null, string? callee = null, string? callId = null) =>
        new(leg, leg[(leg.IndexOf(':') + 1)..], session, Noon.AddSeconds(seenAfter)) { EndedAt = isOver ? Noon.AddSeconds(seenAfter) : null, Caller = caller, Callee = callee, CallId = callId };

    /// <summary>Reads, and lets pauses pass.</summary>
    public Task<IReadOnlyList<CallRecord>> ReadAsync(DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        RecordReading.ReadAsync(Reader, Clock, from ?? Noon.AddMinutes(-1), to ?? Noon.AddHours(1));

    /// <summary>The only call of what is read.</summary>
    public async Task<CallRecord> ReadOneAsync(params JsonObject[] rows)
    {
        Rows.AddRange(rows);
        return Assert.Single(await ReadAsync());
    }

    public static HttpAnswer List(IEnumerable<JsonNode?> rows) => FakeHttp.Json(200, new JsonArray([.. rows.Select(r => r?.DeepClone())]).ToJsonString());

    private HttpAnswer Answer(HttpCall call) => Instead(call) ?? call.Uri.AbsolutePath switch
    {
        "/pbx/cdr" => List(Page(call, Rows, "started")),
        "/pbx/queue/Q1/calls" => FakeHttp.Json(200, new JsonObject
        {
            ["total"] = Stays.Count,
            ["calls"] = new JsonArray([.. Page(call, Stays, "entered").Select(r => r?.DeepClone())]),
        }.ToJsonString()),
        "/pbx/app/queues" => List([new JsonObject { ["_id"] = "Q1", ["name"] = "Sales" }]),
        "/pbx/app/employees" => List(Employees),
        "/pbx/voicemail" => List(Messages),
        _ => FakeHttp.Json(404, """{"error":"not_found"}"""),
    };

    private static IEnumerable<JsonNode?> Page(HttpCall call, IEnumerable<JsonNode?> rows, string member)
    {
        var query = call.Uri.Query.TrimStart('?').Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]));
        var (from, to) = (Parse(query["from"]), Parse(query["to"]));
        return rows.Where(r => r is not JsonObject row || row[member] is not JsonValue v || !v.TryGetValue<string>(out var text)
                || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var at) || (from <= at && at < to))
            .Skip(int.Parse(query["offset"], CultureInfo.InvariantCulture)).Take(int.Parse(query["limit"], CultureInfo.InvariantCulture));

        static DateTimeOffset Parse(string text) =>
            DateTimeOffset.ParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }
}
