using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>Login and tokens: telecomx.md sections 2 and 6.</summary>
public sealed class TelecomXDriverTests
{
    private const string GoodLogin = """{"token":"T1","expiresInMinutes":-1,"employee":"E","customer":"C1","accessLevel":"VIEWER"}""";
    private readonly ManualTimeProvider _clock = new();

    private PbxConnectOptions WithPassword => new()
    {
        Provider = "TelecomX",
        Server = "http://127.0.0.1:99",
        UserName = "a@b.dk",
        Password = new Secret("pass-word"),
        Transport = new TransportOptions { Clock = _clock },
    };

    private static TelecomXDriver Make(PbxConnectOptions options, FakeHttp http) => new(new DriverContext(options, http, _ => { }));

    private static Task<LinkOffer> Prepare(TelecomXDriver driver) => driver.PrepareAsync(new LinkPlan(), CancellationToken.None);

    private static async Task<string> Renew(TelecomXDriver driver) =>
        ((TelecomXTicket)await driver.RenewCredentialAsync(CancellationToken.None)).Token.Reveal();

    [Fact]
    public async Task Logs_in_with_user_and_password_and_asks_for_a_token_that_lasts()
    {
        var http = new FakeHttp(_ => FakeHttp.Json(200, GoodLogin));
        var driver = Make(WithPassword, http);
        var offer = await Prepare(driver);
        var target = Assert.Single(offer.Targets);
        Assert.Equal(new Uri("http://127.0.0.1:99/socket.io/"), target.Uri);
        Assert.Equal(LinkKind.SocketIo, target.Kind);
        Assert.Equal("""{"username":"a@b.dk","password":"pass-word","persist":true}""", FakeHttp.BodyOf(http.Calls.Single()));
        var ticket = (TelecomXTicket)offer.Ticket;
        Assert.Equal(("C1", "VIEWER", "T1"), (ticket.Customer, ticket.AccessLevel, ticket.Token.Reveal()));
        await Prepare(driver);
        Assert.Single(http.Calls);
    }

    [Fact]
    public async Task Logs_in_again_when_the_token_is_about_to_end()
    {
        var http = new FakeHttp(_ => FakeHttp.Json(200, GoodLogin.Replace("-1", "15", StringComparison.Ordinal)));
        var driver = Make(WithPassword, http);
        await Prepare(driver);
        _clock.Advance(TimeSpan.FromMinutes(13));
        await Prepare(driver);
        Assert.Single(http.Calls);
        _clock.Advance(TimeSpan.FromMinutes(1.5));
        await Prepare(driver);
        Assert.Equal(2, http.Calls.Count);
    }

    [Theory]
    [InlineData(401, """{"error":"credentials_invalid"}""", PbxErrorKind.CredentialRefused, true)]
    [InlineData(403, """{"error":"blacklisted"}""", PbxErrorKind.AddressBlocked, true)]
    [InlineData(401, """{"error":"smsKey required"}""", PbxErrorKind.MfaRequired, true)]
    [InlineData(500, "oops", PbxErrorKind.ServerError, false)]
    [InlineData(429, "", PbxErrorKind.RateLimited, false)]
    [InlineData(200, "<html>", PbxErrorKind.HandshakeFailed, false)]
    [InlineData(200, "{}", PbxErrorKind.HandshakeFailed, false)]
    public async Task A_login_that_fails_says_what_to_do_and_never_the_password(int status, string body, PbxErrorKind kind, bool isPermanent)
    {
        var driver = Make(WithPassword, new FakeHttp(_ => FakeHttp.Json(status, body)));
        var error = await Assert.ThrowsAsync<PbxException>(() => Prepare(driver));
        Assert.Equal(kind, error.Kind);
        Assert.Equal(isPermanent, error.IsPermanent);
        Assert.DoesNotContain("pass-word", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_valid_token_is_kept_and_a_refused_one_is_replaced()
    {
        var isValid = true;
        var logins = 0;
        var http = new FakeHttp(c => c.Uri.AbsolutePath == "/auth/login"
            ? FakeHttp.Json(200, GoodLogin.Replace("T1", $"T{++logins}", StringComparison.Ordinal))
            : new HttpAnswer(isValid ? 200 : 403, default));
        var driver = Make(WithPassword, http);
        await Prepare(driver);
        Assert.Equal("T1", await Renew(driver));
        isValid = false;
        Assert.Equal("T2", await Renew(driver));
    }

    [Fact]
    public async Task A_ready_token_that_is_refused_ends_the_connection()
    {
        var options = new PbxConnectOptions { Provider = "TelecomX", AccessToken = new Secret("T"), Domain = "C" };
        var driver = Make(options, new FakeHttp(_ => new HttpAnswer(403, default)));
        await Prepare(driver);
        var error = await Assert.ThrowsAsync<PbxException>(() => driver.RenewCredentialAsync(CancellationToken.None));
        Assert.Equal(PbxErrorKind.CredentialRefused, error.Kind);
        Assert.True(error.IsPermanent);
    }

    [Fact]
    public async Task A_token_provider_is_asked_again_for_each_fresh_token()
    {
        var asked = 0;
        var options = new PbxConnectOptions
        {
            Provider = "TelecomX",
            Domain = "C",
            TokenProvider = _ => Task.FromResult(new Secret($"P{++asked}")),
        };
        var driver = Make(options, new FakeHttp(_ => new HttpAnswer(403, default)));
        await Prepare(driver);
        Assert.Equal("P2", await Renew(driver));
    }

    [Fact]
    public void Needs_one_credential_and_a_customer_beside_a_token()
    {
        var http = new FakeHttp(_ => new HttpAnswer(500, default));
        var none = Assert.Throws<PbxException>(() => Make(new PbxConnectOptions { Provider = "TelecomX" }, http));
        Assert.Equal((PbxErrorKind.InvalidOption, "-Credential"), (none.Kind, none.Target));
        var noCustomer = Assert.Throws<PbxException>(() => Make(new PbxConnectOptions { Provider = "TelecomX", AccessToken = new Secret("T") }, http));
        Assert.Equal("-Customer", noCustomer.Target);
        Assert.Throws<PbxException>(() => Make(WithPassword with { AccessToken = new Secret("T") }, http));
    }

    [Fact]
    public async Task Asks_for_the_present_state_after_a_gap()
    {
        var http = new FakeHttp(c => c.Uri.AbsolutePath == "/pbx/app/employees"
            ? FakeHttp.Json(200, "[1]") : new HttpAnswer(404, default));
        var driver = Make(new PbxConnectOptions { Provider = "TelecomX", AccessToken = new Secret("T"), Domain = "C" }, http);
        await Prepare(driver);
        var snapshots = new List<Snapshot>();
        await foreach (var snapshot in driver.GetSnapshotsAsync(TelecomXStates.All, CancellationToken.None))
            snapshots.Add(snapshot);
        Assert.Equal("/pbx/app/employees", snapshots.Single().Kind);
        Assert.Equal(2, http.Calls.Count);
    }
}
