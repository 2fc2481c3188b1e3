using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>A reader of the call log on a platform whose answers a test lays out. Its clock is the test's.</summary>
internal sealed class CallLogBench
{
    private const string Base = "/restapi/v1.0/account/~/";

    /// <summary>The beginning of the gap in the tests.</summary>
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly List<string> _log = [];
    private int _tokens;

    public CallLogBench(Func<string, string?>? liveIdOf = null)
    {
        Http = new FakeHttp(Answer);
        var options = new PbxConnectOptions { Provider = "RingCentral", Transport = new TransportOptions { Clock = Clock } };
        var context = new DriverContext(options, Http, _log.Add);
        var tokens = new TokenHolder<RingCentralTicket>(context, t => new RingCentralTicket(1, t),
            (_, _) => Task.FromResult(new RingCentralTicket(1, new Secret($"TOKEN-{++_tokens}"))));
        var timing = RingCentralTiming.Default;
        var api = new CallLogApi(context, new Uri("https://platform.example.com"), tokens, new RateGroups(timing).Heavy, "user", timing);
        Reader = new RingCentralRecords(context, api, timing, liveIdOf ?? (_ => null), () => WantsOthers);
        Names = new RingCentralNames(context, api, timing);
        Clock.Advance(Noon.AddHours(1) - Clock.GetUtcNow());
    }

    public ManualTimeProvider Clock { get; } = new();

    public FakeHttp Http { get; }

    public RingCentralRecords Reader { get; }

    public RingCentralNames Names { get; }

    public bool WantsOthers { get; set; }

    /// <summary>Answers in place of the platform; null for what it has.</summary>
    public Func<HttpCall, HttpAnswer?> Instead { get; set; } = _ => null;

    /// <summary>The pages of the synchronization, in the order in which they are asked for.</summary>
    public Queue<(JsonNode?[] Records, bool HasMore)> Changes { get; } = new();

    /// <summary>The account's log, the newest first.</summary>
    public List<JsonNode?> Log { get; } = [];

    public IReadOnlyList<string> Journal => _log;

    /// <summary>The times of the requests for the call log.</summary>
    public List<DateTimeOffset> Times { get; } = [];

    /// <summary>The requests for the call log, without what all have.</summary>
    public IReadOnlyList<string> Asked =>
        [.. Http.Calls.Select(c => c.Uri.PathAndQuery).Where(p => p.Contains("call-log", StringComparison.Ordinal)).Select(p => p[Base.Length..])];

    public static string Time(double secondsAfterNoon) => Noon.AddSeconds(secondsAfterNoon).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A record: somebody outside called 101, who did not answer.</summary>
    public static JsonObject Row(string id, double startsAfter = 0, double lasts = 20, string result = "Missed", string? reason = null, params JsonObject[] legs)
    {
        var row = new JsonObject
        {
            ["id"] = id,
            ["sessionId"] = $"8{id}",
            ["telephonySessionId"] = $"s-{id}",
            ["startTime"] = Time(startsAfter),
            ["duration"] = lasts,
            ["type"] = "Voice",
            ["direction"] = "Inbound",
            ["action"] = "Phone Call",
            ["result"] = result,
            ["from"] = new JsonObject { ["phoneNumber"] = "+12025550101", ["name"] = "Ann" },
            ["to"] = new JsonObject { ["phoneNumber"] = "+12025550198", ["extensionNumber"] = "101" },
            ["lastModifiedTime"] = Time(startsAfter + lasts + 20),
            ["legs"] = new JsonArray([.. legs.Length > 0 ? legs : [Leg("101", startsAfter, lasts, result, reason)]]),
        };
        if (reason is not null)
            row["reason"] = reason;
        return row;
    }

