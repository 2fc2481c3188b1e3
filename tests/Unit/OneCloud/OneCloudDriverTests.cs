using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.OneCloud;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>Hosts and tokens: onecloud.md sections 1 and 2.</summary>
public sealed class OneCloudDriverTests
{
    private const string Login = """{"access_token":"TOKEN-1","refresh_token":"R-1","expires_in":3600,"scope":"Office Manager","domain":"example-domain","uid":"1001@example-domain"}""";

    private readonly ManualTimeProvider _clock = new();
    private readonly List<string> _activity = [];
    private Func<HttpCall, HttpAnswer> _token = _ => FakeHttp.Json(200, Login);
    private Func<HttpCall, HttpAnswer> _hosts = _ => FakeHttp.Json(200, "[]");

    public OneCloudDriverTests() => Http = new FakeHttp(call => IsToken(call) ? _token(call) : _hosts(call));

    /// <summary>The options of a user with a password.</summary>
    private static PbxConnectOptions PasswordOptions { get; } = new()
    {
        Provider = "OneCloud",
        Server = "core.example.com",
        UserName = "1001@example-domain",
        Password = new Secret("PASSWORD-1"),
        ClientId = "client-1",
        ClientSecret = new Secret("CLIENT-SECRET-1"),
    };

    /// <summary>The options of a user with nothing but a token.</summary>
    private static PbxConnectOptions TokenOptions { get; } = new()
    {
        Provider = "OneCloud",
        Server = "core.example.com",
        Domain = "example-domain",
        AccessToken = new Secret("TOKEN-0"),
    };

    private FakeHttp Http { get; }

    private IEnumerable<HttpCall> TokenCalls => Http.Calls.Where(IsToken);

    private static bool IsToken(HttpCall call) => call.Uri.AbsolutePath.EndsWith("/oauth2/token/", StringComparison.Ordinal);

    private OneCloudDriver Create(PbxConnectOptions? options = null)
    {
        options ??= PasswordOptions;
        return new OneCloudDriver(new DriverContext(options with { Transport = options.Transport with { Clock = _clock } }, Http, _activity.Add));
    }

    private static async Task<IReadOnlyList<LinkTarget>> PrepareAsync(OneCloudDriver driver, bool renew = false) =>
        (await driver.PrepareAsync(new LinkPlan(RenewCredential: renew), CancellationToken.None)).Targets;

    private static async Task<OneCloudTicket> TicketAsync(OneCloudDriver driver) =>
        (OneCloudTicket)(await driver.PrepareAsync(new LinkPlan(), CancellationToken.None)).Ticket;

    private static async Task<OneCloudTicket> RenewAsync(OneCloudDriver driver) => (OneCloudTicket)await driver.RenewCredentialAsync(CancellationToken.None);

    private static Task<PbxException> FailAsync(OneCloudDriver driver) => Assert.ThrowsAsync<PbxException>(() => PrepareAsync(driver));

