using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Yeastar;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>A Yeastar session with a recording host and a PBX that answers from a script.</summary>
internal sealed class YeastarRig
{
    private int _lastId;
    private int _lastToken;

    public YeastarRig(string server = "pbx.test", TimeZoneInfo? zone = null)
    {
        Answer = DefaultAnswer;
        Http = new FakeHttp(call => Answer(call));
        Options = new PbxConnectOptions
        {
            Provider = "Yeastar",
            Server = server,
            UserName = "client",
            Password = new Secret("s3cret"),
            TimeZone = zone ?? TimeZoneInfo.Utc,
            Transport = new TransportOptions { Clock = Host.ManualClock },
        };
        Driver = NewDriver();
        Session = (YeastarSession)Driver.CreateSession(Host);
        Host.Session = Session;
    }

    public RecordingHost Host { get; } = new();

    public FakeHttp Http { get; }

    public Func<HttpCall, HttpAnswer> Answer { get; set; }

    public PbxConnectOptions Options { get; }

    public YeastarTokens Tokens { get; } = new();

    public YeastarDriver Driver { get; }

    public YeastarSession Session { get; }

    /// <summary>The functions that were called over HTTP, in order.</summary>
    public IReadOnlyList<string> Functions => [.. Http.Calls.Select(c => c.Uri.AbsolutePath["/openapi/v1.0/".Length..])];

    public YeastarDriver NewDriver() => new(new DriverContext(Options, Http, Host.Activity.Add), Tokens);

    /// <summary>Answers token calls with AT1, RT1, AT2, RT2 and so on, and everything else with success.</summary>
    public HttpAnswer DefaultAnswer(HttpCall call) => call.Uri.AbsolutePath switch
    {
        "/openapi/v1.0/get_token" or "/openapi/v1.0/refresh_token" => NextToken(),
        _ => FakeHttp.Json(200, """{"errcode":0,"errmsg":"SUCCESS","data":[]}"""),
    };

    public HttpAnswer NextToken(int life = 1800)
    {
        var number = ++_lastToken;
        return FakeHttp.Json(200, $$"""
            {"errcode":0,"errmsg":"SUCCESS","access_token":"AT{{number}}","access_token_expire_time":{{life}},
             "refresh_token":"RT{{number}}","refresh_token_expire_time":86400}
            """);
    }

    public static HttpAnswer Refuse(int code, string text) => FakeHttp.Json(200, $$"""{"errcode":{{code}},"errmsg":"{{text}}"}""");

    /// <summary>Does what the runtime does for an attempt: plan, driver, open link.</summary>
    public async Task<LinkTarget> OpenAsync(int link = 1, bool isRotation = false)
    {
        var offer = await Driver.PrepareAsync(Session.PlanLink(isRotation), CancellationToken.None);
        Session.LinkOpened(link, offer.Targets[0], offer.Ticket);
        return offer.Targets[0];
    }

    /// <summary>Opens a link, with subscriptions confirmed.</summary>
    public async Task ConnectAsync(int link = 1, bool isRotation = false)
    {
        await OpenAsync(link, isRotation);
        if (Host.Ready.Count == 0 || Host.Ready[^1].Link != link)
            Host.Receive(Success, link);
        Assert.Equal(link, Host.Ready[^1].Link);
    }

    public const string Success = """{"errcode":0,"errmsg":"SUCCESS"}""";

    public PbxSubscription Subscribe(PbxSubscriptionFilter filter)
    {
        var subscription = new PbxSubscription { Id = ++_lastId, Filter = filter };
        Session.Subscribe(subscription);
        return subscription;
    }

    public PbxSubscription Subscribe(PbxSubscriptionType type) => Subscribe(new PbxSubscriptionFilter { Type = type });

    public PbxSubscription Subscribe(params string[] topics) => Subscribe(new PbxSubscriptionFilter { Topic = topics });

    /// <summary>Connects with a subscription to calls.</summary>
    public async Task ListenToCallsAsync()
    {
        Subscribe(PbxSubscriptionType.Call);
        await ConnectAsync();
    }

    /// <summary>Feeds an event with <c>msg</c> as a string, as the PBX sends it.</summary>
    public void Event(int type, string msg, int link = 1) => Host.Receive(Frame(type, msg), link);

    public static string Frame(int type, string msg) => JsonSerializer.Serialize(new { type, sn = "SN0000000001", msg });

    /// <summary>Feeds a record, and lets the time pass in which others could come that belong to it.</summary>
    public void Settle(string record)
    {
        Event(30012, record);
        Host.Advance(TimeSpan.FromSeconds(0.5));
    }

    /// <summary>Feeds a 30011 of the call 1700000000.10.</summary>
    public void Call(params string[] members) => Call(1, members);

    public void Call(int link, params string[] members) => Event(30011, Members(members), link);

    public static string Members(params string[] members) => $$"""{"call_id":"{{CallId}}","members":[{{string.Join(',', members)}}]}""";

    public const string CallId = "1700000000.10";

    public static string Extension(string number, string status, string path = "", string? channel = null) => $$"""
        {"extension":{"number":"{{number}}","channel_id":"{{channel ?? $"PJSIP/{number}-0a"}}","member_status":"{{status}}","call_path":"{{path}}"} }
        """;

    public static string Inbound(string status, string path = "", string from = "2025550100") => $$"""
        {"inbound":{"from":"{{from}}","to":"2025550199","trunk_name":"T1","channel_id":"PJSIP/T1-0b","member_status":"{{status}}","call_path":"{{path}}"} }
        """;

    public static string Outbound(string status) => $$"""
        {"outbound":{"from":"1001","to":"2025550100","trunk_name":"T1","channel_id":"PJSIP/T1-0c","member_status":"{{status}}","call_path":""} }
        """;

    public static string Record(string status, string type = "Inbound", string to = "1001", string uid = "20300101090000ABCD", string from = "2025550100") => $$"""
        {"call_id":"{{CallId}}","time_start":"2030-01-01 09:00:00","call_from":"{{from}}","call_to":"{{to}}","call_duration":24,
         "talk_duration":21,"src_trunk_name":"T1","dst_trunk_name":"","pin_code":"","status":"{{status}}","type":"{{type}}",
         "recording":"","did_number":"2025550199","agent_ring_time":0,"uid":"{{uid}}"}
        """;

    /// <summary>The states that the call went through, as news.</summary>
    public IReadOnlyList<PbxCallState> News => [.. Host.Events.Where(e => e.IsCallNews).Select(e => e.CallState!.Value)];

    /// <summary>The call as it stands.</summary>
    public PbxCall TheCall => Host.FindCall(CallId)!;
}
