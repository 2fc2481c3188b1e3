using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Yeastar;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>A Yeastar session with a recording host.</summary>
internal sealed class YeastarRig
{
    public const string Success = """{"errcode":0,"errmsg":"SUCCESS"}""";

    public const string CallId = "1700000000.10";

    private int _lastId;

    public YeastarRig(TimeZoneInfo? zone = null) =>
        Host.Session = Session = new YeastarSession(Host, "pbx.test", "client", zone ?? TimeZoneInfo.Utc);

    public static LinkTarget Target { get; } = new() { Uri = new Uri("wss://pbx.test/openapi/v1.0/subscribe?access_token=AT1") };

    public RecordingHost Host { get; } = new();

    public YeastarSession Session { get; }

    /// <summary>What the session wanted of each link.</summary>
    public List<LinkPlan> Plans { get; } = [];

    /// <summary>How long a token lives.</summary>
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The states that the call went through, as news.</summary>
    public IReadOnlyList<PbxCallState> News => [.. Host.Events.Where(e => e.IsCallNews).Select(e => e.CallState!.Value)];

    /// <summary>The call as it stands.</summary>
    public PbxCall TheCall => Host.FindCall(CallId)!;

    /// <summary>A ticket with a token that was obtained just now.</summary>
    public LinkTicket NewTicket() => new YeastarTicket(Host.Now + (TokenLife * 0.8));

    /// <summary>Does what the runtime does before an attempt.</summary>
    public LinkPlan Plan(bool isRotation = false)
    {
        Plans.Add(Session.PlanLink(isRotation));
        return Plans[^1];
    }

    /// <summary>Does what the runtime does for an attempt: plan, open link.</summary>
    public void Open(int link = 1, bool isRotation = false)
    {
        Plan(isRotation);
        Session.LinkOpened(link, Target, NewTicket());
    }

    /// <summary>Opens a link, with subscriptions confirmed.</summary>
    public void Connect(int link = 1, bool isRotation = false)
    {
        Open(link, isRotation);
        if (Host.Ready.Count == 0 || Host.Ready[^1].Link != link)
            Host.Receive(Success, link);
        Assert.Equal(link, Host.Ready[^1].Link);
    }

    public PbxSubscription Subscribe(PbxSubscriptionFilter filter)
    {
        var subscription = new PbxSubscription { Id = ++_lastId, Filter = filter };
        Session.Subscribe(subscription);
        return subscription;
    }

    public PbxSubscription Subscribe(PbxSubscriptionType type) => Subscribe(new PbxSubscriptionFilter { Type = type });

    public PbxSubscription Subscribe(params string[] topics) => Subscribe(new PbxSubscriptionFilter { Topic = topics });

    /// <summary>Connects with a subscription to calls.</summary>
    public void ListenToCalls()
    {
        Subscribe(PbxSubscriptionType.Call);
        Connect();
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
}
