using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Yeastar;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>Tokens: yeastar.md sections 3 and 8, rows A to E and I.</summary>
public sealed class YeastarTokenTests
{
    private static readonly LinkPlan Renewing = new(RenewCredential: true);
    private readonly YeastarDriverRig _rig = new();

    private async Task<IReadOnlyList<LinkTarget>> PrepareAsync(YeastarDriver? driver = null, LinkPlan? plan = null) =>
        (await (driver ?? _rig.Driver).PrepareAsync(plan ?? new LinkPlan(), CancellationToken.None)).Targets;

    private static string TokenOf(IReadOnlyList<LinkTarget> targets) => targets[0].Uri.Query["?access_token=".Length..];

    private async Task<PbxException> RefusedAsync(int code, string text)
    {
        _rig.Answer = _ => YeastarDriverRig.Refuse(code, text);
        return await Assert.ThrowsAsync<PbxException>(() => PrepareAsync());
    }

    [Fact]
    public async Task Sends_client_id_and_raw_secret_as_username_and_password()
    {
        await PrepareAsync();
        var call = Assert.Single(_rig.Http.Calls);
        Assert.Equal("POST", call.Method);
        Assert.Equal("https://pbx.test/openapi/v1.0/get_token", call.Uri.AbsoluteUri);
        Assert.Equal("application/json", call.ContentType);
        Assert.Equal("""{"username":"client","password":"s3cret"}""", FakeHttp.BodyOf(call));
    }

