using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.PortSip;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>Addresses, dialects and what the options must hold: portsip.md sections 1 and 2.</summary>
public sealed class PortSipDriverTests
{
    private static PortSipDriver Driver(string? server = "pbx.test", string? dialect = null, string? domain = "example.io", string? user = "alice") =>
        new(new DriverContext(new PbxConnectOptions
        {
            Provider = "PortSIP",
            Server = server,
            Dialect = dialect,
            Domain = domain,
            UserName = user,
            Password = user is null ? null : new Secret("pw"),
        }, new FakeHttp(_ => new HttpAnswer(500, default)), _ => { }));

    private static async Task<IReadOnlyList<LinkTarget>> TargetsOf(PortSipDriver driver) =>
        (await driver.PrepareAsync(new LinkPlan(), CancellationToken.None)).Targets;

    [Theory]
    [InlineData("pbx.test", null, "wss://pbx.test:8887/wsi V22|wss://pbx.test:8885/ V16")]
    [InlineData("https://pbx.test", null, "wss://pbx.test:8887/wsi V22|wss://pbx.test:8885/ V16")]
    [InlineData("pbx.test:8885", null, "wss://pbx.test:8885/ V16")]
    [InlineData("pbx.test:8887", null, "wss://pbx.test:8887/wsi V22")]
    [InlineData("pbx.test:9000", null, "wss://pbx.test:9000/wsi V22|wss://pbx.test:9000/ V16")]
    [InlineData("https://pbx.test:443", null, "wss://pbx.test/wsi V22|wss://pbx.test/ V16")]
    [InlineData("http://127.0.0.1:5000", null, "ws://127.0.0.1:5000/wsi V22|ws://127.0.0.1:5000/ V16")]
    [InlineData("wss://proxy.test/pbx/wsi", null, "wss://proxy.test:8887/pbx/wsi V22")]
    [InlineData("wss://proxy.test:444/old", null, "wss://proxy.test:444/old V16")]
    [InlineData("[::1]", null, "wss://[::1]:8887/wsi V22|wss://[::1]:8885/ V16")]
    [InlineData("pbx.test", "v16", "wss://pbx.test:8885/ V16")]
    [InlineData("pbx.test", "V22", "wss://pbx.test:8887/wsi V22")]
    [InlineData("pbx.test:9000", "v16", "wss://pbx.test:9000/ V16")]
    [InlineData("pbx.test:8885", "v22", "wss://pbx.test:8885/wsi V22")]
    public async Task Port_and_dialect_are_found_by_trying_unless_they_are_named(string server, string? dialect, string expected)
    {
        var targets = await TargetsOf(Driver(server, dialect));

        Assert.Equal(expected, string.Join('|', targets.Select(t => $"{t.Uri} {t.Tag}")));
    }

    [Fact]
    public async Task Pings_go_out_every_20_to_25_seconds_and_two_without_an_answer_are_the_end()
    {
        foreach (var target in await TargetsOf(Driver()))
        {
            Assert.InRange(target.PingInterval!.Value, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(25));
            Assert.InRange(target.MaxSilence!.Value, 2 * target.PingInterval.Value, 3 * target.PingInterval.Value);
        }
    }

    [Fact]
    public async Task What_was_found_is_tried_first_the_next_time()
    {
        var driver = Driver();
        driver.Reached((await TargetsOf(driver))[1]);

        Assert.Equal(["V16", "V22"], (await TargetsOf(driver)).Select(t => t.Tag));
        Assert.Equal("pbx.test:8885", driver.Server);
    }

    [Fact]
    public void A_server_is_needed() => Assert.Equal("-Server", Assert.Throws<PbxException>(() => Driver(server: null)).Target);

    [Fact]
    public void A_credential_is_needed() => Assert.Equal("-Credential", Assert.Throws<PbxException>(() => Driver(user: null)).Target);

    [Fact]
    public void An_extension_needs_its_domain() =>
        Assert.Equal("-Domain", Assert.Throws<PbxException>(() => Driver(domain: null, user: "101")).Target);

    [Fact]
    public void A_dialect_that_is_none_is_refused() => Assert.Equal("-Dialect", Assert.Throws<PbxException>(() => Driver(dialect: "v12")).Target);

    [Fact]
    public void The_v16_dialect_has_no_system_administrator() =>
        Assert.Equal(PbxErrorKind.NotSupported, Assert.Throws<PbxException>(() => Driver(dialect: "v16", domain: null, user: "admin")).Kind);

    [Fact]
    public void An_option_that_means_nothing_here_is_refused()
    {
        var options = new PbxConnectOptions { Provider = "PortSIP", Server = "pbx.test", UserName = "alice", AccessToken = new Secret("t") };
        var fault = Assert.Throws<PbxException>(() => PbxClient.Start(options));
        Assert.Equal("-AccessToken", fault.Target);
    }

    [Fact]
    public void The_catalogue_has_all_events_with_topics_and_kinds()
    {
        var events = PbxProviders.Get("PortSIP").EventTypes;

        Assert.Equal(44, events.Count);
        Assert.Equal(PbxSubscriptionType.Call, events.Single(e => e.Name == "call_established").Subscription);
        Assert.Equal("cdr_events", events.Single(e => e.Name == "cdr_target_add").Topic);
        Assert.All(events.Where(e => e.Subscription is not null), e => Assert.Contains(e.Topic, PbxProviders.Get("PortSIP").Topics));
        Assert.All(events, e => Assert.NotEqual(PbxCategory.Unknown, e.Category));
        Assert.All(events, e => Assert.NotNull(e.Note));
    }
}