    // ---- hosts -----------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("\"socket.example.com\"", "wss://socket.example.com:8001/socket.io/")]
    [InlineData("\"a.example.com,b.example.com\"", "wss://a.example.com:8001/socket.io/ wss://b.example.com:8001/socket.io/")]
    [InlineData("\" a.example.com , ,b.example.com:9000 \"", "wss://a.example.com:8001/socket.io/ wss://b.example.com:9000/socket.io/")]
    [InlineData("""{"config-name":"PORTAL_SOCKET_HOSTNAME","config-value":"socket.example.com"}""", "wss://socket.example.com:8001/socket.io/")]
    [InlineData("""[{"config-value":"a.example.com"},{"config-value":"b.example.com"}]""", "wss://a.example.com:8001/socket.io/ wss://b.example.com:8001/socket.io/")]
    [InlineData("""{"value":["a.example.com"]}""", "wss://a.example.com:8001/socket.io/")]
    [InlineData("socket.example.com", "wss://socket.example.com:8001/socket.io/")]
    [InlineData("\"https://socket.example.com/\"", "wss://socket.example.com:8001/socket.io/")]
    [InlineData("\"[::1]:8002\"", "wss://[::1]:8002/socket.io/")]
    [InlineData("[]", "wss://core.example.com:8001/socket.io/")]
    [InlineData("{}", "wss://core.example.com:8001/socket.io/")]
    [InlineData("\"\"", "wss://core.example.com:8001/socket.io/")]
    [InlineData("", "wss://core.example.com:8001/socket.io/")]
    [InlineData("null", "wss://core.example.com:8001/socket.io/")]
    [InlineData("<html>Not here</html>", "wss://core.example.com:8001/socket.io/")]
    [InlineData("[{\"config-value\":\"\"}]", "wss://core.example.com:8001/socket.io/")]
    public async Task The_sockets_hosts_are_read_from_whatever_shape_the_answer_has(string body, string addresses)
    {
        _hosts = _ => FakeHttp.Json(200, body);

        Assert.Equal(addresses, string.Join(' ', (await PrepareAsync(Create())).Select(t => t.Uri)));
    }

    [Fact]
    public async Task The_link_tries_revision_3_first_and_is_dead_after_90_silent_seconds()
    {
        var target = Assert.Single(await PrepareAsync(Create()));

        Assert.Equal((LinkKind.SocketIo, 3, TimeSpan.FromSeconds(90)), (target.Kind, target.Revision, target.MaxSilence));
    }

    [Theory]
    [InlineData("core.example.com", "https://core.example.com/ns-api/v2/configurations/PORTAL_SOCKET_HOSTNAME", "core.example.com")]
    [InlineData("https://core.example.com/ns-api", "https://core.example.com/ns-api/v2/configurations/PORTAL_SOCKET_HOSTNAME", "core.example.com")]
    [InlineData("https://core.example.com/ns-api/v2/", "https://core.example.com/ns-api/v2/configurations/PORTAL_SOCKET_HOSTNAME", "core.example.com")]
    [InlineData("http://127.0.0.1:5000/x", "http://127.0.0.1:5000/x/ns-api/v2/configurations/PORTAL_SOCKET_HOSTNAME", "127.0.0.1:5000")]
    [InlineData(null, "https://production-core.onecloud.com/ns-api/v2/configurations/PORTAL_SOCKET_HOSTNAME", "production-core.onecloud.com")]
    public async Task The_API_is_found_from_what_was_given_as_server(string? server, string lookUp, string display)
    {
        var driver = Create(TokenOptions with { Server = server });
        await PrepareAsync(driver);

        var call = Assert.Single(Http.Calls);
        Assert.Equal(lookUp, call.Uri.GetLeftPart(UriPartial.Path));
        Assert.Equal("?domain=~&user=~&user-scope=~&reseller=~", call.Uri.Query);
        Assert.Contains(new KeyValuePair<string, string>("Authorization", "Bearer TOKEN-0"), call.Headers);
        Assert.Contains(new KeyValuePair<string, string>("Accept", "application/json"), call.Headers);
        Assert.Equal(display, driver.Server);
    }

    [Fact]
    public async Task Without_TLS_the_socket_has_none_either()
    {
        _hosts = _ => FakeHttp.Json(200, "\"127.0.0.1:5000\"");
        var target = Assert.Single(await PrepareAsync(Create(TokenOptions with { Server = "http://127.0.0.1:5000" })));

        Assert.Equal("ws://127.0.0.1:5000/socket.io/", target.Uri.ToString());
    }

