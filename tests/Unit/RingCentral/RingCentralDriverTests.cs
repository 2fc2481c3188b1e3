using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>ringcentral.md sections 1 to 4 and 9: what goes over HTTP.</summary>
public sealed class RingCentralDriverTests
{
    private static readonly string[] Secrets = ["APP-SECRET", "JWT-SECRET", "AT1", "RT1", "WST1", "WSC"];

    public static TheoryData<string, PbxConnectOptions> BadOptions => new()
    {
        { "-Jwt", new PbxConnectOptions { Provider = "RingCentral" } },
        { "-Jwt", RingCentralDriverRig.Options with { AccessToken = new Secret("x") } },
        { "-ClientCredential", RingCentralDriverRig.Options with { ClientId = null, ClientSecret = null } },
        { "-ClientCredential", new PbxConnectOptions { Provider = "RingCentral", AccessToken = new Secret("x"), ClientId = "app" } },
        { "-Credential", RingCentralDriverRig.Options with { UserName = "other" } },
        { "-Sandbox", RingCentralDriverRig.Options with { Sandbox = true, Server = "pbx.example.com" } },
    };

    [Fact]
    public async Task The_jwt_is_exchanged_and_a_socket_token_asked_for()
    {
        var rig = RingCentralDriverRig.Create();

        var (target, _) = await rig.PrepareAsync();

        var (grant, socket) = (rig.Http.Calls[0], rig.Http.Calls[1]);
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
        var rig = RingCentralDriverRig.Create();

        var (target, _) = await rig.PrepareAsync(rig.Lost("a+b/c="));

        Assert.EndsWith("?access_token=WST1&wsc=a%2Bb%2Fc%3D", target.Uri.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_the_recovery_time_it_connects_afresh()
    {
        var rig = RingCentralDriverRig.Create();
        var lost = rig.Lost();

        rig.Clock.Advance(TimeSpan.FromSeconds(179));
        Assert.Contains("wsc=WSC", (await rig.PrepareAsync(lost)).Target.Uri.Query, StringComparison.Ordinal);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain("wsc=", (await rig.PrepareAsync(lost)).Target.Uri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_of_another_grant_is_not_asked_for_again_either()
    {
        var rig = RingCentralDriverRig.Create(c => FakeHttp.BodyOf(c).StartsWith("grant_type=refresh", StringComparison.Ordinal)
            ? FakeHttp.Json(400, "{}") : null);
        await rig.PrepareAsync();
        var lost = rig.Lost();
        await rig.Driver.RenewCredentialAsync(default);

        for (var attempt = 1; attempt <= 2; attempt++)
            Assert.DoesNotContain("wsc=", (await rig.PrepareAsync(lost)).Target.Uri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_earlier_process_left_is_offered_until_a_link_opens()
    {
        var options = RingCentralDriverRig.Options with { StatePath = "state.json" };
        var before = RingCentralDriverRig.Create(options: options);
        var bench = new RingCentralBench(before.Driver);
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        bench.Open(ticket: (await before.PrepareAsync()).Ticket);
        bench.Details();
        bench.Reply(200, RingCentralBench.Subscription("sub-1", RingCentralBench.Calls));
        await before.AdvanceUntilAsync(before.Driver.ReleaseAsync(default));
        Assert.True(before.Driver.KeysVersion > 0);
        var keys = before.Driver.ExportKeys(before.Clock.GetUtcNow());
        var rig = before.Beside(options);
        rig.Driver.ImportKeys(keys);

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var (target, ticket) = await rig.PrepareAsync();
            Assert.Contains("wsc=WSC1", target.Uri.Query, StringComparison.Ordinal);
            Assert.Equal("sub-1", ticket.Inherited!.Wire!.Id);
        }
        rig.Driver.Reached(RingCentralBench.Target);
        var (later, none) = await rig.PrepareAsync();

        Assert.DoesNotContain("wsc=", later.Uri.Query, StringComparison.Ordinal);
        Assert.Null(none.Inherited);
        Assert.DoesNotContain(rig.Http.Calls, c => c.Uri.AbsolutePath == "/restapi/oauth/token");
    }

    [Fact]
    public void Where_the_call_log_was_read_to_is_kept_from_process_to_process()
    {
        var rig = RingCentralDriverRig.Create();
        Assert.DoesNotContain("callLog", rig.Driver.ExportKeys(rig.Clock.GetUtcNow()).Keys);
        var kept = $$"""{"Token":"T1","ReadAt":"{{rig.Clock.GetUtcNow():O}}"}""";
        rig.Driver.ImportKeys(new Dictionary<string, string> { ["callLog"] = kept });
        Assert.Contains("T1", rig.Driver.ExportKeys(rig.Clock.GetUtcNow())["callLog"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"Token\":null}")]
    public async Task What_an_earlier_process_left_and_nobody_can_read_is_passed_over(string session)
    {
        var rig = RingCentralDriverRig.Create(options: RingCentralDriverRig.Options with { StatePath = "state.json" });
        rig.Driver.ImportKeys(new Dictionary<string, string> { ["session"] = session });

        Assert.DoesNotContain("wsc=", (await rig.PrepareAsync()).Target.Uri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_process_knows_the_older_ids_of_the_calls_that_were_heard_of_lately()
    {
        var now = new DateTimeOffset(2030, 1, 1, 9, 0, 0, TimeSpan.Zero);
        var (ids, next) = (new LiveCallIds(10), new LiveCallIds(10));
        ids.Add("1", "s-1", now);
        ids.Add("2", "s-2", now.AddHours(1));
        next.Restore(ids.Keep(now.AddMinutes(1)));
        Assert.Equal((null, "s-2"), (next.Find("1"), next.Find("2")));
        foreach (var bad in (string[])["", "{}", "[null,{}]", "null"])
            next.Restore(bad);
        Assert.Equal("s-2", next.Find("2"));
    }

    [Fact]
    public void The_older_ids_of_calls_that_a_killed_process_had_only_in_its_journal_are_learnt_from_the_events()
    {
        var (bench, next) = (RingCentralBench.Ready(), RingCentralDriverRig.Create().Driver);
        bench.Notify("/restapi/v1.0/account/1000/telephony/sessions", """
            {"sequence":1,"sessionId":"500001","telephonySessionId":"s-1","eventTime":"2030-01-01T00:00:01.000Z",
             "parties":[{"id":"p-1","direction":"Inbound","status":{"code":"Proceeding"}}]}
            """);
        foreach (var e in bench.Host.Events)
            next.Recall(e);
        next.Recall(new PbxEvent { Category = PbxCategory.Call, CallId = "s-2", Payload = "no JSON"u8.ToArray() });
        Assert.Equal("s-1", bench.SessionIds.Find("500001"));
        var kept = new LiveCallIds(10);
        kept.Restore(next.ExportKeys(DateTimeOffset.MinValue.AddDays(1))["calls"]);
        Assert.Equal("s-1", kept.Find("500001"));
    }

    [Fact]
    public void Another_jwt_or_app_is_another_account_and_shows_no_secret()
    {
        var options = RingCentralDriverRig.Options;
        string[] accounts =
        [
            AccountOf(options), AccountOf(options with { Jwt = new Secret("other") }), AccountOf(options with { ClientId = "app-2" }),
        ];
        Assert.Equal(3, accounts.Distinct().Count());
        Assert.Equal(accounts[0], AccountOf(options));
        Assert.DoesNotContain(accounts, a => a.Contains(options.Jwt!.Reveal(), StringComparison.Ordinal));

        static string AccountOf(PbxConnectOptions options) => RingCentralDriverRig.Create(options: options).Driver.Account;
    }

    [Fact]
    public async Task The_sandbox_is_another_host()
    {
        var rig = RingCentralDriverRig.Create(options: RingCentralDriverRig.Options with { Sandbox = true });

        await rig.PrepareAsync();

        Assert.Equal("platform.devtest.ringcentral.com", rig.Driver.Server);
        Assert.All(rig.Http.Calls, c => Assert.Equal("platform.devtest.ringcentral.com", c.Uri.Host));
    }

    [Fact]
    public async Task An_app_without_a_secret_names_itself_in_the_body()
    {
        var rig = RingCentralDriverRig.Create(options: RingCentralDriverRig.Options with { ClientSecret = null });

        await rig.PrepareAsync();

        Assert.EndsWith("&client_id=app-1", FakeHttp.BodyOf(rig.Http.Calls[0]), StringComparison.Ordinal);
        Assert.Empty(rig.Http.Calls[0].Headers);
    }

    [Fact]
    public async Task A_token_near_its_end_is_refreshed_in_the_same_session()
    {
        var rig = RingCentralDriverRig.Create();
        await rig.PrepareAsync();
        rig.Clock.Advance(TimeSpan.FromMinutes(59));

        var (target, ticket) = await rig.PrepareAsync(rig.Lost());

        Assert.Equal("grant_type=refresh_token&refresh_token=RT1", FakeHttp.BodyOf(rig.Http.Calls[2]));
        Assert.Equal(1, ticket.Grant);
        Assert.Contains("wsc=WSC", target.Uri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_refresh_is_a_new_grant_and_no_recovery()
    {
        var rig = RingCentralDriverRig.Create(c => FakeHttp.BodyOf(c).StartsWith("grant_type=refresh", StringComparison.Ordinal)
            ? FakeHttp.Json(400, """{"errorCode":"OAU-210"}""") : null);
        await rig.PrepareAsync();
        rig.Clock.Advance(TimeSpan.FromMinutes(59));

        var (target, ticket) = await rig.PrepareAsync(rig.Lost());

        Assert.Equal(2, ticket.Grant);
        Assert.DoesNotContain("wsc=", target.Uri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_without_an_answer_is_tried_three_times_before_a_new_grant()
    {
        var rig = RingCentralDriverRig.Create(c => FakeHttp.BodyOf(c).StartsWith("grant_type=refresh", StringComparison.Ordinal) ? FakeHttp.Json(500, "") : null);
        await rig.PrepareAsync();

        var renewal = rig.Driver.RenewCredentialAsync(default);
        Assert.Equal(3, rig.Http.Calls.Count);
        await rig.AdvanceUntilAsync(renewal);

        Assert.Equal(3, rig.Http.Calls.Count(c => FakeHttp.BodyOf(c).StartsWith("grant_type=refresh", StringComparison.Ordinal)));
        Assert.Equal(2, ((RingCentralTicket)await renewal).Grant);
    }

    [Fact]
    public async Task A_socket_token_that_the_access_token_does_not_get_is_asked_for_once_more()
    {
        var refused = 0;
        var rig = RingCentralDriverRig.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal) && refused++ == 0
            ? FakeHttp.Json(401, """{"errorCode":"OAU-128"}""") : null);

        await rig.PrepareAsync();

        Assert.Equal(["token", "wstoken", "token", "wstoken"], rig.Http.Calls.Select(c => c.Uri.Segments[^1]));
    }

    [Fact]
    public async Task A_socket_token_that_is_refused_twice_is_fatal()
    {
        var rig = RingCentralDriverRig.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? FakeHttp.Json(401, """{"errors":[{"errorCode":"OAU-128","message":"expired"}]}""") : null);

        var error = await Assert.ThrowsAsync<PbxException>(() => rig.PrepareAsync());

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
        var rig = RingCentralDriverRig.Create(_ => FakeHttp.Json(status, $$"""{"errorCode":"{{code}}","message":"words"}"""));

        var error = await Assert.ThrowsAsync<PbxException>(() => rig.PrepareAsync());

        Assert.Equal((kind, code, isPermanent), (error.Kind, error.Code, error.IsPermanent));
        Assert.Single(rig.Http.Calls);
        Assert.DoesNotContain(Secrets, s => error.ToString().Contains(s, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403, "CMN-401", PbxErrorKind.PermissionDenied)]
    [InlineData(404, "CMN-102", PbxErrorKind.HandshakeFailed)]
    public async Task A_refused_socket_token_is_not_asked_for_again(int status, string code, PbxErrorKind kind)
    {
        var rig = RingCentralDriverRig.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? FakeHttp.Json(status, $$"""{"errorCode":"{{code}}"}""") : null);

        var error = await Assert.ThrowsAsync<PbxException>(() => rig.PrepareAsync());

        Assert.Equal((kind, true), (error.Kind, error.IsPermanent));
    }

    [Fact]
    public async Task No_more_than_five_socket_tokens_a_minute_are_asked_for()
    {
        var rig = RingCentralDriverRig.Create();
        for (var i = 0; i < 5; i++)
            await rig.PrepareAsync();

        var sixth = rig.PrepareAsync();
        rig.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(5, SocketCalls(rig));
        await rig.AdvanceUntilAsync(sixth);

        Assert.Equal(6, SocketCalls(rig));
    }

    [Theory]
    [InlineData(25, 25)]
    [InlineData(null, 60)]
    public async Task Nothing_is_asked_for_during_a_penalty(int? retryAfter, int wait)
    {
        var limited = true;
        var rig = RingCentralDriverRig.Create(c => limited && c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? new HttpAnswer(429, Encoding.UTF8.GetBytes("""{"errorCode":"CMN-301"}""")) { RetryAfter = retryAfter is { } s ? TimeSpan.FromSeconds(s) : null }
            : null);
        var error = await Assert.ThrowsAsync<PbxException>(() => rig.PrepareAsync());
        Assert.Equal(TimeSpan.FromSeconds(wait), error.RetryAfter);
        limited = false;

        var next = rig.PrepareAsync();
        rig.Clock.Advance(TimeSpan.FromSeconds(wait - 1));
        Assert.Equal(1, SocketCalls(rig));
        await rig.AdvanceUntilAsync(next);

        Assert.Equal(2, SocketCalls(rig));
    }

    [Fact]
    public async Task Two_connections_of_a_user_keep_the_limit_together_and_another_user_is_not_held_up()
    {
        var first = RingCentralDriverRig.Create();
        var second = first.Beside();
        var other = first.Beside(RingCentralDriverRig.Options with { Jwt = new Secret("JWT-OTHER") });
        for (var i = 0; i < 3; i++)
            await first.PrepareAsync();
        first.Clock.Advance(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 2; i++)
            await second.PrepareAsync();

        var sixth = second.PrepareAsync();
        Assert.False(sixth.IsCompleted);
        Assert.Contains(second.Activity, l => l.StartsWith("Waiting 30.0 s", StringComparison.Ordinal));
        for (var i = 0; i < 5; i++)
            await other.PrepareAsync();
        first.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((3, 2, 5), (SocketCalls(first), SocketCalls(second), SocketCalls(other)));
        await second.AdvanceUntilAsync(sixth);

        Assert.Equal(3, SocketCalls(second));
        Assert.Equal(2, first.Groups.Auth.Count);
        first.Clock.Advance(TimeSpan.FromMinutes(2));
        await first.PrepareAsync();
        Assert.Equal(1, first.Groups.Auth.Count);
    }

    [Fact]
    public async Task A_penalty_of_one_connection_holds_back_the_users_other_ones()
    {
        var first = RingCentralDriverRig.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? new HttpAnswer(429, Encoding.UTF8.GetBytes("""{"errorCode":"CMN-301"}""")) { RetryAfter = TimeSpan.FromSeconds(25) } : null);
        var second = first.Beside();
        var other = first.Beside(RingCentralDriverRig.Options with { Jwt = new Secret("JWT-OTHER") });
        await Assert.ThrowsAsync<PbxException>(() => first.PrepareAsync());

        var held = second.PrepareAsync();
        await other.PrepareAsync();
        first.Clock.Advance(TimeSpan.FromSeconds(24));
        Assert.Empty(second.Http.Calls);
        await second.AdvanceUntilAsync(held);

        Assert.Equal(2, second.Http.Calls.Count);
    }

    [Fact]
    public async Task What_was_acquired_is_given_back_and_a_ready_token_is_not()
    {
        var rig = RingCentralDriverRig.Create();
        await rig.PrepareAsync();
        await rig.Driver.ReleaseAsync(default);
        Assert.Equal("/restapi/oauth/revoke", rig.Http.Calls[^1].Uri.AbsolutePath);
        Assert.Equal("token=AT1", FakeHttp.BodyOf(rig.Http.Calls[^1]));

        var ready = RingCentralDriverRig.Create(options: new PbxConnectOptions { Provider = "RingCentral", AccessToken = new Secret("AT0") });
        await ready.PrepareAsync();
        await ready.Driver.ReleaseAsync(default);
        Assert.Equal("/restapi/oauth/wstoken", Assert.Single(ready.Http.Calls).Uri.AbsolutePath);
    }

    [Fact]
    public async Task A_token_provider_is_asked_for_every_link()
    {
        var asked = 0;
        var rig = RingCentralDriverRig.Create(options: new PbxConnectOptions
        {
            Provider = "RingCentral",
            TokenProvider = _ => Task.FromResult(new Secret($"AT{++asked}")),
        });

        await rig.PrepareAsync();
        var (target, _) = await rig.PrepareAsync(rig.Lost());

        Assert.Equal("Bearer AT2", rig.Http.Calls[1].Headers[0].Value);
        Assert.Contains("wsc=WSC", target.Uri.Query, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Options_that_do_not_fit_are_told(string parameter, PbxConnectOptions options)
    {
        var error = Assert.Throws<PbxException>(() => RingCentralDriverRig.Create(options: options));

        Assert.Equal((PbxErrorKind.InvalidOption, parameter), (error.Kind, error.Target));
    }

    [Fact]
    public void Either_credential_names_the_app() => Assert.NotNull(RingCentralDriverRig.Create(options: RingCentralDriverRig.Options with
    {
        ClientId = null,
        ClientSecret = null,
        UserName = "app-1",
        Password = new Secret("APP-SECRET"),
    }));

    [Theory]
    [InlineData("ws://ws.example.test/ws")]
    [InlineData("https://ws.example.test/ws")]
    [InlineData("nonsense")]
    public async Task A_socket_address_that_gives_up_tls_is_not_followed(string uri)
    {
        var rig = RingCentralDriverRig.Create(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal)
            ? FakeHttp.Json(200, $$"""{"uri":"{{uri}}","ws_access_token":"WST1"}""") : null);

        Assert.Equal(PbxErrorKind.HandshakeFailed, (await Assert.ThrowsAsync<PbxException>(() => rig.PrepareAsync())).Kind);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html>")]
    public async Task An_answer_without_a_token_is_told(string body)
    {
        var rig = RingCentralDriverRig.Create(_ => FakeHttp.Json(200, body));

        Assert.Equal(PbxErrorKind.HandshakeFailed, (await Assert.ThrowsAsync<PbxException>(() => rig.PrepareAsync())).Kind);
    }

    [Fact]
    public async Task The_calls_in_progress_are_found_by_presence_and_asked_for_one_by_one()
    {
        var rig = RingCentralDriverRig.Create(c => c.Uri.AbsolutePath switch
        {
            "/restapi/v1.0/account/~/presence" => FakeHttp.Json(200, c.Uri.Query.Contains("page=1", StringComparison.Ordinal)
                ? """{"records":[{"activeCalls":[{"telephonySessionId":"s-2","telephonyStatus":"Ringing"},{"telephonySessionId":"s-0","telephonyStatus":"NoCall"}]}],"navigation":{"nextPage":{}}}"""
                : """{"records":[{"activeCalls":[{"telephonySessionId":"s-3"}]}]}"""),
            "/restapi/v1.0/account/~/telephony/sessions/s-1" => FakeHttp.Json(404, ""),
            "/restapi/v1.0/account/~/telephony/sessions/s-3" => FakeHttp.Json(500, ""),
            _ => null,
        });
        await rig.PrepareAsync();

        var answers = new List<(string?, int)>();
        await foreach (var snapshot in rig.Driver.GetSnapshotsAsync(new SnapshotScope(true, [], ["s-1"]), default))
            answers.Add((snapshot.Key, snapshot.Payload.Length));

        Assert.Equal([("s-1", 0), ("s-2", 2)], answers);
    }

    private static int SocketCalls(RingCentralDriverRig rig) => rig.Http.Calls.Count(c => c.Uri.AbsolutePath.EndsWith("wstoken", StringComparison.Ordinal));
}
