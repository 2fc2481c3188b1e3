using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Yeastar;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>
/// A reader of call records, and a PBX that has the rows that a test gives it: hand-made after history/yeastar-history.md section 3.
/// </summary>
internal sealed class YeastarRecordsRig
{
    private readonly YeastarDriverRig _driver = new();
    private int _lastRow;

    public YeastarRecordsRig(int pageSize = 1000)
    {
        Http = new FakeHttp(call => Answer?.Invoke(FunctionOf(call), call) ?? Serve(FunctionOf(call), call));
        var context = new DriverContext(_driver.Options with { TimeZone = TimeZoneInfo.Utc }, Http, Log.Add);
        var share = _driver.Tokens.Join(new Uri("https://pbx.test"), "client", new Secret("s3cret"));
        var api = new YeastarApi(context, new Uri("https://pbx.test"));
        Reader = new YeastarRecords(context, api, (outdated, stop) => share.GetAsync(api, outdated, Log.Add, stop), YeastarRecords.Documented, pageSize);
    }

    public YeastarRecords Reader { get; }

    public FakeHttp Http { get; }

    public ManualTimeProvider Clock => _driver.Clock;

    public DateTimeOffset Now => Clock.GetUtcNow();

    public List<string> Log { get; } = [];

    /// <summary>The rows of the PBX, in any order.</summary>
    public List<JsonObject> Rows { get; } = [];

    /// <summary>Answers in place of the PBX; null for an answer of its own.</summary>
    public Func<string, HttpCall, HttpAnswer?>? Answer { get; set; }

    /// <summary>How far its clock is ahead.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>Null for a PBX that takes Unix seconds, else the form of its texts.</summary>
    public string? TextForm { get; set; }

    public string DateFormat { get; set; } = "DD/MM/YYYY";

    public string TimeFormat { get; set; } = "hh:mm:ss PM";

    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>What was asked, in order, without token calls.</summary>
    public IReadOnlyList<string> Asked => [.. Http.Calls.Select(FunctionOf).Where(f => f is not ("get_token" or "refresh_token"))];

    public static string FunctionOf(HttpCall call) => call.Uri.AbsolutePath["/openapi/v1.0/".Length..];

    public static string? ParameterOf(HttpCall call, string name) => call.Uri.Query.TrimStart('?').Split('&')
        .Select(p => p.Split('=')).Where(p => p[0] == name).Select(p => Uri.UnescapeDataString(p[1])).FirstOrDefault();

    /// <summary>Adds a row of an inbound call to an extension; a test changes what it is about.</summary>
    public JsonObject Add(string callId, DateTimeOffset start, int ring = 5, int talk = 0, string to = "Bob<1001>", string disposition = "NO ANSWER")
    {
        var row = new JsonObject
        {
            ["call_id"] = callId,
            ["uid"] = "20300101090000ABCD",
            ["new_id"] = $"697f5f5f{++_lastRow:x8}",
            ["timestamp"] = (start + ClockAhead).ToUnixTimeSeconds(),
            ["time"] = "01/01/2030 09:00:00 AM",
            ["call_from"] = "Ann<+12025550100>",
            ["call_from_number"] = "+12025550100",
            ["call_from_name"] = "Ann",
            ["call_to"] = to,
            ["duration"] = ring + talk,
            ["ring_duration"] = ring,
            ["talk_duration"] = talk,
            ["disposition"] = disposition,
            ["call_type"] = "Inbound",
            ["did_number"] = "+12025550199",
            ["src_trunk"] = "T1",
        };
        Rows.Add(row);
        return row;
    }

    public Task<IReadOnlyList<CallRecord>> ReadAsync(DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        RecordReading.ReadAsync(Reader, Clock, from ?? Now.AddHours(-1), to ?? Now);

    private static HttpAnswer Json(string text) => FakeHttp.Json(200, text);

    private HttpAnswer Serve(string function, HttpCall call) => function switch
    {
        "get_token" or "refresh_token" => _driver.NextToken(),
        "system/information" => Json(new JsonObject
        {
            ["errcode"] = 0,
            ["errmsg"] = "SUCCESS",
            ["data"] = new JsonObject
            {
                ["system_date_format"] = DateFormat,
                ["system_time_format"] = TimeFormat,
                ["system_time"] = Shown(Now + ClockAhead),
                ["timestamp"] = (Now + ClockAhead).ToUnixTimeSeconds(),
            },
        }.ToJsonString()),
        "cdr/search" => Page(call, Rows.Where(r => IsWithin(call, DateTimeOffset.FromUnixTimeSeconds(SecondsOf(r))))),
        "cdr/list" => Page(call, Rows),
        _ => YeastarDriverRig.Refuse(10001, "INTERFACE NOT EXISTED"),
    };

    private string Shown(DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, Zone).ToString(TextForm ?? "dd'/'MM'/'yyyy hh:mm:ss tt", CultureInfo.InvariantCulture);

    private bool IsWithin(HttpCall call, DateTimeOffset time)
    {
        return Read("start_time") is { } from && Read("end_time") is { } to && from <= time && time <= to;

        // A time of the wrong form finds nothing, and nothing is said (section 7).
        DateTimeOffset? Read(string name)
        {
            var text = ParameterOf(call, name);
            if (TextForm is null)
                return long.TryParse(text, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
            return DateTime.TryParseExact(text, TextForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
                ? new DateTimeOffset(local, Zone.GetUtcOffset(local))
                : null;
        }
    }

    private static long SecondsOf(JsonObject row) => row["timestamp"] is JsonValue v && v.TryGetValue(out long seconds) ? seconds : 0;

    private static HttpAnswer Page(HttpCall call, IEnumerable<JsonObject> rows)
    {
        var (page, size) = (int.Parse(ParameterOf(call, "page")!), int.Parse(ParameterOf(call, "page_size")!));
        var all = rows.OrderBy(SecondsOf).ToList();
        if (ParameterOf(call, "order_by") == "desc")
            all.Reverse();
        return Json(new JsonObject
        {
            ["errcode"] = 0,
            ["errmsg"] = "SUCCESS",
            ["total_number"] = all.Count,
            ["data"] = new JsonArray([.. all.Skip((page - 1) * size).Take(size).Select(r => r.DeepClone())]),
        }.ToJsonString());
    }
}
