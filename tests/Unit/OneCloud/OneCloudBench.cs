using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.OneCloud;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>A OneCloud session on a recording host, with a driver whose HTTP is scripted.</summary>
internal sealed class OneCloudBench
{
    public const string Login = """{"access_token":"TOKEN-1","refresh_token":"R-1","expires_in":3600,"scope":"Office Manager","domain":"example-domain","uid":"1001@example-domain"}""";

    private static readonly LinkTarget Target = new() { Uri = new Uri("wss://core.example.com:8001/socket.io/"), Kind = LinkKind.SocketIo };
    private int _link;

    private OneCloudBench(OneCloudDriver driver, RecordingHost host, FakeHttp http)
    {
        Driver = driver;
        Host = host;
        Http = http;
        Session = (OneCloudSession)driver.CreateSession(host);
        host.Session = Session;
    }

    public OneCloudDriver Driver { get; }

    public RecordingHost Host { get; }

    public FakeHttp Http { get; }

    public OneCloudSession Session { get; }

    /// <summary>The options of a user with a password.</summary>
    public static PbxConnectOptions PasswordOptions { get; } = new()
    {
        Provider = "OneCloud",
        Server = "core.example.com",
        UserName = "1001@example-domain",
        Password = new Secret("PASSWORD-1"),
        ClientId = "client-1",
        ClientSecret = new Secret("CLIENT-SECRET-1"),
    };

    /// <summary>The options of a user with nothing but a token.</summary>
    public static PbxConnectOptions TokenOptions { get; } = new()
    {
        Provider = "OneCloud",
        Server = "core.example.com",
        Domain = "example-domain",
        AccessToken = new Secret("TOKEN-0"),
    };

    /// <summary>A session that has its token and no link yet.</summary>
    public static async Task<OneCloudBench> CreateAsync(PbxConnectOptions? options = null, string login = Login)
    {
        var host = new RecordingHost();
        var logins = 0;
        var http = new FakeHttp(call => call.Uri.AbsolutePath.EndsWith("/oauth2/token/", StringComparison.Ordinal)
            ? FakeHttp.Json(200, login.Replace("TOKEN-1", $"TOKEN-{++logins}", StringComparison.Ordinal))
            : FakeHttp.Json(200, "[]"));
        options ??= PasswordOptions;
        options = options with { Transport = options.Transport with { Clock = host.Clock } };
        var driver = new OneCloudDriver(new DriverContext(options, http, host.Log));
        await driver.PrepareAsync(new LinkPlan(), CancellationToken.None);
        return new OneCloudBench(driver, host, http);
    }

    /// <summary>As <see cref="CreateAsync"/>, with an open link on which these are subscribed to and confirmed.</summary>
    public static async Task<OneCloudBench> OpenAsync(params PbxSubscriptionFilter[] filters)
    {
        var bench = await CreateAsync();
        bench.OpenLink();
        foreach (var filter in filters)
            bench.Subscribe(filter);
        bench.ConfirmAll();
        return bench;
    }

    public int OpenLink()
    {
        Session.LinkOpened(++_link, Target, LinkTicket.None);
        return _link;
    }

    public void LoseLink() => Session.LinkClosed(_link);

    public PbxSubscription Subscribe(PbxSubscriptionFilter filter)
    {
        var subscription = new PbxSubscription { Id = 1, Connection = "test", Filter = filter };
        Session.Subscribe(subscription);
        return subscription;
    }

    public PbxSubscription SubscribeCalls(params string[] extensions) =>
        Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = extensions });

    /// <summary>The driver gets another token, and the session is told.</summary>
    public async Task RenewAsync()
    {
        Session.CredentialRenewed(await Driver.RenewCredentialAsync(CancellationToken.None));
    }

    /// <summary>Confirms what was sent, in the platform's words.</summary>
    public void ConfirmAll()
    {
        foreach (var stream in Host.SentText.Select(ReadSubscription).Distinct().ToArray())
            Receive($$"""["status",{"status":"Setup Complete ({{stream}})"}]""");
    }

    public void Receive(string frame) => Host.Receive(frame, _link);

    /// <summary>Feeds a recording.</summary>
    /// <param name="name">The file in tests/Fixtures/onecloud, without its extension.</param>
    /// <param name="count">How many frames of it; all when left out.</param>
    /// <param name="skip">How many frames to leave out first.</param>
    public void Play(string name, int count = int.MaxValue, int skip = 0)
    {
        foreach (var line in ReadFixture(name).Skip(skip).Take(count))
            Receive(line);
    }

    public static IReadOnlyList<string> ReadFixture(string name) => Fixture.Read("onecloud", name);

    /// <summary>What a sent subscription names, in the words of its confirmation.</summary>
    private static string ReadSubscription(string sent)
    {
        using var document = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetBytes(sent));
        var data = document.RootElement[1];
        var filter = data.TryGetProperty("filter", out var f) ? f.GetString() : "";
        var subtype = data.TryGetProperty("subtype", out var s) ? $"-<T>-{s.GetString()}" : "";
        return $"{data.GetProperty("domain").GetString()}-<>-{data.GetProperty("type").GetString()}-<>-{filter}{subtype}";
    }
}
