using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>ringcentral.md sections 1 to 4 and 9: what goes over HTTP.</summary>
public sealed class RingCentralDriverTests
{
    private static readonly string[] Secrets = ["APP-SECRET", "JWT-SECRET", "AT1", "RT1", "WST1", "WSC"];

    [Fact]
    public async Task The_jwt_is_exchanged_and_a_socket_token_asked_for()
    {
        var bench = RingCentralBench.Create();

        var target = Assert.Single((await bench.Driver.PrepareAsync(new LinkPlan(), default)).Targets);

        var (grant, socket) = (bench.Http.Calls[0], bench.Http.Calls[1]);
        Assert.Equal("https://platform.ringcentral.com/restapi/oauth/token", grant.Uri.ToString());
        Assert.Equal("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=JWT-SECRET", FakeHttp.BodyOf(grant));
        Assert.Equal("application/x-www-form-urlencoded", grant.ContentType);
        Assert.Equal($"Basic {Convert.ToBase64String("app-1:APP-SECRET"u8)}", grant.Headers.Single(h => h.Key == "Authorization").Value);
        Assert.Equal("https://platform.ringcentral.com/restapi/oauth/wstoken", socket.Uri.ToString());
        Assert.True(socket.Body.IsEmpty);
        Assert.Equal("Bearer AT1", socket.Headers.Single(h => h.Key == "Authorization").Value);
        Assert.Equal("wss://ws.example.test/ws?access_token=WST1", target.Uri.ToString());
        Assert.DoesNotContain("WST1", target.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_recovery_token_is_escaped_and_added()
    {
        var bench = RingCentralBench.Create();

        var target = Assert.Single((await bench.Driver.PrepareAsync(new LinkPlan(ResumeToken: "a+b/c="), default)).Targets);

        Assert.EndsWith("?access_token=WST1&wsc=a%2Bb%2Fc%3D", target.Uri.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sandbox_is_another_host()
    {
        var bench = RingCentralBench.Create(options: RingCentralBench.Options with { Sandbox = true });

        await bench.Driver.PrepareAsync(new LinkPlan(), default);

        Assert.Equal("platform.devtest.ringcentral.com", bench.Driver.Server);
        Assert.All(bench.Http.Calls, c => Assert.Equal("platform.devtest.ringcentral.com", c.Uri.Host));
    }

    [Fact]
    public async Task An_app_without_a_secret_names_itself_in_the_body()
    {
        var bench = RingCentralBench.Create(options: RingCentralBench.Options with { ClientSecret = null });

        await bench.Driver.PrepareAsync(new LinkPlan(), default);

        Assert.EndsWith("&client_id=app-1", FakeHttp.BodyOf(bench.Http.Calls[0]), StringComparison.Ordinal);
        Assert.Empty(bench.Http.Calls[0].Headers);
    }

    [Fact]
    public async Task A_token_near_its_end_is_refreshed_in_the_same_session()
    {
        var bench = RingCentralBench.Create();
        await bench.Driver.PrepareAsync(new LinkPlan(), default);
        bench.Host.ManualClock.Advance(TimeSpan.FromMinutes(59));

        var target = Assert.Single((await bench.Driver.PrepareAsync(new LinkPlan(ResumeToken: "WSC"), default)).Targets);

        Assert.Equal("grant_type=refresh_token&refresh_token=RT1", FakeHttp.BodyOf(bench.Http.Calls[2]));
        Assert.Equal(1, bench.Driver.GrantNumber);
        Assert.Contains("wsc=WSC", target.Uri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_refresh_is_a_new_grant_and_no_recovery()
    {
        var bench = RingCentralBench.Create(c => FakeHttp.BodyOf(c).StartsWith("grant_type=refresh", StringComparison.Ordinal)
            ? FakeHttp.Json(400, """{"errorCode":"OAU-210"}""") : null);
        await bench.Driver.PrepareAsync(new LinkPlan(), default);
        bench.Host.ManualClock.Advance(TimeSpan.FromMinutes(59));

        var target = Assert.Single((await bench.Driver.PrepareAsync(new LinkPlan(ResumeToken: "WSC"), default)).Targets);

        Assert.Equal(2, bench.Driver.GrantNumber);
        Assert.DoesNotContain("wsc=", target.Uri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_without_an_answer_is_tried_three_times_before_a_new_grant()
    {
        var bench = RingCentralBench.Create(c => FakeHttp.BodyOf(c).StartsWith("grant_type=refresh", StringComparison.Ordinal) ? FakeHttp.Json(500, "") : null);
        await bench.Driver.PrepareAsync(new LinkPlan(), default);

        var renewal = bench.Driver.RenewCredentialAsync(default);
        Assert.Equal(3, bench.Http.Calls.Count);
        await bench.AdvanceUntilAsync(renewal);

        Assert.Equal(3, bench.Http.Calls.Count(c => FakeHttp.BodyOf(c).StartsWith("grant_type=refresh", StringComparison.Ordinal)));
        Assert.Equal(2, bench.Driver.GrantNumber);
    }

    [Fact]
    public async Task A_socket_token_that_the_access_token_does_not_get_is_asked_for_once_more()
    {
        var refused = 0;
        var bench = RingCentralBench.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal) && refused++ == 0
            ? FakeHttp.Json(401, """{"errorCode":"OAU-128"}""") : null);

        await bench.Driver.PrepareAsync(new LinkPlan(), default);

        Assert.Equal(["token", "wstoken", "token", "wstoken"], bench.Http.Calls.Select(c => c.Uri.Segments[^1]));
    }

    [Fact]
    public async Task A_socket_token_that_is_refused_twice_is_fatal()
    {
        var bench = RingCentralBench.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? FakeHttp.Json(401, """{"errors":[{"errorCode":"OAU-128","message":"expired"}]}""") : null);

        var error = await Assert.ThrowsAsync<PbxException>(() => bench.Driver.PrepareAsync(new LinkPlan(), default));

        Assert.Equal((PbxErrorKind.CredentialRefused, "OAU-128", true), (error.Kind, error.Code, error.IsPermanent));
    }

    [Theory]
    [InlineData(400, "OAU-147", PbxErrorKind.CredentialRefused, true)]
    [InlineData(400, "OAU-148", PbxErrorKind.CredentialRefused, true)]
    [InlineData(401, "OAU-140", PbxErrorKind.CredentialRefused, true)]
    [InlineData(401, "OAU-146", PbxErrorKind.CredentialRefused, true)]
    [InlineData(403, "OAU-112", PbxErrorKind.PermissionDenied, true)]
    [InlineData(408, "CMN-1", PbxErrorKind.ServerError, false)]
    [InlineData(429, "CMN-301", PbxErrorKind.RateLimited, false)]
    [InlineData(500, "CMN-2", PbxErrorKind.ServerError, false)]
    [InlineData(503, "CMN-3", PbxErrorKind.ServerError, false)]
    public async Task The_rows_of_the_token_end_points_errors(int status, string code, PbxErrorKind kind, bool isPermanent)
    {
        var bench = RingCentralBench.Create(_ => FakeHttp.Json(status, $$"""{"errorCode":"{{code}}","message":"words"}"""));

        var error = await Assert.ThrowsAsync<PbxException>(() => bench.Driver.PrepareAsync(new LinkPlan(), default));

        Assert.Equal((kind, code, isPermanent), (error.Kind, error.Code, error.IsPermanent));
        Assert.Single(bench.Http.Calls);
        Assert.DoesNotContain(Secrets, s => error.ToString().Contains(s, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403, "CMN-401", PbxErrorKind.PermissionDenied)]
    [InlineData(404, "CMN-102", PbxErrorKind.HandshakeFailed)]
    public async Task A_refused_socket_token_is_not_asked_for_again(int status, string code, PbxErrorKind kind)
    {
        var bench = RingCentralBench.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? FakeHttp.Json(status, $$"""{"errorCode":"{{code}}"}""") : null);

        var error = await Assert.ThrowsAsync<PbxException>(() => bench.Driver.PrepareAsync(new LinkPlan(), default));

        Assert.Equal((kind, true), (error.Kind, error.IsPermanent));
    }

    [Fact]
    public async Task No_more_than_five_socket_tokens_a_minute_are_asked_for()
    {
        var bench = RingCentralBench.Create();
        for (var i = 0; i < 5; i++)
            await bench.Driver.PrepareAsync(new LinkPlan(), default);

        var sixth = bench.Driver.PrepareAsync(new LinkPlan(), default);
        bench.Host.ManualClock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(5, SocketCalls(bench));
        await bench.AdvanceUntilAsync(sixth);

        Assert.Equal(6, SocketCalls(bench));
    }

    [Theory]
    [InlineData(25, 25)]
    [InlineData(null, 60)]
    public async Task Nothing_is_asked_for_during_a_penalty(int? retryAfter, int wait)
    {
        var limited = true;
        var bench = RingCentralBench.Create(c => limited && c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? new HttpAnswer(429, Encoding.UTF8.GetBytes("""{"errorCode":"CMN-301"}""")) { RetryAfter = retryAfter is { } s ? TimeSpan.FromSeconds(s) : null }
            : null);
        var error = await Assert.ThrowsAsync<PbxException>(() => bench.Driver.PrepareAsync(new LinkPlan(), default));
        Assert.Equal(TimeSpan.FromSeconds(wait), error.RetryAfter);
        limited = false;

        var next = bench.Driver.PrepareAsync(new LinkPlan(), default);
        bench.Host.ManualClock.Advance(TimeSpan.FromSeconds(wait - 1));
        Assert.Equal(1, SocketCalls(bench));
        await bench.AdvanceUntilAsync(next);

        Assert.Equal(2, SocketCalls(bench));
    }

    [Fact]
    public async Task Two_connections_of_a_user_keep_the_limit_together_and_another_user_is_not_held_up()
    {
        var first = RingCentralBench.Create();
        var second = first.Beside();
        var other = first.Beside(RingCentralBench.Options with { Jwt = new Secret("JWT-OTHER") });
        for (var i = 0; i < 3; i++)
            await first.Driver.PrepareAsync(new LinkPlan(), default);
        first.Host.ManualClock.Advance(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 2; i++)
            await second.Driver.PrepareAsync(new LinkPlan(), default);

        var sixth = second.Driver.PrepareAsync(new LinkPlan(), default);
        Assert.False(sixth.IsCompleted);
        Assert.Contains(second.Activity, l => l.StartsWith("Waiting 30.0 s", StringComparison.Ordinal));
        for (var i = 0; i < 5; i++)
            await other.Driver.PrepareAsync(new LinkPlan(), default);
        first.Host.ManualClock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((3, 2, 5), (SocketCalls(first), SocketCalls(second), SocketCalls(other)));
        await second.AdvanceUntilAsync(sixth);

        Assert.Equal(3, SocketCalls(second));
        Assert.Equal(2, first.Limiter.Count);
        first.Host.ManualClock.Advance(TimeSpan.FromMinutes(2));
        await first.Driver.PrepareAsync(new LinkPlan(), default);
        Assert.Equal(1, first.Limiter.Count);
    }

    [Fact]
    public async Task A_penalty_of_one_connection_holds_back_the_users_other_ones()
    {
        var first = RingCentralBench.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? new HttpAnswer(429, Encoding.UTF8.GetBytes("""{"errorCode":"CMN-301"}""")) { RetryAfter = TimeSpan.FromSeconds(25) } : null);
        var second = first.Beside();
        var other = first.Beside(RingCentralBench.Options with { Jwt = new Secret("JWT-OTHER") });
        await Assert.ThrowsAsync<PbxException>(() => first.Driver.PrepareAsync(new LinkPlan(), default));

        var held = second.Driver.PrepareAsync(new LinkPlan(), default);
        await other.Driver.PrepareAsync(new LinkPlan(), default);
        first.Host.ManualClock.Advance(TimeSpan.FromSeconds(24));
        Assert.Empty(second.Http.Calls);
        await second.AdvanceUntilAsync(held);

        Assert.Equal(2, second.Http.Calls.Count);
    }

    [Fact]
    public async Task What_was_acquired_is_given_back_and_a_ready_token_is_not()
    {
        var bench = RingCentralBench.Create();
        await bench.Driver.PrepareAsync(new LinkPlan(), default);
        await bench.Driver.ReleaseAsync(default);
        Assert.Equal("/restapi/oauth/revoke", bench.Http.Calls[^1].Uri.AbsolutePath);
        Assert.Equal("token=AT1", FakeHttp.BodyOf(bench.Http.Calls[^1]));

        var ready = RingCentralBench.Create(options: new PbxConnectOptions { Provider = "RingCentral", AccessToken = new Secret("AT0") });
        await ready.Driver.PrepareAsync(new LinkPlan(), default);
        await ready.Driver.ReleaseAsync(default);
        Assert.Equal("/restapi/oauth/wstoken", Assert.Single(ready.Http.Calls).Uri.AbsolutePath);
    }

    [Fact]
    public async Task A_token_provider_is_asked_for_every_link()
    {
        var asked = 0;
        var bench = RingCentralBench.Create(options: new PbxConnectOptions
        {
            Provider = "RingCentral",
            TokenProvider = _ => Task.FromResult(new Secret($"AT{++asked}")),
        });

        await bench.Driver.PrepareAsync(new LinkPlan(), default);
        var target = Assert.Single((await bench.Driver.PrepareAsync(new LinkPlan(ResumeToken: "WSC"), default)).Targets);

        Assert.Equal("Bearer AT2", bench.Http.Calls[1].Headers[0].Value);
        Assert.Contains("wsc=WSC", target.Uri.Query, StringComparison.Ordinal);
    }

    public static TheoryData<string, PbxConnectOptions> BadOptions => new()
    {
        { "-Jwt", new PbxConnectOptions { Provider = "RingCentral" } },
        { "-Jwt", RingCentralBench.Options with { AccessToken = new Secret("x") } },
        { "-ClientCredential", RingCentralBench.Options with { ClientId = null, ClientSecret = null } },
        { "-ClientCredential", new PbxConnectOptions { Provider = "RingCentral", AccessToken = new Secret("x"), ClientId = "app" } },
        { "-Credential", RingCentralBench.Options with { UserName = "other" } },
        { "-Sandbox", RingCentralBench.Options with { Sandbox = true, Server = "pbx.example.com" } },
        { "-RecoveryPath", RingCentralBench.Options with { RecoveryPath = "/no/such/folder/state.json" } },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Options_that_do_not_fit_are_told(string parameter, PbxConnectOptions options)
    {
        var error = Assert.Throws<PbxException>(() => RingCentralBench.Create(options: options));

        Assert.Equal((PbxErrorKind.InvalidOption, parameter), (error.Kind, error.Target));
    }

    [Fact]
    public void Either_credential_names_the_app() => Assert.NotNull(RingCentralBench.Create(options: RingCentralBench.Options with
    {
        ClientId = null, ClientSecret = null, UserName = "app-1", Password = new Secret("APP-SECRET"),
    }));

    [Theory]
    [InlineData("ws://ws.example.test/ws")]
    [InlineData("https://ws.example.test/ws")]
    [InlineData("nonsense")]
    public async Task A_socket_address_that_gives_up_tls_is_not_followed(string uri)
    {
        var bench = RingCentralBench.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? FakeHttp.Json(200, $$"""{"uri":"{{uri}}","ws_access_token":"WST1"}""") : null);

        Assert.Equal(PbxErrorKind.HandshakeFailed, (await Assert.ThrowsAsync<PbxException>(() => bench.Driver.PrepareAsync(new LinkPlan(), default))).Kind);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html>")]
    public async Task An_answer_without_a_token_is_told(string body)
    {
        var bench = RingCentralBench.Create(_ => FakeHttp.Json(200, body));

        Assert.Equal(PbxErrorKind.HandshakeFailed, (await Assert.ThrowsAsync<PbxException>(() => bench.Driver.PrepareAsync(new LinkPlan(), default))).Kind);
    }

    [Fact]
    public async Task The_calls_in_progress_are_found_by_presence_and_asked_for_one_by_one()
    {
        var bench = RingCentralBench.Create(c => c.Uri.AbsolutePath switch
        {
            "/restapi/v1.0/account/~/presence" => FakeHttp.Json(200, c.Uri.Query.Contains("page=1", StringComparison.Ordinal)
                ? """{"records":[{"activeCalls":[{"telephonySessionId":"s-2","telephonyStatus":"Ringing"},{"telephonySessionId":"s-0","telephonyStatus":"NoCall"}]}],"navigation":{"nextPage":{}}}"""
                : """{"records":[{"activeCalls":[{"telephonySessionId":"s-3"}]}]}"""),
            "/restapi/v1.0/account/~/telephony/sessions/s-1" => FakeHttp.Json(404, ""),
            "/restapi/v1.0/account/~/telephony/sessions/s-3" => FakeHttp.Json(500, ""),
            _ => null,
        });
        await bench.Driver.PrepareAsync(new LinkPlan(), default);

        var answers = new List<(string?, int)>();
        await foreach (var snapshot in bench.Driver.GetSnapshotsAsync(new SnapshotScope(true, [], ["s-1"]), default))
            answers.Add((snapshot.Key, snapshot.Payload.Length));

        Assert.Equal([("s-1", 0), ("s-2", 2)], answers);
    }

    private static int SocketCalls(RingCentralBench bench) => bench.Http.Calls.Count(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal));
}
