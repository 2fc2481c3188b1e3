using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>A RingCentral session on a recording host.</summary>
internal sealed class RingCentralBench
{
    public const string Calls = "/restapi/v1.0/account/~/telephony/sessions";
    public const string Voicemail = "/restapi/v1.0/account/~/extension/~/voicemail";

    private int _link;
    private int _notification;

    /// <param name="keep">Keeps what a later process needs; null for a connection without <c>-StatePath</c>.</param>
    public RingCentralBench(Action<KeptSession>? keep = null) =>
        Host.Session = Session = new RingCentralSession(Host, "platform.test", RingCentralTiming.Default, keep, SessionIds);

    /// <param name="driver">Makes the session.</param>
    public RingCentralBench(RingCentralDriver driver) => Host.Session = Session = (RingCentralSession)driver.CreateSession(Host);

    public static LinkTarget Target { get; } = new() { Uri = new Uri("wss://ws.example.test/ws?access_token=WST1") };

    public RecordingHost Host { get; } = new();

    public LiveCallIds SessionIds { get; } = new(100);

    public RingCentralSession Session { get; }

    /// <summary>The lost session that the next link would ask for; null for a fresh one.</summary>
    public string? Resumes => ((KeptSession?)Session.PlanLink(false).Resume)?.Token.Token;

    /// <summary>The newest link.</summary>
    public int Link => _link;

    /// <summary>What was sent, as JSON.</summary>
    public IReadOnlyList<JsonElement> Sent => Host.SentText.Select(t => JsonDocument.Parse(t).RootElement).ToArray();

    /// <summary>The requests that were sent: method and path.</summary>
    public IReadOnlyList<string> Requests => Sent.Where(f => f[0].GetProperty("type").GetString() == "ClientRequest")
        .Select(f => $"{f[0].GetProperty("method").GetString()} {f[0].GetProperty("path").GetString()}").ToArray();

    /// <summary>The filters of the newest POST or PUT.</summary>
    public IReadOnlyList<string> LastFilters => Sent.Last(f => f.GetArrayLength() > 1 && f[1].TryGetProperty("eventFilters", out _))[1]
        .GetProperty("eventFilters").EnumerateArray().Select(f => f.GetString()!).ToArray();

    /// <summary>A session that is ready, with one subscription to the account's calls.</summary>
    public static RingCentralBench Ready()
    {
        var bench = new RingCentralBench();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        bench.Open();
        bench.Details();
        bench.Reply(200, Subscription("sub-1", Calls));
        return bench;
    }

    public static string Subscription(string id, params string[] filters) =>
        $$"""{"id":"{{id}}","status":"Active","eventFilters":{{JsonSerializer.Serialize(filters)}},"disabledFilters":[]}""";

    /// <summary>A ticket with an access token that lives for an hour.</summary>
    /// <param name="grant">The OAuth session it is of.</param>
    public RingCentralTicket NewTicket(int grant = 1) => new(grant, new Secret("AT1")) { EndsAt = Host.Now + TimeSpan.FromHours(1), IsOwn = true };

    /// <summary>Plans and opens a link, with a ticket like <see cref="NewTicket"/>'s unless another one is given.</summary>
    public void Open(bool isRotation = false, LinkTicket? ticket = null)
    {
        Session.PlanLink(isRotation);
        Session.LinkOpened(++_link, Target, ticket ?? NewTicket());
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
}
