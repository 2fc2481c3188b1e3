using System.Net.Sockets;
using System.Net.WebSockets;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.SocketIo;
using PbxEvents.Simulator.TelecomX;

namespace PbxEvents.Tests.Unit.Simulator;

public sealed class PbxSimulatorTests
{
    private static readonly ScenarioOptions Fast = new() { Pace = TimeSpan.Zero };

    [Fact]
    public async Task It_listens_on_loopback_only_and_tells_what_connects_to_it()
    {
        await using var simulator = PbxSimulator.Start(new SimulatorOptions { Provider = "telecomx", UserName = "me", Password = "secret", Domain = "c1" });
        Assert.Equal("127.0.0.1", simulator.Server.Host);
        Assert.Equal("http", simulator.Server.Scheme);
        Assert.Equal("TelecomX me secret c1", $"{simulator.Provider} {simulator.UserName} {simulator.Password} {simulator.Domain}");
        Assert.Null(simulator.CertificateThumbprint);
        Assert.Contains("TelecomX", PbxSimulators.Names);
    }

    [Fact]
    public async Task TLS_is_made_on_request()
    {
        await using var simulator = PbxSimulator.Start(new SimulatorOptions { Provider = "TelecomX", UseTls = true });
        Assert.Equal("https", simulator.Server.Scheme);
        Assert.Matches("^[0-9A-F]{40}$", simulator.CertificateThumbprint!);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_run()
    {
        var runs = new List<string>();
        foreach (var seed in new[] { 7, 7, 8 })
        {
            await using var simulator = Start(seed);
            var calls = await simulator.PlayAsync("QueueAnswered", Fast with { Count = 3 });
            Assert.Equal(3, calls.Select(c => c.CallId).Distinct().Count());
            runs.Add(string.Join('|', simulator.Log.Of(SimulatorLogKind.Event).Select(e => $"{e.Name} {e.EventId} {e.CallId}")) + simulator.AccessToken + simulator.Password);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
    }

    [Fact]
    public async Task Calls_overlap_when_the_interval_is_shorter_than_a_call()
    {
        await using var simulator = Start();
        var most = 0;
        simulator.Log.Added += _ => most = Math.Max(most, simulator.ActiveCalls.Count);
        var calls = await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(100), Count = 10, Interval = TimeSpan.FromMilliseconds(1) });
        Assert.Equal(10, calls.Count);
        Assert.Equal(Enumerable.Range(1, 10), calls.Select(c => c.Number));
        Assert.All(calls, c => Assert.Equal(PbxOutcome.Missed, c.Outcome));
        Assert.True(most > 1, $"at most {most} calls at a time");
        Assert.Empty(simulator.ActiveCalls);
    }

    [Theory]
    [InlineData("Answered", PbxOutcome.Answered)]
    [InlineData("Missed", PbxOutcome.Missed)]
    [InlineData("Cancelled", PbxOutcome.Missed)]
    [InlineData("Busy", PbxOutcome.Busy)]
    [InlineData("Rejected", PbxOutcome.Rejected)]
    [InlineData("Transferred", PbxOutcome.Answered)]
    [InlineData("AttendedTransfer", PbxOutcome.Answered)]
    [InlineData("QueueAnswered", PbxOutcome.Answered)]
    [InlineData("QueueAbandoned", PbxOutcome.Abandoned)]
    [InlineData("Voicemail", PbxOutcome.Voicemail)]
    [InlineData("MissedAfterMenu", PbxOutcome.Missed)]
    [InlineData("Failed", PbxOutcome.Failed)]
    public async Task A_call_tells_what_became_of_it(string scenario, PbxOutcome outcome)
    {
        await using var simulator = Start();
        var call = Assert.Single(await simulator.PlayAsync(scenario, Fast));
        Assert.Equal(outcome, call.Outcome);
        Assert.All(call.Legs, l => Assert.Equal(PbxCallState.Ended, l.State));
        Assert.NotNull(call.EndedAt);
    }

