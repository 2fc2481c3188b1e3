using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.PortSip;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>A reader of call records on a REST interface whose rows a test lays out. Its clock is the test's.</summary>
internal sealed class PortSipRecordBench
{
    /// <summary>The beginning of the time that is read.</summary>
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<string> _log = [];
    private int _tokens;

    public PortSipRecordBench(string user = "alice")
    {
        Http = new FakeHttp(Answer);
        Driver = new PortSipDriver(new DriverContext(
            new PbxConnectOptions
            {
                Provider = "PortSIP",
                Server = "pbx.test",
                Domain = "example.test",
                UserName = user,
                Password = new Secret("p&w"),
                Transport = new TransportOptions { Clock = Clock },
            }, Http, _log.Add))
        {
            RecordTimes = PortSipRecords.Documented with { Breath = TimeSpan.Zero },
        };
        Clock.Advance(Noon.AddHours(2) - Clock.GetUtcNow());
    }

    public ManualTimeProvider Clock { get; } = new();

    public FakeHttp Http { get; }

    public PortSipDriver Driver { get; }

    /// <summary>The rows of <c>/calllogs</c>; null when there is no such list.</summary>
    public List<JsonNode?>? Rows { get; set; } = [];

    /// <summary>The rows of <c>/cdrs</c>.</summary>
    public List<JsonNode?> Cdrs { get; } = [];

    /// <summary>The parts of a call of <c>/cdrs</c>.</summary>
    public Dictionary<string, JsonArray> Parts { get; } = [];

    /// <summary>The calls in progress; null when they cannot be asked for.</summary>
    public List<string>? Running { get; set; } = [];

    /// <summary>The users' numbers; null when they may not be asked for.</summary>
    public List<string>? Users { get; set; } = ["101", "102", "103"];

    public List<string> Queues { get; } = ["8000"];

    public List<string> Groups { get; } = ["6000"];

    public List<string> Mailboxes { get; } = ["7000"];

    public List<JsonObject> Messages { get; } = [];

    /// <summary>The options that the interface obeys, such as <c>filter ended_at</c>; the default obeys all.</summary>
    public Func<string, string, bool> Obeys { get; set; } = (_, _) => true;

    /// <summary>True when what is not obeyed is refused, and not ignored.</summary>
    public bool RefusesFilters { get; set; }

    /// <summary>The first row has the number 1.</summary>
    public bool CountsFromOne { get; set; }

    /// <summary>Answers in place of the interface; null for what it has.</summary>
    public Func<HttpCall, HttpAnswer?> Instead { get; set; } = _ => null;

    public IReadOnlyList<string> Log => _log;

    /// <summary>What was asked of a list, in order, decoded.</summary>
    public IReadOnlyList<string> Asked(string list) =>
        [.. Http.Calls.Where(c => c.Uri.AbsolutePath == $"/api/{list}").Select(c => Uri.UnescapeDataString(c.Uri.Query))];

    /// <summary>A row: a call from outside that extension 101 did not answer and whose caller gave up.</summary>
    public static JsonObject Row(string id, string session, double startsAfter = 0, double lasts = 20) => new()
    {
        ["id"] = id,
        ["session_id"] = session,
        ["caller"] = "2025550101",
        ["caller_display_name"] = "Ann Example",
        ["callee"] = "101",
        ["started_at"] = Time(startsAfter),
        ["rang_at"] = Time(startsAfter + 0.2),
        ["answered_at"] = "",
        ["ended_at"] = Time(startsAfter + lasts),
        ["call_id"] = $"cid {session}",
        ["direction"] = "INBOUND_CALL",
        ["end_reason"] = "CANCELLED",
        ["reroute_reason"] = "",
        ["status_code"] = 487,
        ["destination"] = "",
        ["service_number"] = "",
    };

    /// <summary>The same row with other values.</summary>
    public static JsonObject With(JsonObject row, params (string Name, JsonNode? Value)[] changes)
    {
        foreach (var (name, value) in changes)
            row[name] = value;
        return row;
    }