    /// <summary>A leg of an extension.</summary>
    public static JsonObject Leg(
        string extension, double startsAfter = 0, double lasts = 20, string result = "Missed", string? reason = null, string type = "Accept")
    {
        var leg = new JsonObject
        {
            ["startTime"] = Time(startsAfter),
            ["duration"] = lasts,
            ["direction"] = "Inbound",
            ["action"] = "Phone Call",
            ["result"] = result,
            ["legType"] = type,
            ["partyId"] = $"p-{extension}-{startsAfter}",
            ["extension"] = new JsonObject { ["id"] = extension },
            ["to"] = new JsonObject { ["extensionNumber"] = extension },
        };
        if (reason is not null)
            leg["reason"] = reason;
        return leg;
    }

    /// <summary>The same with other values; null takes a member out.</summary>
    public static JsonObject With(JsonObject row, params (string Name, JsonNode? Value)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            row.Remove(name);
            if (value is not null)
                row[name] = value;
        }
        return row;
    }

    /// <summary>Reads, and lets pauses pass.</summary>
    public Task<IReadOnlyList<CallRecord>> ReadAsync(DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        RecordReading.ReadAsync(Reader, Clock, from ?? Noon.AddMinutes(-1), to ?? Noon.AddHours(1));

    /// <summary>The only call that records tell of.</summary>
    public async Task<CallRecord> ReadOneAsync(params JsonNode?[] rows)
    {
        Changes.Enqueue((rows, false));
        return Assert.Single(await ReadAsync());
    }

    public static HttpAnswer Refusal(int status, string code) => FakeHttp.Json(status, $$"""{"errorCode":"{{code}}","message":"no","errors":[{"errorCode":"{{code}}","message":"no"}]}""");

    public static bool IsFor(HttpCall call, string part) => call.Uri.PathAndQuery.Contains(part, StringComparison.Ordinal);

    private HttpAnswer Answer(HttpCall call)
    {
        if (IsFor(call, "call-log"))
            Times.Add(Clock.GetUtcNow());
        if (Instead(call) is { } other)
            return other;
        if (IsFor(call, "call-queues"))
            return FakeHttp.Json(200, """{"records":[{"id":300}],"navigation":{}}""");
        if (IsFor(call, "type=IvrMenu"))
            return FakeHttp.Json(200, """{"records":[{"id":"400","type":"IvrMenu"},{"id":"101","type":"User"}],"navigation":{}}""");
        return FakeHttp.Json(200, (IsFor(call, "extract-sync") ? Change(call) : Page(call)).ToJsonString());
    }

    private JsonObject Change(HttpCall call)
    {
        var (records, hasMore) = Changes.Count > 0 ? Changes.Dequeue() : ([], false);
        return new JsonObject
        {
            ["records"] = new JsonArray([.. records.Select(r => r?.DeepClone())]),
            ["syncInfo"] = new JsonObject
            {
                ["syncType"] = IsFor(call, "FSync") ? "FSync" : "ISync",
                ["syncToken"] = $"T{Times.Count}",
                ["syncTime"] = Clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
                ["newerRecordsExist"] = hasMore,
            },
        };
    }

    private JsonObject Page(HttpCall call)
    {
        var query = call.Uri.Query.TrimStart('?').Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        var (start, end) = (DateTimeOffset.Parse(query["dateFrom"], CultureInfo.InvariantCulture), DateTimeOffset.Parse(query["dateTo"], CultureInfo.InvariantCulture));
        var (page, size) = (int.Parse(query["page"], CultureInfo.InvariantCulture), int.Parse(query["perPage"], CultureInfo.InvariantCulture));
        var rows = Log.Where(r => r is not JsonObject row || !DateTimeOffset.TryParse((string?)row["startTime"], CultureInfo.InvariantCulture, out var at) || (start <= at && at < end)).ToList();
        var navigation = new JsonObject();
        if (rows.Count > page * size)
            navigation["nextPage"] = new JsonObject { ["uri"] = "https://platform.example.com/next" };
        return new JsonObject { ["records"] = new JsonArray([.. rows.Skip((page - 1) * size).Take(size).Select(r => r?.DeepClone())]), ["navigation"] = navigation };
    }
}
