using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>A RingCentral session on a recording host, with a driver whose HTTP is scripted.</summary>
internal sealed class RingCentralBench
{
    public const string Calls = "/restapi/v1.0/account/~/telephony/sessions";
    public const string Voicemail = "/restapi/v1.0/account/~/extension/~/voicemail";

    private int _link;
    private int _notification;

    private RingCentralBench(Func<HttpCall, HttpAnswer?>? answer, PbxConnectOptions? options, RingCentralBench? beside)
    {
        Host = beside?.Host ?? new RecordingHost();
        Limiter = beside?.Limiter ?? new RequestLimiter(RingCentralTiming.Default);
        Http = new FakeHttp(call => answer?.Invoke(call) ?? Answer(call));
        options = (options ?? Options) with { Transport = new TransportOptions { Clock = Host.ManualClock } };
        Driver = new RingCentralDriver(new DriverContext(options, Http, Activity.Add), RingCentralTiming.Default, Limiter);
        Session = (RingCentralSession)Driver.CreateSession(Host);
        Host.Session = Session;
    }

    public static PbxConnectOptions Options { get; } = new()
    {
        Provider = "RingCentral",
        ClientId = "app-1",
        ClientSecret = new Secret("APP-SECRET"),
        Jwt = new Secret("JWT-SECRET"),
    };

    public RecordingHost Host { get; }

    /// <summary>What the connections of a process share.</summary>
    public RequestLimiter Limiter { get; }

    public FakeHttp Http { get; }

    public List<string> Activity { get; } = [];

    public RingCentralDriver Driver { get; }

    public RingCentralSession Session { get; }

    /// <summary>The newest link.</summary>
    public int Link => _link;

    /// <summary>What was sent, as JSON.</summary>
    public IReadOnlyList<JsonElement> Sent => Host.SentText.Select(t => JsonDocument.Parse(t).RootElement).ToArray();

    /// <summary>The requests that were sent: method and path.</summary>
    public IReadOnlyList<string> Requests => Sent.Where(f => f[0].GetProperty("type").GetString() == "ClientRequest")
        .Select(f => $"{f[0].GetProperty("method").GetString()} {f[0].GetProperty("path").GetString()}").ToArray();

    public static RingCentralBench Create(Func<HttpCall, HttpAnswer?>? answer = null, PbxConnectOptions? options = null) => new(answer, options, null);

    /// <summary>The driver of another connection of the same process.</summary>
    public RingCentralBench Beside(PbxConnectOptions? options = null) => new(null, options, this);

    /// <summary>A session that is ready, with one subscription to the account's calls.</summary>
    public static async Task<RingCentralBench> ReadyAsync()
    {
        var bench = Create();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        await bench.OpenAsync();
        bench.Details();
        bench.Reply(200, Subscription("sub-1", Calls));
        return bench;
    }

    public static string Subscription(string id, params string[] filters) =>
        $$"""{"id":"{{id}}","status":"Active","eventFilters":{{JsonSerializer.Serialize(filters)}},"disabledFilters":[]}""";

    public static HttpAnswer Answer(HttpCall call) => call.Uri.AbsolutePath switch
    {
        "/restapi/oauth/token" => FakeHttp.Json(200, """{"access_token":"AT1","token_type":"bearer","expires_in":3600,"refresh_token":"RT1","refresh_token_expires_in":604799}"""),
        "/restapi/oauth/wstoken" => FakeHttp.Json(200, """{"uri":"wss://ws.example.test/ws","ws_access_token":"WST1","expires_in":30}"""),
        _ => FakeHttp.Json(200, "{}"),
    };

    /// <summary>Plans, prepares and opens a link.</summary>
    public async Task<LinkTarget> OpenAsync(bool isRotation = false)
    {
        var plan = Session.PlanLink(isRotation);
        var offer = await Driver.PrepareAsync(plan, default);
        var target = Assert.Single(offer.Targets);
        Session.LinkOpened(++_link, target, offer.Ticket);
        return target;
    }

