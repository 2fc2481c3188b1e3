using System.Net;
using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.PortSip;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>The simulator's REST interface, asked by a client that knows nothing (history/portsip-history.md).</summary>
public sealed class PortSipSimulatorRecordsTests
{
    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.Zero };

    private static PortSipSimulator Start(PortSipVersion version = PortSipVersion.V22) =>
        (PortSipSimulator)PbxSimulator.Start(new PortSipSimulatorOptions { Provider = "PortSIP", Version = version });

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(PortSipSimulator simulator, HttpMethod method, string path, string? token, HttpContent? body = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(simulator.Server, $"/api/{path}")) { Content = body };
        if (token is not null)
            request.Headers.Add("Authorization", $"Bearer {token}");
        using var answer = await http.SendAsync(request, Limits.Patience);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Limits.Patience)).RootElement);
    }

    private static Task<(HttpStatusCode Status, JsonElement Answer)> LogInAsync(PortSipSimulator simulator, params (string, string)[] fields) => SendAsync(
        simulator, HttpMethod.Post, "login/oauth/token", null, new FormUrlEncodedContent(fields.Select(f => new KeyValuePair<string, string>(f.Item1, f.Item2))));

    private static async Task<string> TokenAsync(PortSipSimulator simulator)
    {
        var (_, answer) = await LogInAsync(simulator, ("grant_type", "password"), ("username", simulator.UserName), ("domain", simulator.Domain), ("password", simulator.Password));
        return answer.GetProperty("access_token").GetString()!;
    }

    private static Task<(HttpStatusCode Status, JsonElement Answer)> GetAsync(PortSipSimulator simulator, string path, string token) =>
        SendAsync(simulator, HttpMethod.Get, path, token);

    private static IEnumerable<string?> Each(JsonElement answer, string member) => answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty(member).GetString());

    [Fact]
    public async Task A_login_gives_a_token_and_a_refresh_and_a_wrong_one_the_documented_error()
    {
        await using var simulator = Start();
        var (_, good) = await LogInAsync(simulator, ("grant_type", "password"), ("username", simulator.UserName), ("domain", simulator.Domain), ("password", simulator.Password));
        Assert.Equal(("Bearer", 1800), (good.GetProperty("token_type").GetString(), good.GetProperty("expires_in").GetInt32()));
        var (status, again) = await LogInAsync(simulator, ("grant_type", "refresh_token"), ("refresh_token", good.GetProperty("refresh_token").GetString()!));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotEqual(good.GetProperty("access_token").GetString(), again.GetProperty("access_token").GetString());
        foreach (var (name, password) in new[] { (simulator.UserName, "wrong"), ("1001", simulator.ExtensionPassword) })
        {
            var (refused, error) = await LogInAsync(simulator, ("grant_type", "password"), ("username", name), ("domain", simulator.Domain), ("password", password));
            Assert.Equal((HttpStatusCode.BadRequest, "UNAUTHORIZED"), (refused, error.GetProperty("errors")[0].GetProperty("code").GetString()));
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(simulator, "calllogs", "wrong")).Status);
    }

    [Theory]
    [InlineData("calllogs", "history-calllogs")]
    [InlineData("cdrs", "history-cdrs")]
    [InlineData("cdrs/{id}", "history-cdr-detail")]
    [InlineData("sessions", "history-sessions")]
    public async Task An_answer_has_the_members_of_the_sample_and_their_kinds(string path, string sample)
    {
        await using var simulator = Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Limits.Patience);
        var call = Assert.Single(await simulator.PlayAsync("Answered", Pace, Limits.Patience));
        var playing = simulator.PlayAsync("Answered", new ScenarioOptions { Pace = TimeSpan.FromMinutes(1) }, stop.Token);
        var (_, answer) = await GetAsync(simulator, path.Replace("{id}", call.CallId, StringComparison.Ordinal), await TokenAsync(simulator));
        var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixture.Folder("portsip"), $"{sample}.json"))).RootElement;
        Assert.Equal(Shape(expected), Shape(answer));
        Assert.Equal(Shape(expected.GetProperty("items")[0]), Shape(answer.GetProperty("items")[0]));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);

        static IEnumerable<string> Shape(JsonElement element) => element.EnumerateObject().Select(m => $"{m.Name}: {m.Value.ValueKind}").Order();
    }

    [Fact]
    public async Task A_call_has_a_row_for_each_part_with_its_session_and_one_in_the_list_of_calls()
    {
        await using var simulator = Start();
        var call = Assert.Single(await simulator.PlayAsync("QueueAnswered", Pace, Limits.Patience));
        var token = await TokenAsync(simulator);
        var (_, logs) = await GetAsync(simulator, "calllogs?orderby=id asc", token);
        Assert.Equal(["1001", "1002", "4020"], Each(logs, "callee").Order());
        Assert.All(Each(logs, "session_id"), s => Assert.Equal(call.CallId, s));
        Assert.Equal(3, Each(logs, "id").Distinct().Count());
        var (_, cdrs) = await GetAsync(simulator, "cdrs", token);
        Assert.Equal((call.CallId, "4020"), (Assert.Single(Each(cdrs, "id")), Assert.Single(Each(cdrs, "callee"))));
        Assert.Equal(["4020", "1001", "1002"], Each((await GetAsync(simulator, $"cdrs/{call.CallId}", token)).Answer, "callee"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(simulator, "cdrs/1", token)).Status);
    }

    [Fact]
    public async Task Lists_obey_filter_order_top_and_skip_and_a_filter_that_is_none_is_refused()
    {
        await using var simulator = Start();
        var calls = await simulator.PlayAsync("Missed", Pace with { Count = 150 }, Limits.Patience);
        var token = await TokenAsync(simulator);
        var first = (await GetAsync(simulator, "calllogs?orderby=ended_at asc&top=1000", token)).Answer;
        var second = (await GetAsync(simulator, "calllogs?orderby=ended_at asc&top=100&skip=100", token)).Answer;
        Assert.Equal((100, 50, 150), (Each(first, "id").Count(), Each(second, "id").Count(), first.GetProperty("count").GetInt32()));
        Assert.Equal(calls.Select(c => c.CallId), Each(first, "session_id").Concat(Each(second, "session_id")));
        var start = calls[0].StartedAt.UtcDateTime.ToString("O");
        Assert.Equal(150, await CountAsync($"ended_at ge '{start}' and ended_at lt '2100-01-01T00:00:00Z'"));
        Assert.Equal(0, await CountAsync($"ended_at lt '{start}'"));
        Assert.Equal(1, await CountAsync($"session_id eq '{calls[7].CallId}'"));
        var (status, error) = await GetAsync(simulator, "calllogs?filter=ended_at after noon", token);
        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATE_FAILED"), (status, error.GetProperty("errors")[0].GetProperty("code").GetString()));

        async Task<int> CountAsync(string filter) => (await GetAsync(simulator, $"calllogs?filter={Uri.EscapeDataString(filter)}", token)).Answer.GetProperty("count").GetInt32();
    }

    [Fact]
    public async Task A_call_that_goes_on_is_among_the_sessions_and_has_the_rows_of_its_ended_parts()
    {
        await using var simulator = Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Limits.Patience);
        var playing = simulator.PlayAsync("Menu", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1) }, stop.Token);
        while (!simulator.ActiveCalls.Any(c => c.Legs.Count > 1))
            await Task.Delay(10, Limits.Patience);
        var token = await TokenAsync(simulator);
        var (status, sessions) = await GetAsync(simulator, "sessions", token);
        Assert.Equal((HttpStatusCode.Created, Assert.Single(simulator.ActiveCalls).CallId), (status, Assert.Single(Each(sessions, "id"))));
        Assert.Equal("5000", Assert.Single(Each((await GetAsync(simulator, "calllogs", token)).Answer, "callee")));
        Assert.Empty(Each((await GetAsync(simulator, "cdrs", token)).Answer, "id"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        Assert.Empty(Each((await GetAsync(simulator, "calllogs", token)).Answer, "callee"));
    }

    [Theory]
    [InlineData(PortSipVersion.V162)]
    [InlineData(PortSipVersion.V160)]
    public async Task Before_v22_there_are_cdrs_alone(PortSipVersion version)
    {
        await using var simulator = Start(version);
        using var body = new StringContent(JsonSerializer.Serialize(new { username = simulator.UserName, password = simulator.Password, domain = simulator.Domain }));
        var token = version == PortSipVersion.V162 ? await TokenAsync(simulator)
            : (await SendAsync(simulator, HttpMethod.Post, "login", null, body)).Answer.GetProperty("access_token").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(simulator, "cdrs", token)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(simulator, "calllogs", token)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(simulator, "sessions", token)).Status);
    }

    [Fact]
    public async Task Records_may_be_refused_or_come_late()
    {
        await using var simulator = Start();
        var token = await TokenAsync(simulator);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromHours(1) });
        await simulator.PlayAsync("Missed", Pace, Limits.Patience);
        foreach (var list in (string[])["calllogs", "cdrs"])
            Assert.Empty(Each((await GetAsync(simulator, list, token)).Answer, "id"));
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.NoRecords));
        foreach (var list in (string[])["calllogs", "cdrs", "cdrs/1"])
            Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(simulator, list, token)).Status);
        simulator.ClearFaults();
        foreach (var list in (string[])["calllogs", "cdrs"])
            Assert.Single(Each((await GetAsync(simulator, list, token)).Answer, "id"));
    }
}