    [Theory]
    [InlineData(1, "", PbxErrorKind.CredentialRefused)]
    [InlineData(10001, "INTERFACE NOT EXISTED", PbxErrorKind.NotSupported)]
    [InlineData(10004, "TOKEN EXPIRED", PbxErrorKind.CredentialRefused)]
    [InlineData(40002, "PARAMETER ERROR", PbxErrorKind.RequestRefused)]
    [InlineData(70004, "ACCOUNT IP BLOCKED", PbxErrorKind.AddressBlocked)]
    [InlineData(70087, "IP FORBIDDEN", PbxErrorKind.AddressBlocked)]
    public async Task Http_200_with_an_errcode_that_retrying_cannot_change_stops_at_once(int code, string text, PbxErrorKind kind)
    {
        var e = await RefusedAsync(code, text);
        Assert.Equal(kind, e.Kind);
        Assert.True(e.IsPermanent);
        Assert.Equal(code.ToString(), e.Code);
        Assert.NotEmpty(e.Advice);
        Assert.DoesNotContain("s3cret", e.Message + e.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_tokens_waits_half_an_hour_and_is_no_end()
    {
        var e = await RefusedAsync(60002, "MAX LIMITATION EXCEEDED");
        Assert.Equal(PbxErrorKind.TokenLimit, e.Kind);
        Assert.False(e.IsPermanent);
        Assert.Equal(TimeSpan.FromMinutes(30), e.RetryAfter);
    }

    [Fact]
    public async Task While_the_token_limit_stands_nobody_of_this_process_asks_again()
    {
        await RefusedAsync(60002, "MAX LIMITATION EXCEEDED");
        _rig.Clock.Advance(TimeSpan.FromMinutes(10));
        _rig.Answer = _rig.DefaultAnswer;
        var e = await Assert.ThrowsAsync<PbxException>(() => PrepareAsync(_rig.NewDriver()));
        Assert.Equal(PbxErrorKind.TokenLimit, e.Kind);
        Assert.Equal(TimeSpan.FromMinutes(20), e.RetryAfter);
        Assert.Single(_rig.Http.Calls);
        _rig.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("AT1", TokenOf(await PrepareAsync()));
    }

    [Fact]
    public async Task A_wrong_secret_is_tried_once_however_many_connections_have_it()
    {
        await RefusedAsync(1, "");
        for (var i = 0; i < 5; i++)
            Assert.Equal(PbxErrorKind.CredentialRefused, (await Assert.ThrowsAsync<PbxException>(() => PrepareAsync(_rig.NewDriver()))).Kind);
        Assert.Single(_rig.Http.Calls);
    }

    [Fact]
    public async Task An_unknown_errcode_is_told_and_not_repeated_soon()
    {
        var e = await RefusedAsync(99999, "SOMETHING");
        Assert.Equal(PbxErrorKind.ServerError, e.Kind);
        Assert.False(e.IsPermanent);
        Assert.True(e.RetryAfter >= TimeSpan.FromMinutes(1));
        Assert.Contains("SOMETHING", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "<html></html>")]
    [InlineData(200, "<html></html>")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"status":"Success","token":"T"}""")]
    [InlineData(200, """{"errcode":0,"errmsg":"SUCCESS"}""")]
    public async Task What_is_no_PBX_is_told_apart_from_a_refusal(int status, string body)
    {
        _rig.Answer = _ => FakeHttp.Json(status, body);
        var e = await Assert.ThrowsAsync<PbxException>(() => PrepareAsync());
        Assert.Equal(PbxErrorKind.HandshakeFailed, e.Kind);
        Assert.Contains("8088", e.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_port_that_was_not_named_advises_to_name_one()
    {
        _rig.Answer = _ => throw new PbxException(PbxErrorKind.ConnectionRefused, "refused", "check");
        var e = await Assert.ThrowsAsync<PbxException>(() => PrepareAsync());
        Assert.Equal(PbxErrorKind.ConnectionRefused, e.Kind);
        Assert.Contains("pbx.test:8088", e.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_connections_share_one_token_and_the_last_one_gives_it_back()
    {
        var other = _rig.NewDriver();
        Assert.Equal("AT1", TokenOf(await PrepareAsync()));
        Assert.Equal("AT1", TokenOf(await PrepareAsync(other)));
        Assert.Equal(["get_token"], _rig.Functions);

        await _rig.Driver.ReleaseAsync(CancellationToken.None);
        Assert.Equal(["get_token"], _rig.Functions);
        await other.ReleaseAsync(CancellationToken.None);
        Assert.Equal(["get_token", "del_token"], _rig.Functions);
        Assert.Equal("GET", _rig.Http.Calls[1].Method);
        Assert.Equal("?access_token=AT1", _rig.Http.Calls[1].Uri.Query);
        Assert.Equal(0, _rig.Tokens.Count);
    }

    [Fact]
    public async Task Giving_back_twice_revokes_once()
    {
        await PrepareAsync();
        await _rig.Driver.ReleaseAsync(CancellationToken.None);
        await _rig.Driver.ReleaseAsync(CancellationToken.None);
        Assert.Equal(["get_token", "del_token"], _rig.Functions);
    }

    [Fact]
    public async Task A_token_that_has_expired_is_not_given_back()
    {
        await PrepareAsync();
        _rig.Clock.Advance(TimeSpan.FromSeconds(1800));
        await _rig.Driver.ReleaseAsync(CancellationToken.None);
        Assert.Equal(["get_token"], _rig.Functions);
    }

    [Fact]
    public async Task Another_secret_shares_nothing()
    {
        await PrepareAsync();
        var options = _rig.Options with { Password = new Secret("other") };
        var other = new YeastarDriver(new DriverContext(options, _rig.Http, _ => { }), _rig.Tokens);
        Assert.Equal("AT2", TokenOf(await PrepareAsync(other)));
    }

    [Fact]
    public async Task Token_calls_go_out_one_at_a_time()
    {
        var http = new SlowHttp();
        var drivers = Enumerable.Range(0, 8).Select(_ => new YeastarDriver(new DriverContext(_rig.Options, http, _ => { }), _rig.Tokens)).ToArray();
        var attempts = drivers.Select(d => Task.Run(() => d.PrepareAsync(new LinkPlan(), CancellationToken.None))).ToArray();
        await http.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        http.Go.TrySetResult();
        await Task.WhenAll(attempts).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, http.Count);
    }

    [Fact]
    public async Task A_token_is_refreshed_with_the_newest_refresh_token_and_not_fetched_again()
    {
        await PrepareAsync();
        Assert.Equal("AT2", TokenOf(await PrepareAsync(plan: new LinkPlan(IsRotation: true))));
        Assert.Equal("AT3", TokenOf(await PrepareAsync(plan: new LinkPlan(IsRotation: true))));
        Assert.Equal(["get_token", "refresh_token", "refresh_token"], _rig.Functions);
        Assert.Equal("""{"refresh_token":"RT1"}""", FakeHttp.BodyOf(_rig.Http.Calls[1]));
        Assert.Equal("""{"refresh_token":"RT2"}""", FakeHttp.BodyOf(_rig.Http.Calls[2]));
    }

    [Fact]
    public async Task A_token_that_another_connection_has_renewed_is_taken_as_it_is()
    {
        var other = _rig.NewDriver();
        await PrepareAsync();
        await PrepareAsync(other);
        await PrepareAsync(plan: Renewing);
        Assert.Equal("AT2", TokenOf(await PrepareAsync(other, Renewing)));
        Assert.Equal(["get_token", "refresh_token"], _rig.Functions);
    }

    [Fact]
    public async Task A_token_past_80_percent_of_the_received_life_is_renewed_before_a_link_is_opened_with_it()
    {
        await PrepareAsync();
        _rig.Clock.Advance(TimeSpan.FromSeconds(1439));
        Assert.Equal("AT1", TokenOf(await PrepareAsync()));
        _rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("AT2", TokenOf(await PrepareAsync()));
    }

    [Fact]
    public async Task A_refused_refresh_gets_one_fresh_token()
    {
        await PrepareAsync();
        _rig.Answer = call => call.Uri.AbsolutePath.EndsWith("refresh_token", StringComparison.Ordinal)
            ? YeastarDriverRig.Refuse(10004, "TOKEN EXPIRED")
            : _rig.DefaultAnswer(call);
        Assert.Equal("AT2", TokenOf(await PrepareAsync(plan: Renewing)));
        Assert.Equal(["get_token", "refresh_token", "get_token"], _rig.Functions);
    }

    [Fact]
    public async Task A_block_that_the_refresh_meets_is_not_tried_with_the_secret_too()
    {
        await PrepareAsync();
        _rig.Answer = _ => YeastarDriverRig.Refuse(70004, "ACCOUNT IP BLOCKED");
        await Assert.ThrowsAsync<PbxException>(() => PrepareAsync(plan: Renewing));
        Assert.Equal(["get_token", "refresh_token"], _rig.Functions);
    }

    [Fact]
    public async Task A_dead_refresh_token_is_not_even_tried()
    {
        await PrepareAsync();
        _rig.Clock.Advance(TimeSpan.FromSeconds(86400));
        await PrepareAsync();
        Assert.Equal(["get_token", "get_token"], _rig.Functions);
    }

    [Fact]
    public void Server_client_id_and_secret_are_needed()
    {
        Assert.Equal("-Server", Refused(_rig.Options with { Server = null }));
        Assert.Equal("-Credential", Refused(_rig.Options with { UserName = null }));
        Assert.Equal("-Credential", Refused(_rig.Options with { Password = null }));

        string? Refused(PbxConnectOptions options) =>
            Assert.Throws<PbxException>(() => new YeastarDriver(new DriverContext(options, _rig.Http, _ => { }), _rig.Tokens)).Target;
    }

    [Fact]
    public void Pauses_begin_with_two_seconds_and_grow_to_sixty()
    {
        var backoff = _rig.Driver.Backoff;
        Assert.Equal([2, 4, 8, 16, 32, 60, 60], Enumerable.Range(1, 7).Select(n => (int)Math.Ceiling(backoff.Delay(n, 0.999, null).TotalSeconds)));
    }

    private sealed class SlowHttp : IHttpClient
    {
        private int _count;

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count => _count;

        public async Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            Asked.TrySetResult();
            await Go.Task;
            return new HttpAnswer(200, Encoding.UTF8.GetBytes("""{"errcode":0,"access_token":"AT1","access_token_expire_time":"1800"}"""));
        }
    }
}