    public void Details(string? state = null, string? code = null, long sequence = 1, string extra = "")
    {
        var recovery = state is null ? "" : $",\"recoveryState\":\"{state}\"{(code is null ? "" : $",\"recoveryErrorCode\":\"{code}\"")}";
        Receive($$"""
            [{"type":"ConnectionDetails","messageId":"m-0","status":200,"wsc":{"token":"WSC{{sequence}}","sequence":{{sequence}}},"headers":{} },
             {"creationTime":"2030-01-01T00:00:00.000+0000","recoveryBufferSize":100,"recoveryTimeout":180,"maxActiveRequests":10{{recovery}}{{extra}} }]
            """);
    }

    /// <summary>Answers the newest request that was sent, or an earlier one.</summary>
    public void Reply(int status, string? body = null, int fromLast = 0, string headers = "{}")
    {
        var request = Sent.Last(f => f[0].GetProperty("type").GetString() == "ClientRequest" && fromLast-- == 0);
        var meta = $$"""{"type":"ClientRequest","messageId":"{{request[0].GetProperty("messageId").GetString()}}","status":{{status}},"headers":{{headers}} }""";
        Receive(body is null ? $"[{meta}]" : $"[{meta},{body}]");
    }

    public void Receive(string text) => Host.Receive(text, _link);

    /// <summary>A notification of one party.</summary>
    public PbxEvent Party(
        long sequence, string id, string direction, string code, string? reason = null, string? extension = null, string more = "", string session = "s-1",
        string from = """{"phoneNumber":"+12025550100","name":"Caller"}""", string to = """{"phoneNumber":"+12025550199"}""",
        (string Session, string Party)? peer = null)
    {
        var owner = extension is null ? "" : $"\"extensionId\":\"{extension}\",";
        var because = reason is null ? "" : $",\"reason\":\"{reason}\"";
        if (peer is { } other)
            because += $$""","peerId":{"telephonySessionId":"{{other.Session}}","sessionId":"1","partyId":"{{other.Party}}"}""";
        Notify(extension is null ? "/restapi/v1.0/account/1000/telephony/sessions" : $"/restapi/v1.0/account/1000/extension/{extension}/telephony/sessions", $$"""
            {"sequence":{{sequence}},"telephonySessionId":"{{session}}","eventTime":"2030-01-01T00:00:0{{sequence % 10}}.000Z","origin":{"type":"Call"},
             "parties":[{"id":"{{id}}",{{owner}}"direction":"{{direction}}","from":{{from}},"to":{{to}},"status":{"code":"{{code}}"{{because}},"rcc":false}{{more}} }]}
            """);
        return Host.LastEvent;
    }

    public void Notify(string path, string body, string? uuid = null, long? sequence = null)
    {
        uuid ??= $"n-{++_notification}";
        var wsc = sequence is null ? "" : $$""","wsc":{"token":"WSC{{sequence}}","sequence":{{sequence}} }""";
        Receive($$"""
            [{"type":"ServerNotification","messageId":"{{uuid}}","status":200{{wsc}},"headers":{} },
             {"uuid":"{{uuid}}","event":"{{path}}","timestamp":"2030-01-01T00:00:01.010Z","subscriptionId":"sub-1","ownerId":"2000","body":{{body}} }]
            """);
    }

    public PbxSubscription Subscribe(PbxSubscriptionFilter filter)
    {
        var subscription = new PbxSubscription { Filter = filter };
        Session.Subscribe(subscription);
        return subscription;
    }

    public PbxSubscription SubscribeTopic(params string[] topics) => Subscribe(new PbxSubscriptionFilter { Topic = topics });

    public void Lose() => Session.LinkClosed(_link);

    /// <summary>The filters of the newest POST or PUT.</summary>
    public IReadOnlyList<string> LastFilters => Sent.Last(f => f.GetArrayLength() > 1 && f[1].TryGetProperty("eventFilters", out _))[1]
        .GetProperty("eventFilters").EnumerateArray().Select(f => f.GetString()!).ToArray();

    /// <summary>Lets time pass, second by second, until something that waits by the clock is done.</summary>
    public async Task AdvanceUntilAsync(Task work)
    {
        for (var second = 0; second < 1000 && !work.IsCompleted; second++)
        {
            Host.ManualClock.Advance(TimeSpan.FromSeconds(1));

            // What a timer completes goes on beside this thread and may set the next timer.
            await Task.WhenAny(work, Task.Delay(20));
        }
        await work.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
