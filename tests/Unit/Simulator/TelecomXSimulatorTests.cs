using System.Net;
using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.TelecomX;

namespace PbxEvents.Tests.Unit.Simulator;

public sealed class TelecomXSimulatorTests
{
    private static readonly ScenarioOptions Fast = new() { Pace = TimeSpan.Zero };

    [Fact]
    public async Task Login_tells_token_customer_and_level()
    {
        await using var f = new TelecomXFixture();
        var (status, body) = await f.LogInAsync();
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(15, body.GetProperty("expiresInMinutes").GetDouble());
        Assert.Equal(f.Simulator.Domain, body.GetProperty("customer").GetString());
        Assert.Equal(f.Simulator.Employee, body.GetProperty("employee").GetString());
        Assert.Equal("MANAGER", body.GetProperty("accessLevel").GetString());
        Assert.Matches("^[0-9a-f]{24}$", f.Simulator.Domain);

        var (_, byGet) = await f.GetAsync($"/auth/login?username={f.Simulator.UserName}&password={f.Simulator.Password}&persist=true");
        Assert.Equal(-1, byGet.GetProperty("expiresInMinutes").GetDouble());
        Assert.Equal(HttpStatusCode.OK, (await f.GetAsync($"/auth/validateToken?simple=true&token={byGet.GetProperty("token")}")).Status);
    }

