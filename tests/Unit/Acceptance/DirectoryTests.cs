using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Simulator.PortSip;
using PbxEvents.Simulator.RingCentral;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.TelecomX;
using PbxEvents.Simulator.Yeastar;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Acceptance;

/// <summary>The names of extensions and queues, from each platform's directory to events and calls: client and simulator, over real sockets.</summary>
public sealed class DirectoryTests
{
    private const string NameOfQueue = "Queue 4020";

    /// <summary>More than a page of any platform.</summary>
    private const int Many = 1200;

    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(5) };

    /// <summary>The five platforms.</summary>
    public static TheoryData<string> Platforms => [.. OutcomeTable.Platforms];

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task Names_are_read_to_the_last_page_and_are_on_events_and_a_change_is_read_while_an_ended_call_keeps_its_name(string platform)
    {
        // A minute between two readings takes a tenth of one.
        var clock = new FastClock(10);
        await using var simulator = Simulate(platform, clock);
        simulator.Directory.Rename("1001", "Ann Smith");
        simulator.Directory.Rename("4020", "Sales");
        for (var i = 1; i <= Many; i++)
            simulator.Directory.Add($"{20_000 + i}", $"Person {i}");
        await using var client = await ConnectAsync(simulator, clock);
        await SubscribeAsync(client);
        if (platform != "OneCloud")
            await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Config }, Limits.Patience);
        var watch = new ClientWatch(client);
        await WaitForAsync(client, DirectoryKind.Queue, "Sales");
        Assert.Superset(
            new HashSet<string> { "Ann Smith", "Person 1", $"Person {Many}" }, client.GetNames(DirectoryKind.Extension).Select(n => n.Name).ToHashSet());

        var missed = await PlayAsync(simulator, watch, "Missed");
        Assert.Equal(("1001", "Ann Smith"), (missed.Call!.Extension, missed.Call.ExtensionName));
        Assert.All(watch.Seen.Where(e => e.Extension == "1001" && e.CallId == missed.CallId), e => Assert.Equal("Ann Smith", e.ExtensionName));
        Assert.All(missed.Call.Legs.Where(l => l.Extension == "1001"), l => Assert.Equal("Ann Smith", l.ExtensionName));
        var abandoned = await PlayAsync(simulator, watch, "QueueAbandoned");
        Assert.Equal(("4020", "Sales"), (abandoned.Call!.Queue, abandoned.Call.QueueName));
        Assert.All(watch.Seen.Where(e => e.Queue == "4020" && e.CallId == abandoned.CallId), e => Assert.Equal("Sales", e.QueueName));
        Assert.Equal("Sales", client.GetQueues().Single(q => q.Queue == "4020").Name);

        if (platform == "OneCloud")
            return;
        simulator.Directory.Rename("1001", "Ann Jones");
        await TellChangeAsync(simulator);
        await WaitForAsync(client, DirectoryKind.Extension, "Ann Jones");
        Assert.Equal("Ann Jones", (await PlayAsync(simulator, watch, "Missed")).Call!.ExtensionName);
        Assert.Equal("Ann Smith", client.GetCalls().Single(c => c.CallId == missed.CallId).ExtensionName);
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task A_right_that_is_missing_is_told_once_and_changes_nothing_else(string platform)
    {
        await using var simulator = Simulate(platform, TimeProvider.System);
        simulator.Directory.IsRefused = true;
        await using var client = await ConnectAsync(simulator, TimeProvider.System);
        await SubscribeAsync(client);
        var watch = new ClientWatch(client);
        await Until.TrueAsync(() => Refusals(client).Count == 2);
        var missed = await PlayAsync(simulator, watch, "Missed");
        Assert.Equal((PbxOutcome.Missed, null), (missed.Outcome, missed.Call!.ExtensionName));
        Assert.Equal(["the names of extensions", "the names of queues"], Refusals(client));
        Assert.Null(client.LastError);
        Assert.DoesNotContain(watch.Seen, e => e.Error is not null);
        Assert.Empty(client.GetNames(DirectoryKind.Extension));
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task A_platform_that_asks_for_fewer_requests_gets_a_pause_and_is_asked_again(string platform)
    {
        var clock = new FastClock(4);
        await using var simulator = Simulate(platform, clock);
        await using var client = await ConnectAsync(simulator, clock);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RateLimit) { Count = 1 });
        await WaitForAsync(client, DirectoryKind.Queue, NameOfQueue);
        await Until.TrueAsync(() => client.GetNames(DirectoryKind.Extension).Count > 0);
        Assert.Contains(simulator.Log.Of(SimulatorLogKind.Http), e => e.Text is "429" or "403");
    }

    [Fact]
    public async Task TelecomX_events_that_name_extensions_and_queues_by_id_have_their_names_and_the_events_own_queue_name_wins()
    {
        await using var simulator = (TelecomXSimulator)PbxSimulator.Start(new TelecomXSimulatorOptions { Provider = "TelecomX", UsesIds = true });
        simulator.Directory.Rename("1001", "Ann Smith");
        await using var client = await ConnectAsync(simulator, TimeProvider.System);
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, Limits.Patience);
        var watch = new ClientWatch(client);
        await WaitForAsync(client, DirectoryKind.Queue, NameOfQueue);
        var missed = await PlayAsync(simulator, watch, "Missed");
        Assert.Equal((24, "Ann Smith"), (missed.Call!.Extension!.Length, missed.Call.ExtensionName));
        Assert.Contains(client.GetNames(DirectoryKind.Extension), n => n.Key == missed.Call.Extension && n.Number == "1001");
        var queue = client.GetNames(DirectoryKind.Queue).Single();
        await simulator.SendEventAsync(
            "PBX", "CALL_START",
            $$"""{"sessionId":"s1","channel":"c1","leg":"I","direction":"I","caller":"+4511111111","queueId":"{{queue.Key}}","queueName":"Told by the event"}""");
        var start = await watch.WaitAsync(e => e.CallId == "s1", "call in a queue");
        Assert.Equal(("Told by the event", "Told by the event"), (start.QueueName, start.Call!.QueueName));
        Assert.Equal(NameOfQueue, queue.Name);
    }

    [Fact]
    public async Task RingCentral_a_party_that_names_its_extension_wins_over_the_directory()
    {
        await using var simulator = (RingCentralSimulator)PbxSimulator.Start(new SimulatorOptions { Provider = "RingCentral" });
        simulator.Directory.Rename("1001", "Ann Smith");
        await using var client = await ConnectAsync(simulator, TimeProvider.System);
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, Limits.Patience);
        var watch = new ClientWatch(client);
        await WaitForAsync(client, DirectoryKind.Extension, "Ann Smith");
        await simulator.SendNotificationAsync(
            "telephony/sessions",
            """
            {"sequence":1,"telephonySessionId":"s-1","sessionId":"1","eventTime":"2030-01-01T00:00:00.000Z","parties":[{"id":"p-2","extensionId":"1001",
            "direction":"Inbound","from":{"phoneNumber":"+12025550100"},"to":{"extensionId":"1001","extensionNumber":"101","name":"Ann at the desk"},
            "status":{"code":"Proceeding"},"missedCall":false}]}
            """,
            PbxCategory.Call, "1001");
        var ringing = await watch.WaitAsync(e => e.CallId == "s-1", "ringing party");
        Assert.Equal("Ann at the desk", ringing.Call!.Legs[0].ExtensionName);
        Assert.Equal("Ann at the desk", ringing.Call.ExtensionName);
    }

    [Fact]
    public async Task PortSip_a_queue_picture_that_has_the_name_wins_over_the_directory()
    {
        await using var simulator = (PortSipSimulator)PbxSimulator.Start(new SimulatorOptions { Provider = "PortSIP" });
        simulator.Directory.Rename("4020", "Sales");
        await using var client = await ConnectAsync(simulator, TimeProvider.System);
        var watch = new ClientWatch(client);
        await WaitForAsync(client, DirectoryKind.Queue, "Sales");
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }, Limits.Patience);
        await simulator.SendEventAsync(
            "queue_events", """{"event_type":"queue_status","queue_id":"1","queue_number":"4020","queue_name":"Told by the event","waiting_list":[],"agents":[]}""", ["4020"]);
        var told = await watch.WaitAsync(e => e.Raw.Contains("Told by the event", StringComparison.Ordinal), "picture of a queue");
        Assert.Equal("Told by the event", told.QueueName);
        Assert.Equal("Told by the event", client.GetQueues().Single(q => q.Queue == "4020").Name);
    }

    [Fact]
    public async Task OneCloud_a_user_whose_scope_sees_no_lists_is_told_so_without_asking()
    {
        await using var simulator = PbxSimulator.Start(new OneCloudSimulatorOptions { Provider = "OneCloud", Scope = "Basic User" });
        await using var client = await ConnectAsync(simulator, TimeProvider.System);
        await Until.TrueAsync(() => Refusals(client).Count == 2);
        Assert.DoesNotContain(simulator.Log.Of(SimulatorLogKind.Http), e => e.Name.EndsWith("/list", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_that_ends_at_once_has_asked_for_no_names()
    {
        await using var simulator = Simulate("PortSIP", TimeProvider.System);
        await using (var client = await ConnectAsync(simulator, TimeProvider.System))
            await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, Limits.Patience);
        Assert.DoesNotContain(simulator.Log.Of(SimulatorLogKind.Http), e => e.Name.Contains("/api/", StringComparison.Ordinal));
    }

    private static PbxSimulator Simulate(string platform, TimeProvider clock) => PbxSimulator.Start(new SimulatorOptions { Provider = platform, Clock = clock });

    private static async Task<PbxClient> ConnectAsync(PbxSimulator simulator, TimeProvider clock)
    {
        var client = PbxClient.Start(AcceptanceScript.OptionsOf(simulator) with { Transport = new TransportOptions { Clock = clock }, Timeout = TimeSpan.FromSeconds(300) });
        await client.WaitUntilConnectedAsync(Limits.Patience);
        return client;
    }

    private static async Task SubscribeAsync(PbxClient client)
    {
        string[] extensions = client.Provider is "OneCloud" or "PortSIP" ? ["1001", "1002"] : [];
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = extensions }, Limits.Patience);
        if (client.Provider != "RingCentral")
            await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }, Limits.Patience);
    }

    /// <summary>The platform's own event that says that something was renamed.</summary>
    private static Task<SimulatorLogEntry> TellChangeAsync(PbxSimulator simulator) => simulator switch
    {
        TelecomXSimulator telecomX => telecomX.SendEventAsync("CONFIG", "EMPLOYEE_UPDATED"),
        PortSipSimulator portSip => portSip.SendEventAsync("extension_management_events", """{"event_type":"extension_updated","extension_number":"1001"}"""),
        RingCentralSimulator ringCentral => ringCentral.SendNotificationAsync("extension", """{"extensions":[{"extensionId":"1001","eventType":"Update"}]}""", PbxCategory.Config),
        YeastarSimulator yeastar => yeastar.SendEventAsync(30022, """{"extension":"1001"}"""),
        _ => throw new InvalidOperationException($"{simulator.Provider} tells no change."),
    };

    private static async Task<PbxEvent> PlayAsync(PbxSimulator simulator, ClientWatch watch, string scenario) =>
        await watch.EndAsync(Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience)).CallId);

    private static IReadOnlyList<string> Refusals(PbxClient client)
    {
        const string Begin = "Continuing without ";
        var position = 0L;
        return [.. client.Activity.Read(ref position).Select(l => l.Text).Where(t => t.StartsWith(Begin, StringComparison.Ordinal)).Select(t => t[Begin.Length..t.IndexOf(':', StringComparison.Ordinal)])];
    }

    private static Task WaitForAsync(PbxClient client, DirectoryKind kind, string name) => Until.TrueAsync(() => client.GetNames(kind).Any(n => n.Name == name));
}
