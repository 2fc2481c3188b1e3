using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Cases;

/// <summary>
/// An input from the field in tests/Fixtures/cases, and what <c>Get-PbxCall</c> has to show of it. Text frames go out as they are;
/// an object is wrapped in the platform's envelope; <c>{"wait":ms}</c> lets time pass. In <c>expect.calls</c> a list means any
/// of its values, and an empty text null; <c>LegOutcomes</c> names one of the legs.
/// </summary>
internal sealed partial class CallCase
{
    /// <summary>Leaves the plus sign of a moment as it is.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _case;
    private readonly RecordingHost _host = new();
    private readonly DateTimeOffset _start;
    private int _number;

    private CallCase(string path)
    {
        _case = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        _start = _host.Now;
    }

    /// <summary>The cases, by file name.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Fixture.Folder("cases"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order();

    /// <summary>Plays a case to a session of its platform.</summary>
    /// <param name="name">The file without its extension.</param>
    /// <returns>What differs from what is expected; empty when all is right.</returns>
    public static async Task<IReadOnlyList<string>> PlayAsync(string name)
    {
        var played = new CallCase(Path.Combine(Fixture.Folder("cases"), $"{name}.json"));
        await played.ConnectAsync();
        foreach (var frame in played._case["frames"]!.AsArray())
            played.Feed(frame!);
        played._host.Advance(TimeSpan.FromMilliseconds((int?)played._case["settleMs"] ?? 1000));
        return played.Compare();
    }

    private async Task ConnectAsync()
    {
        var platform = Platform.Get((string)_case["platform"]!);
        var options = platform.OptionsFor("http://127.0.0.1") with { Transport = new TransportOptions { Clock = _host.ManualClock } };
        var driver = PbxProviders.Get(platform.Name).CreateDriver(new DriverContext(options, new FeedLink(platform), _ => { }));
        var session = _host.Session = driver.CreateSession(_host);
        var id = 0;
        foreach (var wanted in _case["subscribe"]!.AsArray())
            session.Subscribe(new PbxSubscription { Id = ++id, Connection = "test", Filter = ReadFilter(wanted!) });
        var offer = await driver.PrepareAsync(session.PlanLink(false), CancellationToken.None);
        session.LinkOpened(1, offer.Targets[0], offer.Ticket);
        if (platform.Greeting is { } greeting)
            _host.Receive(greeting);
        for (var i = 0; i < _host.Sent.Count; i++)
        {
            foreach (var answer in platform.Answer(_host.SentText[i]))
                _host.Receive(answer);
        }
        Assert.NotEmpty(_host.Ready);
    }

    private static PbxSubscriptionFilter ReadFilter(JsonNode wanted) => new()
    {
        Type = (string?)wanted["Type"] is { } type ? Enum.Parse<PbxSubscriptionType>(type) : null,
        Topic = wanted["Topic"].Deserialize<string[]>() ?? [],
        Extension = wanted["Extension"].Deserialize<string[]>() ?? [],
        Queue = wanted["Queue"].Deserialize<string[]>() ?? [],
    };

    private void Feed(JsonNode frame)
    {
        if (frame is JsonValue text)
            _host.Receive(Fill((string)text!));
        else if (frame["wait"] is { } wait)
            _host.Advance(TimeSpan.FromMilliseconds((int)wait));
        else
            _host.Receive(Fill(Wrap(JsonNode.Parse(Fill(frame.ToJsonString(Plain)))!).ToJsonString()));
    }

    private JsonNode Wrap(JsonNode frame)
    {
        var number = ++_number;
        switch ((string)_case["platform"]!)
        {
            case "Yeastar":
                return new JsonObject { ["type"] = (int)frame["type"]!, ["sn"] = "SN1", ["msg"] = frame["msg"]!.ToJsonString() };
            case "OneCloud" or "TelecomX":
                return new JsonArray((string)frame["event"]!, frame["data"]!.DeepClone());
            case "RingCentral":
                return new JsonArray(
                    new JsonObject { ["type"] = "ServerNotification", ["messageId"] = $"u{number}", ["status"] = 200, ["wsc"] = new JsonObject { ["token"] = $"W{number}", ["sequence"] = number + 10 } },
                    new JsonObject { ["uuid"] = $"u{number}", ["event"] = (string)frame["path"]!, ["timestamp"] = "@z0", ["subscriptionId"] = "sub-1", ["body"] = frame["body"]!.DeepClone() });
            default:
                return frame;
        }
    }

    /// <summary>Puts moments in: <c>@t0+5</c> as UTC text, <c>@u0+5</c> as Unix seconds, <c>@z0+5</c> as ISO 8601.</summary>
    private string Fill(string frame) => Moment().Replace(frame, match =>
    {
        var time = _start.AddSeconds(match.Groups[2].Length == 0 ? 0 : int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        return match.Groups[1].Value switch
        {
            "t" => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            "u" => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            _ => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        };
    });

    private List<string> Compare()
    {
        var wrong = new List<string>();
        var expected = _case["expect"]!["calls"]!.AsArray();
        if (_host.Calls.Count != expected.Count)
            wrong.Add($"calls: {_host.Calls.Count}, expected {expected.Count}: {string.Join("; ", _host.Calls)}");
        foreach (var row in expected)
        {
            var id = (string)row!["CallId"]!;
            var call = _host.Calls.FirstOrDefault(c => c.CallId == id);
            foreach (var (name, value) in row.AsObject())
            {
                string[] allowed = value is JsonArray list ? [.. list.Select(v => v!.ToString())] : [value!.ToString()];
                var actual = call is null ? "(no such call)" : Show(call, name);
                if (!allowed.Contains(actual) && !(name == "LegOutcomes" && allowed.Any(a => actual.Split(' ').Contains(a))))
                    wrong.Add($"{id} {name}: '{actual}', expected {string.Join(" or ", allowed.Select(a => $"'{a}'"))}");
            }
        }
        return wrong;
    }

    private static string Show(PbxCall call, string name) => name switch
    {
        "Seconds" => Whole(call.Duration),
        "TalkSeconds" => Whole(call.TalkTime),
        "LegOutcomes" => string.Join(' ', call.Legs.Where(l => l.Extension is not null).Select(l => $"{l.Extension}={l.Outcome}")),
        _ => typeof(PbxCall).GetProperty(name)!.GetValue(call)?.ToString() ?? "",
    };

    private static string Whole(TimeSpan? time) => time is { } t ? Math.Round(t.TotalSeconds).ToString(CultureInfo.InvariantCulture) : "";

    [GeneratedRegex(@"@([tuz])0(?:\+?(-?\d+))?")]
    private static partial Regex Moment();
}
