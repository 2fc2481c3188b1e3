using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Yeastar;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>A Yeastar driver and a PBX that answers its HTTP from a script.</summary>
internal sealed class YeastarDriverRig
{
    private int _lastToken;

    /// <param name="server">What the user gave.</param>
    /// <param name="clock">The clock of a session beside it; null for one of its own.</param>
    public YeastarDriverRig(string server = "pbx.test", ManualTimeProvider? clock = null)
    {
        Answer = DefaultAnswer;
        Http = new FakeHttp(call => Answer(call));
        Clock = clock ?? new ManualTimeProvider();
        Options = new PbxConnectOptions
        {
            Provider = "Yeastar",
            Server = server,
            UserName = "client",
            Password = new Secret("s3cret"),
            Transport = new TransportOptions { Clock = Clock },
        };
        Driver = NewDriver();
    }

    public FakeHttp Http { get; }

    public ManualTimeProvider Clock { get; }

    public Func<HttpCall, HttpAnswer> Answer { get; set; }

    public PbxConnectOptions Options { get; }

    public YeastarTokens Tokens { get; } = new();

    public YeastarDriver Driver { get; }

    /// <summary>The functions that were called over HTTP, in order.</summary>
    public IReadOnlyList<string> Functions => [.. Http.Calls.Select(c => c.Uri.AbsolutePath["/openapi/v1.0/".Length..])];

    public YeastarDriver NewDriver() => new(new DriverContext(Options, Http, _ => { }), Tokens);

    public Task<LinkOffer> PrepareAsync(LinkPlan? plan = null) => Driver.PrepareAsync(plan ?? new LinkPlan(), CancellationToken.None);

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
}