    [Fact]
    public async Task A_login_is_refused_for_a_wrong_password_a_missing_factor_and_a_blacklist()
    {
        await using var f = new TelecomXFixture(new TelecomXSimulatorOptions { Provider = "TelecomX", SmsKey = "1563" });
        var user = new { username = f.Simulator.UserName, password = "wrong" };
        await AssertErrorAsync(HttpStatusCode.Unauthorized, "credentials_invalid", f.LogInAsync(user));
        await AssertErrorAsync(HttpStatusCode.Unauthorized, "smsKey_required", f.LogInAsync());
        await AssertErrorAsync(HttpStatusCode.BadRequest, "bad_request", f.LogInAsync(new { }));
        var complete = new { username = f.Simulator.UserName, password = f.Simulator.Password, smsKey = "1563" };
        Assert.Equal(HttpStatusCode.OK, (await f.LogInAsync(complete)).Status);
        await f.Simulator.InjectAsync(new SimulatorFault("blacklist"));
        await AssertErrorAsync(HttpStatusCode.Forbidden, "blacklisted", f.LogInAsync(complete));
        Assert.Equal(HttpStatusCode.OK, (await f.LogInAsync(complete)).Status);
        Assert.DoesNotContain(f.Simulator.Log.Entries, e => e.ToString().Contains(f.Simulator.Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tokens_expire_log_out_and_machine_tokens_stay()
    {
        await using var f = new TelecomXFixture();
        var first = (await f.LogInAsync()).Body.GetProperty("token").GetString();
        var second = (await f.LogInAsync()).Body.GetProperty("token").GetString();
        var (_, made) = await f.SendAsync(HttpMethod.Post, $"/employee/{f.Simulator.Employee}/token?token={first}");
        var machine = made.GetProperty("token").GetString();
        Assert.Equal(HttpStatusCode.OK, (await f.GetAsync($"/auth/logout?token={second}")).Status);
        await AssertErrorAsync(HttpStatusCode.Unauthorized, "expired", f.GetAsync($"/auth/validateToken?token={first}"));
        await AssertErrorAsync(HttpStatusCode.Unauthorized, "invalid_token", f.GetAsync("/auth/validateToken?token=never"));
        Assert.Equal(HttpStatusCode.Forbidden, (await f.GetAsync($"/auth/validateToken?simple=true&token={first}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await f.GetAsync($"/auth/validateToken?token={machine}")).Status);

        var ready = f.Simulator.AccessToken;
        Assert.Equal(ready, f.Simulator.AccessToken);
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));
        await AssertErrorAsync(HttpStatusCode.Unauthorized, "expired", f.GetAsync($"/auth/validateToken?token={machine}"));
        Assert.NotEqual(ready, f.Simulator.AccessToken);
        Assert.Equal(HttpStatusCode.OK, (await f.GetAsync($"/pbx/app/queues?token={f.Simulator.AccessToken}")).Status);
    }

    [Fact]
    public async Task A_bad_token_is_met_with_silence_or_with_what_was_chosen()
    {
        await using (var silent = new TelecomXFixture())
        {
            using var client = await RawSocketIo.JoinAsync(silent.Simulator.Server);
            await client.EmitAsync("authenticate", new { token = "bad" });
            await silent.Simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.AuthenticationRefused).InTime();
            await client.EmitAsync("authenticate", new { token = silent.Simulator.AccessToken });
            Assert.Equal("42[\"authenticated\"]", await client.ReceiveAsync());
        }

        await using (var named = new TelecomXFixture(new TelecomXSimulatorOptions { Provider = "TelecomX", Refusal = "unauthorized" }))
        {
            using var client = await RawSocketIo.JoinAsync(named.Simulator.Server);
            await client.EmitAsync("authenticate", new { token = "bad" });
            Assert.Equal("invalid_token", (await client.EventAsync("unauthorized")).GetProperty("message").GetString());
        }

        await using (var ended = new TelecomXFixture(new TelecomXSimulatorOptions { Provider = "TelecomX", Refusal = "disconnect" }))
        {
            using var client = await RawSocketIo.JoinAsync(ended.Simulator.Server);
            await client.EmitAsync("authenticate", new { token = "bad" });
            Assert.Equal("41", await client.ReceiveAsync());
        }
    }

    [Theory]
    [InlineData("PERSONAL", "PBX", true)]
    [InlineData("PERSONAL", "CONFIG-NOT-IPTV", true)]
    [InlineData("PERSONAL", "REGISTER", false)]
    [InlineData("VIEWER", "CALL", true)]
    [InlineData("MANAGER", "ADMIN:PBX", false)]
    [InlineData("ADMIN", "ADMIN", true)]
    [InlineData("ADMIN", "NOSUCH", false)]
    public async Task A_subscription_needs_its_level(string level, string channel, bool confirmed)
    {
        await using var f = new TelecomXFixture();
        using var client = await f.AuthenticateAsync(f.Simulator.CreateToken(level));
        await client.EmitAsync("subscribe", new { type = channel, customer = f.Simulator.Domain });
        var entry = await f.Simulator.Log.WaitAsync(e => e.Kind is SimulatorLogKind.Subscribed or SimulatorLogKind.SubscribeRefused).InTime();
        Assert.Equal(confirmed, entry.Kind == SimulatorLogKind.Subscribed);
    }

    [Fact]
    public async Task A_foreign_customer_and_a_client_without_token_get_no_confirmation()
    {
        await using var f = new TelecomXFixture();
        using var stranger = await RawSocketIo.JoinAsync(f.Simulator.Server);
        await stranger.EmitAsync("subscribe", new { type = "PBX", customer = f.Simulator.Domain });
        Assert.Equal("not authenticated", (await RefusedAsync(1)).Text);
        using var client = await f.AuthenticateAsync(f.Simulator.AccessToken);
        await client.EmitAsync("subscribe", new { type = "PBX", customer = "someone else" });
        Assert.Equal("foreign customer", (await RefusedAsync(2)).Text);

        Task<SimulatorLogEntry> RefusedAsync(int n) => f.Simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.SubscribeRefused, n).InTime();
    }

    [Fact]
    public async Task Only_what_was_subscribed_is_delivered()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.AuthenticateAsync(f.Simulator.AccessToken);
        await client.EmitAsync("subscribe", new { type = "PBX", customer = f.Simulator.Domain, events = new[] { "CALL_END" } });
        await client.EventAsync("subscribed");
        await f.Simulator.PlayAsync("Answered", Fast);
        Assert.Equal("CALL_END", (await client.EventAsync("PBX")).GetProperty("event").GetString());
        Assert.Equal("CALL_END", (await client.EventAsync("PBX")).GetProperty("event").GetString());

        await client.EmitAsync("unsubscribe", new { type = "PBX" });
        await client.EventAsync("unsubscribed");
        await f.Simulator.PlayAsync("Answered", Fast);
        await client.EmitAsync("subscribe", new { type = "REGISTER", customer = f.Simulator.Domain });
        await client.EventAsync("subscribed");
        await f.Simulator.PlayAsync("TrunkDown", Fast);
        var next = await client.ReceiveAsync();
        Assert.StartsWith("42[\"REGISTER\",{\"event\":\"ERROR\"", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_admin_channels_carry_the_chosen_kinds_under_the_chosen_name()
    {
        await using var f = new TelecomXFixture(new TelecomXSimulatorOptions { Provider = "TelecomX", AccessLevel = "ADMIN", UsesChannelNames = true });
        using var client = await f.AuthenticateAsync(f.Simulator.AccessToken);
        await client.EmitAsync("subscribe", new { type = "ADMIN", types = new[] { "CALL" } });
        await client.EventAsync("subscribed");
        await client.EmitAsync("subscribe", new { type = "ADMIN:CONFIG" });
        await client.EventAsync("subscribed");
        await f.Simulator.SendEventAsync("PBX", "SWITCH");
        await f.Simulator.SendEventAsync("CALL", "MAXCHANNELS", """{"limit":4}""");
        await f.Simulator.SendEventAsync("CONFIG", "DNS_UPDATED", """{"customer":"another"}""");
        Assert.StartsWith("42[\"ADMIN\",{\"event\":\"MAXCHANNELS\"", await client.ReceiveAsync(), StringComparison.Ordinal);
        Assert.StartsWith("42[\"ADMIN:CONFIG\",{\"event\":\"DNS_UPDATED\"", await client.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CONFIG_NOT_IPTV_leaves_IPTV_out()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("CONFIG-NOT-IPTV");
        await f.Simulator.SendEventAsync("CONFIG", "IPTV_DEVICE_LOGIN");
        await f.Simulator.SendEventAsync("CONFIG", "EMPLOYEE_CREATED", """{"id":"5"}""");
        Assert.Equal("EMPLOYEE_CREATED", (await client.EventAsync("CONFIG")).GetProperty("event").GetString());
    }

    [Theory]
    [InlineData("Answered", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_ANSWER/O ANSWER/- CALL_END/O CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("Missed", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_END/O CALL_END/I PREEND/480 END/480")]
    [InlineData("Cancelled", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_END/O CALL_END/I PREEND/CANCEL END/CANCEL")]
    [InlineData("Busy", "START/- CALL_START/I CALL_START/O CALL_END/O CALL_END/I PREEND/486 END/486")]
    [InlineData("Rejected", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_END/O CALL_END/I PREEND/603 END/603")]
    [InlineData("Held", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_ANSWER/O ANSWER/- CALL_HOLD/O CALL_UNHOLD/O CALL_END/O CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("Transferred", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_ANSWER/O ANSWER/- CALL_START/O CALL_END/O CALL_RING/O CALL_ANSWER/O CALL_END/O CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("AttendedTransfer", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_ANSWER/O ANSWER/- CALL_HOLD/O CALL_START/I CALL_START/O CALL_RING/O CALL_ANSWER/O CALL_START/O CALL_ANSWER/O CALL_END/O CALL_END/I CALL_END/O CALL_END/O CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("QueueAnswered", "START/- CALL_START/I CALL_ANSWER/I ANSWER/- QUEUE_ENTERED/QUEUED CALL_START/O CALL_RING/O CALL_START/O CALL_RING/O CALL_ANSWER/O CALL_END/O QUEUE_LEFT/ANSWERED CALL_END/O CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("QueueAbandoned", "START/- CALL_START/I CALL_ANSWER/I ANSWER/- QUEUE_ENTERED/QUEUED CALL_START/O CALL_RING/O CALL_END/O QUEUE_LEFT/CANCELLED CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("Voicemail", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_END/O CALL_ANSWER/I ANSWER/- VOICEMAIL_NEW/- CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("Menu", "START/- CALL_START/I CALL_ANSWER/I ANSWER/- CALL_START/O CALL_RING/O CALL_ANSWER/O CALL_END/O CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("MissedAfterMenu", "START/- CALL_START/I CALL_ANSWER/I ANSWER/- CALL_START/O CALL_RING/O CALL_END/O CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("Internal", "CALL_START/I CALL_START/O CALL_RING/O CALL_ANSWER/O CALL_END/O CALL_END/I")]
    [InlineData("Outbound", "START/- CALL_START/I CALL_START/O CALL_RING/O CALL_ANSWER/O ANSWER/- CALL_END/O CALL_END/I PREEND/BYE END/BYE")]
    [InlineData("Failed", "START/- CALL_START/I CALL_START/O CALL_END/O CALL_END/I PREEND/404 END/404")]
    [InlineData("Registration", "REGISTER/pbx UNREGISTER/pbx")]
    [InlineData("TrunkDown", "ERROR/trunk UNREGISTER/trunk")]
    [InlineData("TrunkUp", "REGISTER/trunk")]
    [InlineData("Presence", "EMPLOYEE_PRESENCE_CHANGED/DO_NOT_DISTURB EMPLOYEE_PRESENCE_CHANGED/LUNCH EMPLOYEE_PRESENCE_CHANGED/AVAILABLE")]
    [InlineData("Agent", "QUEUE_MEMBER_JOIN/1 QUEUE_MEMBER_UPDATE/20 QUEUE_MEMBER_UPDATE/1 QUEUE_MEMBER_LEFT/1")]
    public async Task A_scenario_comes_over_the_wire(string scenario, string expected)
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX", "CALL", "REGISTER");
        await f.Simulator.PlayAsync(scenario, Fast);
        var seen = new List<string>();
        for (var i = expected.Split(' ').Length; i > 0; i--)
        {
            var data = JsonDocument.Parse((await client.ReceiveAsync())[2..]).RootElement[1];
            var name = data.TryGetProperty("event", out var e) ? e.GetString() : data.GetProperty("type").GetString();
            seen.Add($"{name}/{Detail(data)}");
        }

        Assert.Equal(expected, string.Join(' ', seen));
    }

    [Fact]
    public async Task A_simultaneous_ring_has_one_session_and_a_channel_for_each_device()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.ConnectAsync("PBX");
        var call = Assert.Single(await f.Simulator.PlayAsync("AnsweredElsewhere", Fast with { Extension = "2001", OtherExtension = "2002" }));
        var events = new List<JsonElement>();
        for (var i = 0; i < 12; i++)
            events.Add(await client.EventAsync("PBX"));
        Assert.All(events, e => Assert.Equal(call.CallId, e.GetProperty("sessionId").GetString()));
        Assert.Equal(12, events.Select(e => e.GetProperty("eventId").GetString()).Distinct().Count());
        Assert.Equal(4, events.Select(e => e.GetProperty("channel").GetString()).Distinct().Count());
        var answer = Assert.Single(events, e => e.GetProperty("event").GetString() == "CALL_ANSWER");
        Assert.Equal("2002", answer.GetProperty("extension").GetString());
        Assert.Equal(PbxOutcome.Answered, call.Outcome);
        Assert.Equal([null, PbxOutcome.AnsweredElsewhere, PbxOutcome.AnsweredElsewhere, PbxOutcome.Answered], call.Legs.Select(l => l.Index == 0 ? null : l.Outcome));
    }

    [Theory]
    [InlineData(TelecomXEnvelope.Documented, "REGISTER", "REGISTER", """{"event":"REGISTER","customer":"c","data":{"ip":"x"}}""")]
    [InlineData(TelecomXEnvelope.Flat, "REGISTER", "REGISTER", """{"event":"REGISTER","customer":"c","ip":"x"}""")]
    [InlineData(TelecomXEnvelope.Data, "REGISTER", "REGISTER", """{"event":"REGISTER","customer":"c","data":{"ip":"x"}}""")]
    [InlineData(TelecomXEnvelope.TypeName, "REGISTER", "REGISTER", """{"type":"REGISTER","customer":"c","data":{"ip":"x"}}""")]
    [InlineData(TelecomXEnvelope.Data, "CALL", "START", """{"event":"START","customer":"c","data":{"ip":"x"}}""")]
    [InlineData(TelecomXEnvelope.Data, "PBX", "EMPLOYEE_PRESENCE_CHANGED", """{"event":"EMPLOYEE_PRESENCE_CHANGED","customer":"c","data":{"ip":"x"},"eventId":"e","pbxServer":"p"}""")]
    [InlineData(TelecomXEnvelope.Documented, "PBX", "VOICEMAIL_OLD", """{"type":"VOICEMAIL_OLD","customer":"c","data":{"ip":"x"},"eventId":"e","pbxServer":"p"}""")]
    public async Task The_envelope_can_be_chosen(TelecomXEnvelope envelope, string type, string name, string expected)
    {
        await using var f = new TelecomXFixture(new TelecomXSimulatorOptions { Provider = "TelecomX", Envelope = envelope });
        var fields = type == "PBX" ? """{"customer":"c","data":{"ip":"x"},"eventId":"e","pbxServer":"p"}""" : """{"customer":"c","data":{"ip":"x"}}""";
        Assert.Equal(expected, (await f.Simulator.SendEventAsync(type, name, fields)).Text);
    }

    [Fact]
    public async Task Snapshots_show_the_calls_and_callers_of_the_moment()
    {
        await using var f = new TelecomXFixture();
        var token = f.Simulator.AccessToken;
        var talking = new TaskCompletionSource();
        f.Simulator.Log.Added += e =>
        {
            if (e.Name == "CALL_RING")
                talking.TrySetResult();
        };
        var playing = f.Simulator.PlayAsync("QueueAbandoned", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1) });
        await talking.Task.InTime();

        var call = Assert.Single(f.Simulator.ActiveCalls);
        var (_, callers) = await f.GetAsync($"/pbx/queue/4020/callers?token={token}");
        Assert.Equal("+4511111111", callers[0].GetProperty("number").GetString());
        var (_, queues) = await f.GetAsync($"/pbx/app/queues?all=true&token={token}");
        Assert.Equal(1, queues[0].GetProperty("callers").GetArrayLength());
        Assert.Equal(2, queues[0].GetProperty("members").GetArrayLength());
        var (_, members) = await f.GetAsync($"/pbx/queue/4020/member?token={token}");
        Assert.Equal("1001", members[0].GetProperty("extension").GetString());
        var (_, employees) = await f.GetAsync($"/pbx/app/employees?calls=true&token={token}");
        var extension = employees[0].GetProperty("extensions")[0];
        Assert.Equal("RINGING", extension.GetProperty("state").GetString());
        Assert.Equal(call.CallId, extension.GetProperty("calls")[0].GetProperty("sessionId").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await f.GetAsync($"/pbx/queue/9/callers?token={token}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await f.GetAsync("/pbx/app/employees")).Status);

        await playing.InTime();
        var (_, after) = await f.GetAsync($"/pbx/queue/4020/callers?token={token}");
        Assert.Equal(0, after.GetArrayLength());
    }

    [Fact]
    public async Task The_client_list_names_who_is_connected_to_viewers_only()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.AuthenticateAsync(f.Simulator.AccessToken);
        var (_, list) = await f.GetAsync($"/tools/realtime/client?token={f.Simulator.CreateToken("VIEWER")}");
        Assert.Equal("test host-1 192.0.2.9", $"{list[0].GetProperty("clientApp")} {list[0].GetProperty("instanceId")} {list[0].GetProperty("ip")}");
        await AssertErrorAsync(HttpStatusCode.Forbidden, "access_denied", f.GetAsync($"/tools/realtime/client?token={f.Simulator.CreateToken("PERSONAL")}"));
    }

    [Fact]
    public async Task The_partner_answers_once_in_a_stream_and_from_several_instances()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.AuthenticateAsync(f.Simulator.AccessToken);
        await client.SendAsync($$"""429["request",{"to":{"employee":"{{f.Simulator.PartnerEmployee}}"},"request":"CommunicatorGetStatus"}]""");
        Assert.Equal("""439[{"success":true,"requestId":"r1"}]""", await client.ReceiveAsync());
        var reply = await client.EventAsync("REPLY");
        Assert.Equal("r1 OK", $"{reply.GetProperty("requestId")} {reply.GetProperty("data").GetProperty("status")}");

        await client.EmitAsync("request", new { to = new { employee = f.Simulator.PartnerEmployee, instanceId = "desk-1" }, request = "CommunicatorLoggerStartStream" });
        for (var i = 1; i <= 5; i++)
            Assert.Equal(i, (await client.EventAsync("REPLY")).GetProperty("data").GetProperty("line").GetInt32());

        await client.EmitAsync("request", new { to = new { employee = f.Simulator.TwinPartnerEmployee }, request = "CommunicatorGetStatus" });
        var instances = new[] { await client.EventAsync("REPLY"), await client.EventAsync("REPLY") }
            .Select(r => r.GetProperty("from").GetProperty("instanceId").GetString()).Order();
        Assert.Equal(["desk-2", "laptop-2"], instances);

        await client.SendAsync("""423["request",{"request":"CommunicatorGetStatus"}]""");
        Assert.Equal("""433[{"success":false,"requestId":null}]""", await client.ReceiveAsync());
    }

    [Fact]
    public async Task Requests_and_replies_travel_between_clients()
    {
        await using var f = new TelecomXFixture();
        using var asking = await f.AuthenticateAsync(f.Simulator.AccessToken, "a");
        using var answering = await f.AuthenticateAsync(f.Simulator.CreateToken("PERSONAL", employee: "E9"), "b");
        using var other = await f.AuthenticateAsync(f.Simulator.CreateToken("PERSONAL", employee: "E9"), "c");
        await asking.EmitAsync("request", new { to = new { employee = "E9", instanceId = "b" }, request = "Ask", data = new { x = 1 } });
        var request = await answering.EventAsync("REQUEST");
        Assert.Equal(1, request.GetProperty("data").GetProperty("x").GetInt32());
        await answering.EmitAsync("reply", new { to = request.GetProperty("replyTo"), request = "Ask", requestId = request.GetProperty("requestId"), data = "yes" });
        var reply = await asking.EventAsync("REPLY");
        Assert.Equal("yes from b", $"{reply.GetProperty("data")} from {reply.GetProperty("from").GetProperty("instanceId")}");

        // The third client was not addressed: the next it gets is what is sent to it now.
        await asking.EmitAsync("request", new { to = new { employee = "E9" }, request = "All" });
        Assert.Equal("All", (await other.EventAsync("REQUEST")).GetProperty("request").GetString());
    }

    [Fact]
    public async Task The_Request_scenario_asks_the_users_clients()
    {
        await using var f = new TelecomXFixture();
        using var client = await f.AuthenticateAsync(f.Simulator.AccessToken);
        await f.Simulator.PlayAsync("Request", Fast);
        var request = await client.EventAsync("REQUEST");
        await client.EmitAsync("reply", new { to = request.GetProperty("replyTo"), requestId = request.GetProperty("requestId"), data = 1 });
        var entry = await f.Simulator.Log.WaitAsync(e => e is { Kind: SimulatorLogKind.Request, Name: "reply" }).InTime();
        Assert.Equal(request.GetProperty("requestId").GetString(), entry.Text);
    }

    [Fact]
    public async Task Ids_can_be_the_platforms_own()
    {
        await using var f = new TelecomXFixture(new TelecomXSimulatorOptions { Provider = "TelecomX", UsesIds = true });
        using var client = await f.ConnectAsync("PBX");
        await f.Simulator.PlayAsync("Internal", Fast);
        Assert.Matches("^[0-9a-f]{24}$", (await client.EventAsync("PBX")).GetProperty("extension").GetString()!);
    }

    [Fact]
    public void An_unknown_access_level_is_a_clear_error()
    {
        var error = Assert.Throws<PbxException>(() => PbxSimulator.Start(new TelecomXSimulatorOptions { Provider = "TelecomX", AccessLevel = "KING" }));
        Assert.Equal("KING", error.Target);
    }

    private static string Detail(JsonElement data)
    {
        if (data.TryGetProperty("leg", out var leg))
            return leg.GetString()!;
        if (data.TryGetProperty("reason", out var reason))
            return reason.GetString()!;
        if (data.TryGetProperty("state", out var state))
            return state.GetString()!;
        if (!data.TryGetProperty("data", out var inner))
            return "-";
        if (inner.TryGetProperty("source", out var source))
            return source.GetString()!;
        return inner.TryGetProperty("priority", out var priority) ? priority.GetRawText() : inner.GetProperty("state").GetString()!;
    }

    private static async Task AssertErrorAsync(HttpStatusCode status, string error, Task<(HttpStatusCode Status, JsonElement Body)> answer)
    {
        var (seen, body) = await answer;
        Assert.Equal(status, seen);
        Assert.Equal(error, body.GetProperty("error").GetString());
    }
}