    [Fact]
    public void The_sockets_own_address_as_server_is_refused_with_the_right_one()
    {
        var error = Assert.Throws<PbxException>(() => Create(TokenOptions with { Server = "wss://core.example.com:8001/socket.io" }));

        Assert.Contains("https://core.example.com/ns-api", error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    public async Task Without_an_answer_the_hosts_known_so_far_are_used(int status)
    {
        _hosts = _ => FakeHttp.Json(200, "\"socket.example.com\"");
        var driver = Create();
        await PrepareAsync(driver);
        _hosts = _ => FakeHttp.Json(status, "");

        Assert.Equal("socket.example.com", Assert.Single(await PrepareAsync(driver)).Uri.Host);
    }

    [Fact]
    public async Task An_API_that_cannot_be_reached_leaves_the_socket_to_be_tried()
    {
        _hosts = _ => throw new PbxException(PbxErrorKind.ConnectionRefused, "refused", "check");

        Assert.Equal("core.example.com", Assert.Single(await PrepareAsync(Create(TokenOptions))).Uri.Host);
    }

    [Fact]
    public async Task A_look_up_that_hangs_holds_a_new_link_up_for_five_seconds_at_most()
    {
        var asked = new TaskCompletionSource();
        var http = new HangingHttp(Http, asked);
        var options = TokenOptions with { Transport = new TransportOptions { Clock = _clock } };
        var driver = new OneCloudDriver(new DriverContext(options, http, _activity.Add));
        _hosts = _ => FakeHttp.Json(200, "\"socket.example.com\"");
        await PrepareAsync(driver);

        http.Hangs = true;
        var prepared = PrepareAsync(driver);
        await asked.Task;
        Assert.False(prepared.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("socket.example.com", Assert.Single(await prepared.WaitAsync(TimeSpan.FromSeconds(60))).Uri.Host);
    }

    // ---- tokens ----------------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_password_is_exchanged_for_a_token()
    {
        var ticket = await TicketAsync(Create());

        var call = TokenCalls.Single();
        Assert.Equal("https://core.example.com/ns-api/oauth2/token/", call.Uri.ToString());
        Assert.Equal(("POST", "application/x-www-form-urlencoded"), (call.Method, call.ContentType));
        Assert.Equal(
            "format=json&grant_type=password&username=1001%40example-domain&password=PASSWORD-1&client_id=client-1&client_secret=CLIENT-SECRET-1",
            FakeHttp.BodyOf(call));
        Assert.Equal(("TOKEN-1", "example-domain", "example-domain"), (ticket.Token.Reveal(), ticket.Domain, ticket.OwnDomain));
        Assert.Equal(("1001@example-domain", "Office Manager"), (ticket.Uid, ticket.Scope));
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromHours(1), ticket.EndsAt);
    }

    [Fact]
    public async Task A_bare_extension_as_user_name_gets_the_domain()
    {
        await PrepareAsync(Create(PasswordOptions with { UserName = "1001", Domain = "my-domain" }));

        Assert.Contains("username=1001%40my-domain&", FakeHttp.BodyOf(TokenCalls.Single()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_other_token_path_is_tried_when_the_first_is_not_there()
    {
        _token = call => call.Uri.AbsolutePath == "/oauth2/token/" ? FakeHttp.Json(200, Login) : FakeHttp.Json(404, "");
        var driver = Create();
        await PrepareAsync(driver);
        await RenewAsync(driver);

        Assert.Equal(["/ns-api/oauth2/token/", "/oauth2/token/", "/oauth2/token/"], TokenCalls.Select(c => c.Uri.AbsolutePath));
    }

    [Fact]
    public async Task A_second_token_comes_from_the_refresh_token()
    {
        var driver = Create();
        await PrepareAsync(driver);
        _token = _ => FakeHttp.Json(200, """{"access_token":"TOKEN-2","expires_in":"600"}""");
        var ticket = await RenewAsync(driver);
        await RenewAsync(driver);

        Assert.Equal(
            "grant_type=refresh_token&refresh_token=R-1&client_id=client-1&client_secret=CLIENT-SECRET-1",
            FakeHttp.BodyOf(TokenCalls.ElementAt(1)));
        Assert.Equal(("TOKEN-2", _clock.GetUtcNow() + TimeSpan.FromMinutes(10)), (ticket.Token.Reveal(), ticket.EndsAt));

        // An answer without a refresh token leaves the old one in use.
        Assert.Contains("refresh_token=R-1", FakeHttp.BodyOf(TokenCalls.ElementAt(2)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_token_that_ended_falls_back_to_the_password()
    {
        var driver = Create();
        await PrepareAsync(driver);
        _token = call => FakeHttp.BodyOf(call).Contains("refresh_token", StringComparison.Ordinal)
            ? FakeHttp.Json(400, """{"error":"invalid_grant"}""")
            : FakeHttp.Json(200, Login);
        await RenewAsync(driver);

        Assert.Equal(3, TokenCalls.Count());
    }

    [Fact]
    public async Task A_token_is_used_for_every_link_until_it_is_about_to_end()
    {
        var driver = Create();
        await PrepareAsync(driver);
        await PrepareAsync(driver);
        Assert.Single(TokenCalls);

        _clock.Advance(TimeSpan.FromMinutes(59.5));
        await PrepareAsync(driver);
        Assert.Equal(2, TokenCalls.Count());

        await PrepareAsync(driver, renew: true);
        Assert.Equal(3, TokenCalls.Count());
    }

    [Theory]
    [InlineData("""{"scope":"MFA","access_token":"half"}""")]
    [InlineData("""{"user_scope":"mfa_required","access_token":"half"}""")]
    public async Task A_second_factor_is_reported_with_what_to_do(string body)
    {
        _token = _ => FakeHttp.Json(200, body);
        var error = await FailAsync(Create());

        Assert.Equal((PbxErrorKind.MfaRequired, true), (error.Kind, error.IsPermanent));
        Assert.Contains("-TokenProvider", error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, """{"error":"invalid_grant"}""", "-Credential")]
    [InlineData(400, """{"error":"invalid_client"}""", "-ClientCredential")]
    [InlineData(403, """{"error":"invalid_grant"}""", "-Credential")]
    [InlineData(401, "", "-Credential")]
    public async Task A_refused_credential_is_permanent(int status, string body, string parameter)
    {
        _token = _ => FakeHttp.Json(status, body);
        var error = await FailAsync(Create());

        Assert.Equal((PbxErrorKind.CredentialRefused, true), (error.Kind, error.IsPermanent));
        Assert.Contains(parameter, error.Advice, StringComparison.Ordinal);
        Assert.Single(TokenCalls);
        Assert.DoesNotContain("PASSWORD-1", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task An_answer_without_a_token_is_told(string body)
    {
        _token = _ => FakeHttp.Json(200, body);

        Assert.Equal(PbxErrorKind.HandshakeFailed, (await FailAsync(Create())).Kind);
    }

    [Fact]
    public async Task A_blocked_address_is_met_with_growing_pauses()
    {
        _token = _ => FakeHttp.Json(403, "Forbidden");
        _hosts = _token;
        var driver = Create();
        var pauses = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var error = await FailAsync(driver);
            Assert.Equal((PbxErrorKind.AddressBlocked, false), (error.Kind, error.IsPermanent));
            Assert.Equal(error.RetryAfter, driver.Backoff.Shortest);
            pauses.Add(error.RetryAfter!.Value.TotalSeconds);
        }

        Assert.Equal([1, 2, 4, 8, 16], pauses);
        Assert.Equal(5, Http.Calls.Count);

        _token = _ => FakeHttp.Json(200, Login);
        _hosts = _ => FakeHttp.Json(200, "[]");
        await PrepareAsync(driver);
        Assert.Equal(TimeSpan.Zero, driver.Backoff.Shortest);
    }

    [Fact]
    public async Task A_look_up_that_is_forbidden_still_lets_the_socket_be_tried_but_slows_attempts_down()
    {
        _hosts = _ => FakeHttp.Json(403, "");
        var driver = Create(TokenOptions);
        Assert.Single(await PrepareAsync(driver));
        await PrepareAsync(driver);
        Assert.Equal(TimeSpan.FromSeconds(2), driver.Backoff.Shortest);

        driver.Reached(new LinkTarget { Uri = new Uri("wss://core.example.com:8001/socket.io/") });
        Assert.Equal(TimeSpan.Zero, driver.Backoff.Shortest);
    }

    [Fact]
    public async Task A_ready_token_that_the_look_up_refuses_ends_the_connection()
    {
        _hosts = _ => FakeHttp.Json(401, "");
        var error = await FailAsync(Create(TokenOptions));

        Assert.Equal((PbxErrorKind.CredentialRefused, true), (error.Kind, error.IsPermanent));
    }

    [Fact]
    public async Task A_ready_token_cannot_be_renewed()
    {
        var driver = Create(TokenOptions);
        await PrepareAsync(driver);
        var error = await Assert.ThrowsAsync<PbxException>(() => RenewAsync(driver));

        Assert.Equal((PbxErrorKind.CredentialRefused, true), (error.Kind, error.IsPermanent));
    }

    [Fact]
    public async Task A_token_that_the_look_up_refuses_is_replaced_once()
    {
        _hosts = _ => FakeHttp.Json(401, "");
        var driver = Create();
        var target = Assert.Single(await PrepareAsync(driver));

        Assert.Equal("core.example.com", target.Uri.Host);
        Assert.Equal(2, TokenCalls.Count());
        Assert.Equal(4, Http.Calls.Count);
    }

    [Fact]
    public async Task A_token_provider_is_asked_whenever_a_token_is_needed()
    {
        var asked = 0;
        var driver = Create(TokenOptions with
        {
            AccessToken = null,
            TokenProvider = _ => Task.FromResult(new Secret($"GIVEN-{++asked}")),
        });
        await PrepareAsync(driver);
        var ticket = await RenewAsync(driver);

        Assert.Equal("GIVEN-2", ticket.Token.Reveal());
        Assert.Null(ticket.RenewAt);
        Assert.Empty(TokenCalls);
    }

    // ---- options ---------------------------------------------------------------------------------------------------

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        var password = PasswordOptions;
        var token = TokenOptions;

        Assert.Equal("-Credential", Refused(token with { AccessToken = null }));
        Assert.Equal("-Credential", Refused(password with { AccessToken = new Secret("x") }));
        Assert.Equal("-ClientCredential", Refused(password with { ClientId = null }));
        Assert.Equal("-ClientCredential", Refused(password with { ClientSecret = null }));
        Assert.Equal("-ClientCredential", Refused(token with { ClientId = "x", ClientSecret = new Secret("y") }));
        Assert.Equal("-Domain", Refused(token with { Domain = null }));

        string? Refused(PbxConnectOptions options) => Assert.Throws<PbxException>(() => Create(options)).Target;
    }

    [Fact]
    public async Task A_login_that_tells_no_domain_needs_one_to_be_given()
    {
        _token = _ => FakeHttp.Json(200, """{"access_token":"T"}""");
        var error = await FailAsync(Create(PasswordOptions with { UserName = "1001" }));

        Assert.Equal("-Domain", error.Target);
    }

    [Fact]
    public async Task No_secret_is_written_to_the_journal()
    {
        var driver = Create();
        await PrepareAsync(driver);
        await RenewAsync(driver);

        Assert.NotEmpty(_activity);
        var text = new StringBuilder().AppendJoin('\n', _activity).ToString();
        foreach (var secret in (string[])["TOKEN-1", "R-1", "PASSWORD-1", "CLIENT-SECRET-1"])
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    /// <summary>HTTP over a connection that is dead without a word.</summary>
    private sealed class HangingHttp(FakeHttp inner, TaskCompletionSource asked) : IHttpClient
    {
        public bool Hangs { get; set; }

        public async Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken)
        {
            if (Hangs)
            {
                asked.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
            return await inner.SendAsync(request, cancellationToken);
        }
    }
}