    [Fact]
    public async Task Unknown_names_are_clear_errors()
    {
        await using var simulator = Start();
        Assert.Equal("Nope", (await Assert.ThrowsAsync<PbxException>(() => simulator.PlayAsync("Nope"))).Target);
        Assert.Equal("Nope", (await Assert.ThrowsAsync<PbxException>(() => simulator.InjectAsync(new SimulatorFault("Nope")))).Target);
        Assert.Equal("Nope", Assert.Throws<PbxException>(() => PbxSimulator.Start(new SimulatorOptions { Provider = "Nope" })).Target);
    }

    [Fact]
    public async Task Every_named_fault_takes_hold()
    {
        await using var simulator = Start();
        foreach (var name in simulator.FaultNames)
            await simulator.InjectAsync(new SimulatorFault(name)).InTime();
        Assert.Equal(simulator.FaultNames, simulator.Log.Of(SimulatorLogKind.Fault).Select(e => e.Name));
        simulator.ClearFaults();
        using var client = await RawSocketIo.JoinAsync(simulator.Server);
    }

    [Fact]
    public async Task The_log_says_who_got_an_event_and_who_lost_it()
    {
        await using var f = new TelecomXFixture();
        var nobody = await f.Simulator.SendEventAsync("PBX", "SWITCH");
        await nobody.Settled.InTime();
        Assert.Empty(nobody.WrittenTo);
        Assert.Empty(nobody.LostOn);

        using var one = await f.ConnectAsync("PBX");
        using var two = await f.ConnectAsync("PBX");
        var both = await f.Simulator.SendEventAsync("PBX", "SWITCH", """{"name":"x"}""");
        await both.Settled.InTime();
        Assert.Equal([1, 2], both.WrittenTo.Order());

        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.HalfOpen) { Link = 1 });
        var half = await f.Simulator.SendEventAsync("PBX", "SWITCH");
        await half.Settled.InTime();
        Assert.Equal([2], half.WrittenTo);
        Assert.Equal([1], half.LostOn);
        Assert.Equal(Enumerable.Range(1, (int)f.Simulator.Log.Count), f.Simulator.Log.Entries.Select(e => (int)e.Number));
    }

    [Fact]
    public async Task Drop_ends_every_link_and_is_logged()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        Assert.Equal(1, f.Simulator.LinkCount);
        await f.Simulator.InjectAsync(new SimulatorFault("drop"));
        await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAsync);
        await f.Simulator.Log.WaitAsync(e => e is { Kind: SimulatorLogKind.Disconnected, Link: 1 }).InTime();
        Assert.Equal(0, f.Simulator.LinkCount);
        using var again = await f.ConnectAsync("PBX");
    }

    [Fact]
    public async Task HalfOpen_leaves_links_up_and_new_ones_work()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.HalfOpen));
        await f.Simulator.PlayAsync("Missed", Fast);
        var waiting = client.ReceiveAsync();
        using var again = await f.ConnectAsync("PBX");
        await f.Simulator.PlayAsync("Missed", Fast);
        await again.EventAsync("PBX");
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_half_open_session_over_polling_gets_no_answer_any_more()
    {
        await using var f = new TelecomXFixture();
        using var http = new HttpClient { BaseAddress = f.Simulator.Server };
        var hello = await http.GetStringAsync(new Uri("/socket.io/?EIO=3&transport=polling", UriKind.Relative), Limits.Patience);
        var at = hello.IndexOf("\"sid\":\"", StringComparison.Ordinal) + 7;
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.HalfOpen));
        var poll = http.GetAsync(new Uri($"/socket.io/?EIO=3&transport=polling&sid={hello[at..(at + 20)]}", UriKind.Relative), Limits.Patience);
        await Assert.ThrowsAsync<TimeoutException>(() => poll.WaitAsync(TimeSpan.FromMilliseconds(500)));
    }

    [Fact]
    public async Task Delay_holds_events_back_and_keeps_their_order()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Delay) { Duration = TimeSpan.FromMilliseconds(400) });
        var started = DateTime.UtcNow;
        for (var i = 0; i < 20; i++)
            await f.Simulator.SendEventAsync("PBX", "SWITCH", $$"""{"value":{{i}}}""");
        for (var i = 0; i < 20; i++)
            Assert.Equal(i, (await client.EventAsync("PBX")).GetProperty("value").GetInt32());
        Assert.True(DateTime.UtcNow - started >= TimeSpan.FromMilliseconds(390));
    }

    [Fact]
    public async Task Duplicate_sends_the_next_events_twice()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Duplicate) { Count = 2 });
        for (var i = 0; i < 3; i++)
            await f.Simulator.SendEventAsync("PBX", "SWITCH", $$"""{"value":{{i}}}""");
        foreach (var expected in new[] { 0, 0, 1, 1, 2 })
            Assert.Equal(expected, (await client.EventAsync("PBX")).GetProperty("value").GetInt32());

        // The client can have read a copy before the log has noted that it was written.
        await Task.WhenAll(f.Simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.Settled)).InTime();
        Assert.Equal([2, 2, 1], f.Simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.WrittenTo.Count));
    }

    [Fact]
    public async Task Malformed_sends_at_least_thirty_kinds_and_the_link_goes_on()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Malformed));
        Assert.True(SocketIoGarbage.Texts.Distinct().Count() >= 30);
        foreach (var text in SocketIoGarbage.Texts)
            Assert.Equal(text, await client.ReceiveAsync());
        await f.Simulator.SendEventAsync("PBX", "SWITCH");
        Assert.StartsWith("42[\"PBX\",{\"event\":\"SWITCH\"", await client.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokenFraming_breaks_the_WebSocket_itself()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.BrokenFraming));
        await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAsync);
    }

    [Fact]
    public async Task Restart_forgets_sessions_refuses_meanwhile_and_comes_back_on_its_port()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.FromMilliseconds(500) });
        await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAsync);
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            var refusal = await Assert.ThrowsAsync<SocketException>(async () => await socket.ConnectAsync("127.0.0.1", f.Simulator.Server.Port, Limits.Patience));
            Assert.Equal(SocketError.ConnectionRefused, refusal.SocketErrorCode);
        }

        await f.Simulator.Log.WaitAsync(e => e is { Kind: SimulatorLogKind.Server, Name: "up" }).InTime();
        using var again = await f.ConnectAsync("PBX");
    }

    [Fact]
    public async Task Stop_stays_down_although_a_restart_was_under_way_until_the_faults_are_cleared()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.FromMilliseconds(200) });
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Stop));
        await f.Simulator.Log.WaitAsync(e => e is { Kind: SimulatorLogKind.Server, Name: "stays down" }).InTime();
        await Assert.ThrowsAsync<WebSocketException>(() => RawSocketIo.OpenAsync(f.Simulator.Server, 4));
        f.Simulator.ClearFaults();
        using var client = await f.ConnectAsync();
    }

    [Fact]
    public async Task Refuse_resets_the_next_connections()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Refuse) { Count = 1 });
        await Assert.ThrowsAsync<WebSocketException>(() => RawSocketIo.OpenAsync(f.Simulator.Server, 4));
        using var client = await f.ConnectAsync();
        Assert.Single(f.Simulator.Log.Of(SimulatorLogKind.Refused));
    }

    [Fact]
    public async Task RateLimit_answers_429_with_a_time()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RateLimit) { Count = 1 });
        Assert.Equal(429, (int)(await f.LogInAsync()).Status);
        Assert.Equal(200, (int)(await f.LogInAsync()).Status);
    }

    [Theory]
    [InlineData(SimulatorFaults.SilentSubscribe)]
    [InlineData(SimulatorFaults.RefuseSubscribe)]
    public async Task A_subscription_can_be_left_unanswered(string fault)
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync();
        await f.Simulator.InjectAsync(new SimulatorFault(fault));
        await client.EmitAsync("subscribe", new { type = "PBX", customer = f.Simulator.Domain });
        await client.EmitAsync("subscribe", new { type = "CALL", customer = f.Simulator.Domain });
        Assert.Equal("CALL", (await client.EventAsync("subscribed")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_subscription_can_be_answered_late()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync();
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateSubscribe) { Duration = TimeSpan.FromMilliseconds(500) });
        await client.EmitAsync("subscribe", new { type = "PBX", customer = f.Simulator.Domain });
        await client.EmitAsync("subscribe", new { type = "CALL", customer = f.Simulator.Domain });
        Assert.Equal("CALL", (await client.EventAsync("subscribed")).GetProperty("type").GetString());
        Assert.Equal("PBX", (await client.EventAsync("subscribed")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task The_log_forgets_the_oldest_and_keeps_counting()
    {
        await using var simulator = PbxSimulator.Start(new SimulatorOptions { Provider = "TelecomX", LogSize = 10 });
        await simulator.PlayAsync("Answered", Fast with { Count = 5 });
        Assert.Equal(10, simulator.Log.Entries.Count);
        Assert.Equal(simulator.Log.Count, simulator.Log.Entries[^1].Number);
    }

    [Fact]
    public async Task Its_end_stops_scenarios_and_leaves_no_link()
    {
        var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        using var idle = await RawSocketIo.OpenAsync(f.Simulator.Server, 3);
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.FromHours(1) });
        var playing = f.Simulator.PlayAsync("Answered", new ScenarioOptions { Pace = TimeSpan.FromHours(1) });
        await f.DisposeAsync().AsTask().InTime();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing.InTime());
        Assert.Equal(0, f.Simulator.LinkCount);
        Assert.Equal("ended", f.Simulator.Log.Entries[^1].Name);
        await f.Simulator.DisposeAsync();
    }

    [Fact]
    public async Task Ten_thousand_events_arrive_in_order_on_two_links()
    {
        const int Count = 10_000;
        await using var f = new TelecomXFixture();
        using var one = await f.ConnectAsync("PBX");
        using var two = await f.ConnectAsync("PBX");
        var reading = Task.WhenAll(ReadAsync(one), ReadAsync(two));
        for (var i = 0; i < Count; i++)
            await f.Simulator.SendEventAsync("PBX", "SWITCH", $$"""{"value":{{i}}}""");
        await reading.InTime();
        var events = f.Simulator.Log.Of(SimulatorLogKind.Event).ToArray();

        // The clients can have read the last one before the log has noted that it was written.
        await Task.WhenAll(events.Select(e => e.Settled)).InTime();
        Assert.All(events, e => Assert.Equal(2, e.WrittenTo.Count));

        static async Task ReadAsync(RawSocketIo client)
        {
            for (var i = 0; i < Count; i++)
                Assert.Equal(i, (await client.EventAsync("PBX")).GetProperty("value").GetInt32());
        }
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_and_does_not_hold_up_the_others()
    {
        await using var f = new TelecomXFixture(new TelecomXSimulatorOptions { Provider = "TelecomX", SlowClientTimeout = TimeSpan.FromMilliseconds(500) });
        using var stuck = await f.ConnectAsync("PBX");
        using var other = await f.ConnectAsync("PBX");
        var reading = ReadAsync();
        var text = new string('x', 10_000);
        var dropped = f.Simulator.Log.WaitAsync(e => e is { Kind: SimulatorLogKind.Unexpected, Name: "slow client", Link: 1 });
        var sent = 0;
        for (; !dropped.IsCompleted; sent++)
            await f.Simulator.SendEventAsync("PBX", "SWITCH", $$"""{"value":"{{text}}"}""").InTime();
        await f.Simulator.SendEventAsync("PBX", "VARIABLE", "{}");
        Assert.Equal(sent, await reading.InTime());

        async Task<int> ReadAsync()
        {
            var read = 0;
            for (; (await other.EventAsync("PBX")).GetProperty("event").GetString() != "VARIABLE"; read++)
            {
            }

            return read;
        }
    }

    private static TelecomXSimulator Start(int seed = 1) =>
        (TelecomXSimulator)PbxSimulator.Start(new SimulatorOptions { Provider = "TelecomX", Seed = seed });
}
