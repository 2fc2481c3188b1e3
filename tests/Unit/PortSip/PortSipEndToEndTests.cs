using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.PortSip;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>The client against the simulator in its three versions, over real sockets.</summary>
public sealed class PortSipEndToEndTests
{
    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };

    private static readonly PbxSubscriptionFilter Calls = new() { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002"], Queue = ["4020"] };

    public static TheoryData<PortSipVersion, string, PbxOutcome> Scenarios
    {
        get
        {
            var data = new TheoryData<PortSipVersion, string, PbxOutcome>();
            foreach (var version in Enum.GetValues<PortSipVersion>())
            {
                foreach (var (scenario, outcome) in ((string, PbxOutcome)[])
                [
                    ("Answered", PbxOutcome.Answered), ("Missed", PbxOutcome.Missed), ("Cancelled", PbxOutcome.Missed),
                    ("Busy", PbxOutcome.Busy), ("Rejected", PbxOutcome.Rejected), ("AnsweredElsewhere", PbxOutcome.Answered),
                    ("Transferred", PbxOutcome.Transferred), ("AttendedTransfer", PbxOutcome.Transferred), ("Held", PbxOutcome.Answered),
                    ("QueueAnswered", PbxOutcome.Answered), ("QueueAbandoned", PbxOutcome.Abandoned), ("Menu", PbxOutcome.Answered),
                    ("MissedAfterMenu", PbxOutcome.Missed), ("Internal", PbxOutcome.Answered), ("Outbound", PbxOutcome.Answered),
                    ("Failed", PbxOutcome.Failed), ("AllBusy", PbxOutcome.Busy), ("MenuAbandoned", PbxOutcome.Missed),
                    ("MobileAnswered", PbxOutcome.Answered), ("ForwardedAnswered", PbxOutcome.Answered), ("ForwardedMissed", PbxOutcome.Missed),
                    ("PickedUp", PbxOutcome.Answered), ("InternalMissed", PbxOutcome.Missed), ("OutboundCancelled", PbxOutcome.Failed),
                    ("OutboundBusy", PbxOutcome.Busy), ("HiddenCaller", PbxOutcome.Missed), ("NoCallee", PbxOutcome.Missed),
                ])
                {
                    data.Add(version, scenario, outcome);
                }
            }
            return data;
        }
    }

    private static PortSipSimulator Start(PortSipVersion version = PortSipVersion.V22, Func<PortSipSimulatorOptions, PortSipSimulatorOptions>? change = null)
    {
        var options = new PortSipSimulatorOptions { Provider = "PortSIP", Version = version };
        return (PortSipSimulator)PbxSimulator.Start(change?.Invoke(options) ?? options);
    }

    private static PbxConnectOptions OptionsOf(PortSipSimulator simulator) => new()
    {
        Provider = "PortSIP",
        Server = simulator.Server.ToString(),
        Domain = simulator.Domain,
        UserName = simulator.UserName,
        Password = new Secret(simulator.Password),
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static async Task<PbxClient> ConnectAsync(PortSipSimulator simulator, params PbxSubscriptionFilter[] filters)
    {
        var client = await PbxClient.ConnectAsync(OptionsOf(simulator), Limits.Patience);
        foreach (var filter in filters)
            await client.SubscribeAsync(filter, Limits.Patience);
        return client;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Every_scenario_ends_once_with_its_outcome_in_every_version(PortSipVersion version, string scenario, PbxOutcome outcome)
    {
        await using var simulator = Start(version);
        await using var client = await ConnectAsync(simulator, Calls);
        var watch = new ClientWatch(client);
        var call = Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience));
        var end = await watch.EndAsync(call.CallId);

        Assert.Equal(outcome, end.Outcome);
        Assert.Equal("call_cdr", end.Name);
        await simulator.SendEventAsync("cdr_events", """{"event_type":"last"}""");
        await watch.WaitAsync(e => e.Name == "last", "last event");
        Assert.Equal(1, watch.Seen.Count(e => e.CallId == call.CallId && e.IsCallNews && e.CallState == PbxCallState.Ended));
        Assert.Single(client.GetCalls());
        Assert.Equal(0, client.Dropped);

        // What was sent came, each message once; a message about several callers would be several events.
        await Task.WhenAll(simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.Settled)).InTime();
        var sent = simulator.Log.Of(SimulatorLogKind.Event).Where(e => e.WrittenTo.Count > 0 && !e.Name.EndsWith("_status", StringComparison.Ordinal)).Select(e => e.Name);
        Assert.Equal(sent, watch.Seen.Where(e => e.Category != PbxCategory.Connection && !e.Name.EndsWith("_status", StringComparison.Ordinal)).Select(e => e.Name));
    }

    [Theory]
    [InlineData(PortSipVersion.V22)]
    [InlineData(PortSipVersion.V162)]
    [InlineData(PortSipVersion.V160)]
    public async Task Without_extensions_the_records_tell_the_calls(PortSipVersion version)
    {
        await using var simulator = Start(version);
        await using var client = await ConnectAsync(simulator, new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        var watch = new ClientWatch(client);
        foreach (var (scenario, outcome) in ((string, PbxOutcome)[])
            [("Answered", PbxOutcome.Answered), ("Menu", PbxOutcome.Answered), ("MissedAfterMenu", PbxOutcome.Missed), ("Transferred", PbxOutcome.Transferred)])
        {
            var call = Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience));
            Assert.Equal(outcome, (await watch.EndAsync(call.CallId)).Outcome);
        }
    }

    [Theory]
    [InlineData(PortSipVersion.V22)]
    [InlineData(PortSipVersion.V162)]
    [InlineData(PortSipVersion.V160)]
    public async Task Calls_that_overlap_keep_their_own_outcomes(PortSipVersion version)
    {
        await using var simulator = Start(version);
        await using var client = await ConnectAsync(simulator, Calls);
        var watch = new ClientWatch(client);
        var overlap = Pace with { Pace = TimeSpan.FromMilliseconds(20), Count = 8, Interval = TimeSpan.FromMilliseconds(30) };
        var plays = ((string Scenario, PbxOutcome Outcome)[])
            [("Answered", PbxOutcome.Answered), ("QueueAbandoned", PbxOutcome.Abandoned), ("Transferred", PbxOutcome.Transferred)];
        var calls = await Task.WhenAll(plays.Select(p => simulator.PlayAsync(p.Scenario, overlap, Limits.Patience)));
        await simulator.SendEventAsync("cdr_events", """{"event_type":"last"}""");
        await watch.WaitAsync(e => e.Name == "last", "last event");

        var outcomes = client.GetCalls().ToDictionary(c => c.CallId, c => c.Outcome);
        Assert.Equal(24, outcomes.Count);
        foreach (var (play, played) in plays.Zip(calls))
            Assert.All(played, c => Assert.Equal(play.Outcome, outcomes[c.CallId]));
    }

    [Fact]
    public async Task Devices_that_come_with_the_records_change_no_outcome()
    {
        await using var simulator = Start(change: o => o with { SendsTargets = true });
        await using var client = await ConnectAsync(simulator, Calls);
        var watch = new ClientWatch(client);
        foreach (var (scenario, outcome) in ((string, PbxOutcome)[])
            [("AnsweredElsewhere", PbxOutcome.Answered), ("Missed", PbxOutcome.Missed), ("Transferred", PbxOutcome.Transferred)])
        {
            var call = Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience));
            Assert.Equal(outcome, (await watch.EndAsync(call.CallId)).Outcome);
        }
        var elsewhere = client.GetCalls()[0];
        Assert.Equal("1002", elsewhere.AnsweredBy);
        Assert.Equal(2, elsewhere.Legs.Count(l => l.Outcome == PbxOutcome.AnsweredElsewhere));
        Assert.Equal(4, elsewhere.Legs.Count);
    }

    [Theory]
    [InlineData(PortSipVersion.V22, "/wsi")]
    [InlineData(PortSipVersion.V160, "/")]
    public async Task The_dialect_is_found_by_trying(PortSipVersion version, string path)
    {
        await using var simulator = Start(version);
        await using var client = await ConnectAsync(simulator);
        Assert.Equal(PbxConnectionState.Connected, client.State);
        Assert.Equal($"GET {path}", simulator.Log.Of(SimulatorLogKind.Http)[^1].Name);
    }

    [Fact]
    public async Task A_named_dialect_is_not_left()
    {
        await using var simulator = Start(PortSipVersion.V160);
        var fault = await Assert.ThrowsAsync<PbxException>(() => PbxClient.ConnectAsync(OptionsOf(simulator) with { Dialect = "v22" }, Limits.Patience));
        Assert.Equal("404", fault.Code);
    }

    [Fact]
    public async Task An_extension_and_a_system_administrator_log_in_too()
    {
        await using var simulator = Start();
        var extension = OptionsOf(simulator) with { UserName = "1001", Password = new Secret(simulator.ExtensionPassword) };
        await using (var client = await PbxClient.ConnectAsync(extension, Limits.Patience))
            Assert.Equal(PbxConnectionState.Connected, client.State);

        var system = OptionsOf(simulator) with { Domain = null, UserName = simulator.SystemUserName, Password = new Secret(simulator.SystemPassword) };
        await using var admin = await PbxClient.ConnectAsync(system, Limits.Patience);
        await admin.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Tenant = [simulator.TenantId] }, Limits.Patience);
        var watch = new ClientWatch(admin);
        var call = Assert.Single(await simulator.PlayAsync("QueueAnswered", Pace, Limits.Patience));
        var end = await watch.EndAsync(call.CallId);

        Assert.Equal(PbxOutcome.Answered, end.Outcome);
        Assert.Equal(("global_cdr_events", simulator.TenantId), (end.Topic, end.Tenant));
    }

    [Fact]
    public async Task A_refused_login_is_never_repeated()
    {
        await using var simulator = Start();
        var fault = await Assert.ThrowsAsync<PbxException>(() =>
            PbxClient.ConnectAsync(OptionsOf(simulator) with { Password = new Secret("wrong") }, Limits.Patience));
        Assert.Equal(PbxErrorKind.CredentialRefused, fault.Kind);

        await using var client = await ConnectAsync(simulator, Calls);
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(PortSipSimulator.RefuseLoginFault));
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));
        await watch.ConnectionAsync(nameof(PbxConnectionState.Faulted));

        Assert.Equal(PbxErrorKind.CredentialRefused, client.LastError!.Kind);
        Assert.Equal(2, simulator.Log.Of(SimulatorLogKind.AuthenticationRefused).Count);
    }

    [Fact]
    public async Task A_refused_subscription_is_an_error_that_names_the_right()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RefuseSubscribe));
        var fault = await Assert.ThrowsAsync<PbxException>(() =>
            client.SubscribeAsync(new PbxSubscriptionFilter { Topic = ["cdr_events"] }, Limits.Patience));

        Assert.Equal(PbxErrorKind.SubscriptionRefused, fault.Kind);
        Assert.Contains("permission denied", fault.Message, StringComparison.Ordinal);
        Assert.Empty(client.Subscriptions);
    }

    [Fact]
    public async Task A_server_that_answers_no_subscription_confirms_with_its_first_picture()
    {
        await using var simulator = Start(change: o => o with { AnswersCommands = false });
        await using var client = await ConnectAsync(simulator);
        var subscription = await client.SubscribeAsync(
            new PbxSubscriptionFilter { Topic = ["queue_events", "extension_events"], Queue = ["4020"], Extension = ["1001"] }, Limits.Patience);

        Assert.Equal(PbxSubscriptionState.Active, subscription.State);
        Assert.Contains("queue_status", subscription.Confirmation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PortSipVersion.V22)]
    [InlineData(PortSipVersion.V160)]
    public async Task After_a_restart_everything_is_subscribed_once_and_pictures_are_no_news(PortSipVersion version)
    {
        await using var simulator = Start(version);
        await using var client = await ConnectAsync(simulator, Calls);
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.FromMilliseconds(300) });
        var gap = await watch.ConnectionAsync("Gap");
        await watch.ConnectionAsync("Connected");

        Assert.Equal(PbxGapReason.LinkLost, gap.Gap!.Reason);
        var last = simulator.Log.Of(SimulatorLogKind.Connected)[^1].Link;
        Assert.Equal(["cdr_events", "extension_events 1001,1002", "queue_events 4020"],
            simulator.Log.Of(SimulatorLogKind.Subscribed).Where(e => e.Link == last).Select(e => e.Name).Order(StringComparer.Ordinal));
        var call = Assert.Single(await simulator.PlayAsync("Answered", Pace, Limits.Patience));
        Assert.Equal(PbxOutcome.Answered, (await watch.EndAsync(call.CallId)).Outcome);
        var pictures = watch.Seen.Where(e => e.Name is "queue_status" or "extension_status").ToArray();
        Assert.NotEmpty(pictures);
        Assert.All(pictures, e => Assert.True(e.Synthesized && !e.IsCallNews));
    }

    [Theory]
    [InlineData(PortSipVersion.V22)]
    [InlineData(PortSipVersion.V162)]
    [InlineData(PortSipVersion.V160)]
    public async Task Everything_sent_twice_comes_once(PortSipVersion version)
    {
        await using var simulator = Start(version);
        await using var client = await ConnectAsync(simulator, Calls);
        var watch = new ClientWatch(client);

        // What follows the subscription tells no time, so a double of it would be the same state again.
        foreach (var (topic, picture) in new[] { ("extension_events", "extension_status"), ("queue_events", "queue_status") })
        {
            var isSent = simulator.Subscriptions.Any(s => s.Topic.StartsWith(topic, StringComparison.Ordinal))
                && (topic == "queue_events" || version != PortSipVersion.V160);
            if (isSent)
                await (await simulator.Log.WaitAsync(e => e.Name == picture, Limits.Patience)).Settled.InTime();
        }
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Duplicate) { Count = 1000 });
        var call = Assert.Single(await simulator.PlayAsync("QueueAnswered", Pace, Limits.Patience));
        await watch.EndAsync(call.CallId);

        // What is written before the last event is read before it, its doubles too.
        await Task.WhenAll(simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.Settled)).InTime();
        simulator.ClearFaults();
        await simulator.SendEventAsync("cdr_events", """{"event_type":"last"}""");
        await watch.WaitAsync(e => e.Name == "last", "last event");
        var sent = simulator.Log.Of(SimulatorLogKind.Event).Where(e => e.WrittenTo.Count == 2).ToArray();
        Assert.NotEmpty(sent);
        Assert.Equal(sent.Length, client.Dropped);
    }

    [Fact]
    public async Task Garbage_is_counted_and_costs_nothing_else()
    {
        await using var simulator = Start();
        await using var client = await ConnectAsync(simulator, Calls);
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Malformed));
        var call = Assert.Single(await simulator.PlayAsync("Answered", Pace, Limits.Patience));

        Assert.Equal(PbxOutcome.Answered, (await watch.EndAsync(call.CallId)).Outcome);
        Assert.Equal(0, client.ReconnectCount);
        Assert.True(client.Dropped > 10);
    }

    [Fact]
    public async Task Registration_presence_and_agents_arrive_with_what_they_are_about()
    {
        foreach (var version in Enum.GetValues<PortSipVersion>())
        {
            await using var simulator = Start(version);
            await using var client = await ConnectAsync(simulator,
                new PbxSubscriptionFilter { Topic = ["extension_events", "queue_events"], Extension = ["1001"], Queue = ["4020"] });
            var watch = new ClientWatch(client);
            foreach (var scenario in (string[])["Registration", "Presence", "Agent"])
                await simulator.PlayAsync(scenario, Pace, Limits.Patience);
            await simulator.SendEventAsync("queue_events", """{"event_type":"last"}""");
            await watch.WaitAsync(e => e.Name == "last", "last event");
            var news = watch.Seen.Where(e => !e.Synthesized && e.Extension == "1001").ToArray();

            // Signing on is no news for a phone that the picture showed as signed on.
            Assert.Equal(version == PortSipVersion.V160 ? 2 : 1, news.Count(e => e.Category == PbxCategory.Registration));
            Assert.Equal(3, news.Count(e => e.Category == PbxCategory.Presence));
            Assert.Equal(4, news.Count(e => e.Name == "queue_agent_status"));
            Assert.All(news.Where(e => e.Category == PbxCategory.Agent), e => Assert.Equal("4020", e.Queue));
        }
    }

    [Fact]
    public async Task A_certificate_of_its_own_can_be_pinned_and_is_told_when_it_is_not()
    {
        await using var simulator = Start(PortSipVersion.V160, o => o with { UseTls = true });
        var fault = await Assert.ThrowsAsync<PbxException>(() => PbxClient.ConnectAsync(OptionsOf(simulator), Limits.Patience));
        Assert.Equal(PbxErrorKind.TlsFailed, fault.Kind);

        var options = OptionsOf(simulator);
        options = options with { Transport = options.Transport with { CertificateThumbprint = simulator.CertificateThumbprint } };
        await using var client = await PbxClient.ConnectAsync(options, Limits.Patience);
        Assert.Equal(PbxConnectionState.Connected, client.State);
    }
}
