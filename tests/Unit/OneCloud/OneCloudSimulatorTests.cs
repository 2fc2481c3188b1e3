using System.Net;
using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>The simulator itself, asked by a client that knows nothing.</summary>
public sealed class OneCloudSimulatorTests
{
    private static readonly ScenarioOptions Fast = new() { Pace = TimeSpan.Zero };

    private static OneCloudSimulator Start(OneCloudSimulatorOptions? options = null) =>
        (OneCloudSimulator)PbxSimulator.Start(options ?? new OneCloudSimulatorOptions { Provider = "OneCloud" });

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpRequestMessage request)
    {
        using var http = new HttpClient();
        using var answer = await http.SendAsync(request, Limits.Patience);
        var text = await answer.Content.ReadAsStringAsync(Limits.Patience);
        return (answer.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> AskTokenAsync(OneCloudSimulator simulator, params (string Name, string Value)[] changes)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["username"] = simulator.UserName,
            ["password"] = simulator.Password,
            ["client_id"] = simulator.ClientId,
            ["client_secret"] = simulator.ClientSecret,
        };
        foreach (var (name, value) in changes)
            form[name] = value;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(simulator.Server, "/ns-api/oauth2/token/")) { Content = new FormUrlEncodedContent(form) };
        return await SendAsync(request);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> AskHostsAsync(OneCloudSimulator simulator, string token)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(simulator.Server, "/ns-api/v2/configurations/PORTAL_SOCKET_HOSTNAME?domain=~&user=~&user-scope=~&reseller=~"));
        request.Headers.Add("Authorization", $"Bearer {token}");
        return await SendAsync(request);
    }

    private static object Subscription(OneCloudSimulator simulator, string type, string filter, string? subtype = null, string? bearer = null) => new
    {
        application = "test",
        bearer = bearer ?? simulator.AccessToken,
        domain = simulator.Domain,
        type,
        filter,
        subtype,
    };

    private static async Task<RawSocketIo> ConnectAsync(OneCloudSimulator simulator, int revision, params (string Type, string Filter, string? Subtype)[] streams)
    {
        var client = await RawSocketIo.JoinAsync(simulator.Server, revision);
        foreach (var (type, filter, subtype) in streams)
        {
            await client.EmitAsync("subscribe", Subscription(simulator, type, filter, subtype));
            await client.EventAsync("status");
        }
        return client;
    }

    [Fact]
    public async Task A_login_tells_what_the_sheet_says_and_its_token_is_good_for_the_look_up()
    {
        await using var simulator = Start();
        var (status, body) = await AskTokenAsync(simulator);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(3600, body.GetProperty("expires_in").GetDouble());
        Assert.Equal("Office Manager", body.GetProperty("scope").GetString());
        Assert.Equal(simulator.Domain, body.GetProperty("domain").GetString());
        Assert.Equal(simulator.UserName, body.GetProperty("uid").GetString());

        var (_, hosts) = await AskHostsAsync(simulator, body.GetProperty("access_token").GetString()!);
        Assert.Equal(simulator.Server.Authority, hosts.GetProperty("config-value").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskHostsAsync(simulator, "never")).Status);

        var refreshed = await AskTokenAsync(simulator, ("grant_type", "refresh_token"), ("refresh_token", body.GetProperty("refresh_token").GetString()!));
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
    }

    [Fact]
    public async Task A_login_is_refused_for_a_wrong_client_password_refresh_token_or_grant()
    {
        await using var simulator = Start();
        foreach (var (name, value, error) in ((string, string, string)[])
            [
                ("client_secret", "x", "invalid_client"), ("password", "x", "invalid_grant"), ("grant_type", "refresh_token", "invalid_grant"),
                ("grant_type", "magic", "invalid_request"),
            ])
        {
            Assert.Equal(error, (await AskTokenAsync(simulator, (name, value))).Body.GetProperty("error").GetString());
        }

        Assert.DoesNotContain(simulator.Log.Entries, e => e.ToString().Contains(simulator.Password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Each_of_the_six_streams_is_confirmed_in_the_platforms_words(int revision)
    {
        await using var simulator = Start();
        using var client = await RawSocketIo.JoinAsync(simulator.Server, revision);
        foreach (var (type, filter, subtype, text) in ((string, string, string?, string)[])
            [
                ("call", "1001", null, "call-<>-1001"), ("agent", "sip:1001@simulator.example", null, "agent-<>-sip:1001@simulator.example"),
                ("queued", "4020", null, "queued-<>-4020"), ("call", "4020", "queue", "call-<>-4020-<T>-queue"),
                ("voicemail", "1001", null, "voicemail-<>-1001"), ("contacts", "", null, "contacts-<>-"),
            ])
        {
            await client.EmitAsync("subscribe", Subscription(simulator, type, filter, subtype));
            await client.EventAsync("subscribed");
            Assert.Equal($"Setup Complete (simulator.example-<>-{text})", (await client.EventAsync("status")).GetProperty("status").GetString());
        }
    }

    [Theory]
    [InlineData("call", "", null, "no such stream")]
    [InlineData("agent", "1001", null, "no such stream")]
    [InlineData("calls", "1001", null, "no such stream")]
    [InlineData("queued", "4020", "queue", "no such stream")]
    public async Task A_subscription_that_makes_no_sense_is_met_with_silence(string type, string filter, string? subtype, string problem)
    {
        await using var simulator = Start();
        using var client = await RawSocketIo.JoinAsync(simulator.Server);
        await client.EmitAsync("subscribe", Subscription(simulator, type, filter, subtype));

        Assert.Equal(problem, (await simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.SubscribeRefused).InTime()).Text);
    }

    [Fact]
    public async Task A_bad_token_is_refused_and_one_that_was_ended_too()
    {
        await using var simulator = Start();
        using var client = await RawSocketIo.JoinAsync(simulator.Server);
        var token = simulator.AccessToken;
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));
        await client.EmitAsync("subscribe", Subscription(simulator, "call", "1001", bearer: token));
        await client.EventAsync("subscription_error");

        Assert.Empty(simulator.Log.Of(SimulatorLogKind.Subscribed));
    }

    [Fact]
    public async Task A_record_has_all_documented_fields_as_text_and_comes_once_for_each_stream()
    {
        await using var simulator = Start();
        using var client = await ConnectAsync(simulator, 4, ("call", "1001", null), ("call", "4020", "queue"));
        await simulator.PlayAsync("QueueAnswered", Fast, Limits.Patience);

        // The queue's own legs come by one stream, an agent's by both.
        var queue = await client.EventAsync("call");
        Assert.Equal("4020", queue.GetProperty("term_user").GetString());
        await client.EventAsync("call");
        var agent = await client.EventAsync("call");
        Assert.Equal("1001", agent.GetProperty("term_sub").GetString());
        Assert.Equal(agent.ToString(), (await client.EventAsync("call")).ToString());
        Assert.Equal("active", agent.GetProperty("orig_call_info").GetString());
        Assert.Equal("0000-00-00 00:00:00", agent.GetProperty("time_answer").GetString());
        Assert.All(agent.EnumerateObject(), p => Assert.Equal(JsonValueKind.String, p.Value.ValueKind));
        foreach (var field in (string[])
            [
                "orig_callid", "term_callid", "by_callid", "ani", "dnis", "orig_from_user", "orig_from_name", "term_user", "orig_call_info",
                "term_call_info", "time_answer", "orig_type", "term_type", "orig_sub", "term_sub", "term_uri", "by_action",
            ])
        {
            Assert.True(agent.TryGetProperty(field, out _), field);
        }

        Assert.False(agent.TryGetProperty("remove", out _));
    }

    [Fact]
    public async Task The_closing_record_still_says_active()
    {
        await using var simulator = Start();
        using var client = await ConnectAsync(simulator, 4, ("call", "1001", null));
        await simulator.PlayAsync("Answered", Fast, Limits.Patience);
        await client.EventAsync("call");
        await client.EventAsync("call");
        var closing = await client.EventAsync("call");

        Assert.Equal(("yes", "active"), (closing.GetProperty("remove").GetString(), closing.GetProperty("term_call_info").GetString()));
        Assert.NotEqual("0000-00-00 00:00:00", closing.GetProperty("time_answer").GetString());
    }

    [Fact]
    public async Task Over_the_rate_limit_everything_is_forbidden()
    {
        await using var simulator = Start();
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.RateLimit) { Count = 2 });

        Assert.Equal(HttpStatusCode.Forbidden, (await AskTokenAsync(simulator)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskHostsAsync(simulator, simulator.AccessToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskTokenAsync(simulator)).Status);
    }

    [Fact]
    public async Task Every_scenario_can_be_played()
    {
        await using var simulator = Start();
        foreach (var scenario in simulator.ScenarioNames)
            await simulator.PlayAsync(scenario, Fast, Limits.Patience);

        Assert.DoesNotContain("Registration", simulator.ScenarioNames);
        Assert.DoesNotContain(simulator.Log.Entries, e => e.Kind == SimulatorLogKind.Unexpected);
    }

    [Fact]
    public async Task The_subscription_error_fault_ends_the_subscriptions()
    {
        await using var simulator = Start();
        using var client = await ConnectAsync(simulator, 4, ("call", "1001", null));
        await simulator.InjectAsync(new SimulatorFault("subscriptionerror"));
        await client.EventAsync("subscription_error");
        await simulator.PlayAsync("Missed", Fast, Limits.Patience);

        Assert.All(simulator.Log.Of(SimulatorLogKind.Event), e => Assert.Empty(e.WrittenTo));
    }
}