    public static string Time(double secondsAfterNoon) => Noon.AddSeconds(secondsAfterNoon).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads, and lets pauses pass.</summary>
    public Task<IReadOnlyList<CallRecord>> ReadAsync(DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        RecordReading.ReadAsync(Driver.Records!, Clock, from ?? Noon.AddMinutes(-1), to ?? Noon.AddHours(1));

    /// <summary>The only call of what is read.</summary>
    public async Task<CallRecord> ReadOneAsync(params JsonObject[] rows)
    {
        Rows!.AddRange(rows);
        return Assert.Single(await ReadAsync());
    }

    private HttpAnswer Answer(HttpCall call)
    {
        if (Instead(call) is { } other)
            return other;
        var path = call.Uri.AbsolutePath["/api/".Length..];
        var query = call.Uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))
            .ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]), StringComparer.Ordinal);
        return path switch
        {
            "login/oauth/token" => FakeHttp.Json(200, $$"""{"access_token":"TOKEN-{{++_tokens}}","refresh_token":"REFRESH-{{_tokens}}","expires_in":1800}"""),
            "calllogs" when Rows is { } rows => Page(rows, query),
            "cdrs" => Page(Cdrs, query),
            "voicemails" => Page([.. Messages], query),
            "sessions" when Running is not null => Page([.. Running.Select(r => new JsonObject { ["id"] = r })], query, 201),
            "users" when Users is not null => Page([.. Users.Select(Named)], query),
            "users" => FakeHttp.Json(403, "{}"),
            "call_queues" => Page([.. Queues.Select(Named)], query),
            "ring_groups" => Page([.. Groups.Select(Named)], query),
            "shared_voicemails" => Page([.. Mailboxes.Select(Named)], query),
            _ when path.StartsWith("cdrs/", StringComparison.Ordinal) && Parts.TryGetValue(Uri.UnescapeDataString(path[5..]), out var parts) =>
                FakeHttp.Json(200, new JsonObject { ["items"] = parts.DeepClone() }.ToJsonString()),
            _ => FakeHttp.Json(404, """{"errors":[{"code":"UNKNOWN","message":"not found"}]}"""),
        };

        static JsonObject Named(string number) => new() { ["id"] = $"id {number}", ["extension_number"] = number };
    }

    private HttpAnswer Page(IReadOnlyList<JsonNode?> rows, Dictionary<string, string> query, int status = 200)
    {
        IEnumerable<JsonNode?> found = rows;
        foreach (var prefix in (string[])["", "$"])
        {
            if (query.GetValueOrDefault($"{prefix}filter") is { } filter && Regex.Match(filter, @"^(\w+) ge '(\S+)' and \1 lt '(\S+)'$") is { Success: true } match)
            {
                var field = match.Groups[1].Value;
                if (Obeys($"{prefix}filter", field))
                    found = found.Where(r => Read(r is JsonObject ? r[field] : null) is { } at && Parse(match.Groups[2].Value) <= at && at < Parse(match.Groups[3].Value));
                else if (RefusesFilters)
                    return FakeHttp.Json(400, """{"errors":[{"code":"VALIDATE_FAILED","message":"field validation failed"}]}""");
            }
            if (query.GetValueOrDefault($"{prefix}orderby")?.Split(' ') is [var by, var order] && Obeys($"{prefix}orderby", by))
                found = order == "desc" ? found.OrderByDescending(r => Read(r is JsonObject ? r[by] : null)) : found.OrderBy(r => Read(r is JsonObject ? r[by] : null));
        }
        var all = found.ToList();
        var skip = int.Parse(query.GetValueOrDefault("skip", "0"), CultureInfo.InvariantCulture);
        var page = all.Skip(CountsFromOne ? Math.Max(0, skip - 1) : skip).Take(int.Parse(query.GetValueOrDefault("top", "100"), CultureInfo.InvariantCulture));
        return FakeHttp.Json(status, new JsonObject { ["count"] = all.Count, ["items"] = new JsonArray([.. page.Select(r => r?.DeepClone())]) }.ToJsonString());

        static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

        static DateTimeOffset? Read(JsonNode? value) => value is JsonValue v && v.TryGetValue<string>(out var text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }
}
