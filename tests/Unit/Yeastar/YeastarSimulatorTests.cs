using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Yeastar;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>The simulated PBX as a plain client sees it: yeastar.md sections 3, 4, 6.4, 7 and 8.</summary>
public sealed class YeastarSimulatorTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new();
    private readonly YeastarSimulator _simulator;
    private readonly HttpClient _http;

    public YeastarSimulatorTests()
    {
        _simulator = (YeastarSimulator)PbxSimulator.Start(new YeastarSimulatorOptions { Provider = "Yeastar", Clock = _clock });
        _http = new HttpClient { BaseAddress = _simulator.Server };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "OpenAPI");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task A_token_comes_with_both_lifetimes()
    {
        var reply = await GetTokenAsync();
        Assert.Equal(0, Code(reply));
        Assert.Equal(1800, reply.GetProperty("access_token_expire_time").GetInt32());
        Assert.Equal(86400, reply.GetProperty("refresh_token_expire_time").GetInt32());
    }

    [Fact]
    public async Task Http_is_200_also_for_a_wrong_secret_a_wrong_body_and_an_unknown_function()
    {
        Assert.Equal(1, Code(await PostAsync("get_token", new { username = _simulator.UserName, password = "wrong" })));
        Assert.Equal(40002, Code(await PostAsync("get_token", new { client_id = _simulator.UserName, client_secret = _simulator.Password })));
        Assert.Equal(10001, Code(await PostAsync("nonsense", new { })));
    }

    [Fact]
    public async Task Without_a_user_agent_there_is_no_token()
    {
        _http.DefaultRequestHeaders.Remove("User-Agent");
        Assert.Equal(40002, Code(await GetTokenAsync()));
    }

    [Fact]
    public async Task Five_failures_block_the_client_until_somebody_unblocks_it()
    {
        for (var i = 0; i < 5; i++)
            Assert.Equal(1, Code(await PostAsync("get_token", new { username = _simulator.UserName, password = "wrong" })));
        Assert.Equal(70004, Code(await GetTokenAsync()));
        _simulator.Unblock();
        Assert.Equal(0, Code(await GetTokenAsync()));
    }

    [Fact]
    public async Task Eight_tokens_are_given_out_and_a_slot_is_free_again_when_one_is_revoked_or_expires()
    {
        var first = await GetTokenAsync();
        for (var i = 1; i < 8; i++)
            Assert.Equal(0, Code(await GetTokenAsync()));
        Assert.Equal(60002, Code(await GetTokenAsync()));
        Assert.Equal(0, Code(await PostAsync("refresh_token", new { refresh_token = Text(first, "refresh_token") })));
        Assert.Equal(8, _simulator.TokensTaken);
        Assert.Equal(0, Code(await GetAsync($"del_token?access_token={Text(first, "access_token")}")));
        Assert.Equal(7, _simulator.TokensTaken);
        Assert.Equal(0, Code(await GetTokenAsync()));
        _clock.Advance(TimeSpan.FromSeconds(1800));
        Assert.Equal(0, _simulator.TokensTaken);
        Assert.Equal(0, Code(await GetTokenAsync()));
    }

    [Fact]
    public async Task A_refresh_token_serves_once()
    {
        var first = await GetTokenAsync();
        var second = await PostAsync("refresh_token", new { refresh_token = Text(first, "refresh_token") });
        Assert.NotEqual(Text(first, "access_token"), Text(second, "access_token"));
        Assert.Equal(10004, Code(await PostAsync("refresh_token", new { refresh_token = Text(first, "refresh_token") })));
        Assert.Equal(0, Code(await PostAsync("refresh_token", new { refresh_token = Text(second, "refresh_token") })));
    }

    [Fact]
    public async Task The_socket_needs_a_token_that_lives()
    {
        var e = await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync("nonsense"));
        Assert.Contains("401", e.Message, StringComparison.Ordinal);
        var token = Text(await GetTokenAsync(), "access_token");
        _clock.Advance(TimeSpan.FromSeconds(1800));
        await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(token));
    }

    [Fact]
    public async Task A_later_list_replaces_the_earlier_and_an_empty_one_stops_everything()
    {
        using var socket = await OpenAsync();
        await ListAsync(socket, "30007");
        await ListAsync(socket, "30009");
        await _simulator.SendEventAsync(30007, """{"extension":"1001"}""");
        await _simulator.SendEventAsync(30009, """{"extension":"1002"}""");
        Assert.Equal("""{"type":30009,"sn":"SN0000000001","msg":"{\"extension\":\"1002\"}"}""", await ReadAsync(socket));
        await ListAsync(socket, "");
        await _simulator.SendEventAsync(30009, """{"extension":"1003"}""");
        await SendAsync(socket, "heartbeat");
        Assert.Equal("heartbeat response", await ReadAsync(socket));
    }

    [Fact]
    public async Task When_the_tokens_half_hour_is_over_the_client_is_told_and_hears_no_more_events()
    {
        using var socket = await OpenAsync();
        await ListAsync(socket, "30009");
        for (var second = 50; second < 1800; second += 50)
        {
            _clock.Advance(TimeSpan.FromSeconds(50));
            await SendAsync(socket, "heartbeat");
            Assert.Equal("heartbeat response", await ReadAsync(socket));
        }
        _clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal("""{"errcode":10004,"errmsg":"TOKEN EXPIRED"}""", await ReadAsync(socket));
        await _simulator.SendEventAsync(30009, """{"extension":"1001"}""");
        await SendAsync(socket, "heartbeat");
        Assert.Equal("heartbeat response", await ReadAsync(socket));
    }

    [Fact]
    public async Task A_minute_of_silence_closes_the_socket()
    {
        using var socket = await OpenAsync();
        _clock.Advance(TimeSpan.FromSeconds(59));
        await SendAsync(socket, "heartbeat");
        Assert.Equal("heartbeat response", await ReadAsync(socket));
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(await ReadAsync(socket));
    }

    [Fact]
    public async Task An_expired_token_is_told_on_the_socket_and_events_stop()
    {
        using var socket = await OpenAsync();
        await ListAsync(socket, "30009");
        await _simulator.InjectAsync(new SimulatorFault(SimulatorFaults.ExpireToken));
        Assert.Equal("""{"errcode":10004,"errmsg":"TOKEN EXPIRED"}""", await ReadAsync(socket));
        await _simulator.SendEventAsync(30009, """{"extension":"1001"}""");
        await SendAsync(socket, "heartbeat");
        Assert.Equal("heartbeat response", await ReadAsync(socket));
    }

    [Fact]
    public async Task A_PBX_whose_switches_are_off_accepts_everything_and_sends_only_what_needs_no_switch()
    {
        await using var quiet = (YeastarSimulator)PbxSimulator.Start(new YeastarSimulatorOptions { Provider = "Yeastar", IsMonitored = false });
        await quiet.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero }, Limits.Patience);
        Assert.Equal(["30012"], quiet.Log.Of(SimulatorLogKind.Event).Select(e => e.Name));
    }

    [Fact]
    public async Task Calls_in_progress_can_be_asked_for_by_direction_by_id_and_by_extension()
    {
        var token = Text(await GetTokenAsync(), "access_token");
        using var hangUp = new CancellationTokenSource();
        var playing = _simulator.PlayAsync("Answered", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1) }, hangUp.Token);
        while (!_simulator.ActiveCalls.Any(c => c.Legs.Any(l => l.Index > 0 && l.AnsweredAt is not null)))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        var id = _simulator.ActiveCalls[0].CallId;
        foreach (var query in (string[])["type=inbound", $"call_id={id}", "extension=1001"])
        {
            var reply = await GetAsync($"call/query?access_token={token}&{query}");
            Assert.Equal(id, reply.GetProperty("data")[0].GetProperty("call_id").GetString());
        }
        Assert.Equal(0, (await GetAsync($"call/query?access_token={token}&type=outbound")).GetProperty("data").GetArrayLength());
        Assert.NotEqual(0, Code(await GetAsync($"call/query?access_token={token}&call_id=1.1")));
        Assert.Equal(10004, Code(await GetAsync("call/query?access_token=nonsense&type=inbound")));
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
    }

    [Fact]
    public void Every_scenario_that_the_platform_has_words_for_can_be_played() =>
        Assert.Equal(["Conference", "Parked", "Request"], ScenarioBook.All.Select(s => s.Name).Except(_simulator.ScenarioNames).Order());

    private static int Code(JsonElement reply) => reply.GetProperty("errcode").GetInt32();

    private static string Text(JsonElement reply, string name) => reply.GetProperty(name).GetString()!;

    private Task<JsonElement> GetTokenAsync() => PostAsync("get_token", new { username = _simulator.UserName, password = _simulator.Password });

    private async Task<JsonElement> PostAsync(string function, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri($"openapi/v1.0/{function}", UriKind.Relative), content, Limits.Patience);
        Assert.Equal(200, (int)answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Limits.Patience)).RootElement;
    }

    private async Task<JsonElement> GetAsync(string function) =>
        JsonDocument.Parse(await _http.GetStringAsync(new Uri($"openapi/v1.0/{function}", UriKind.Relative), Limits.Patience)).RootElement;

    private async Task<ClientWebSocket> OpenAsync(string? token = null)
    {
        token ??= Text(await GetTokenAsync(), "access_token");
        var socket = new ClientWebSocket();
        var address = new UriBuilder(_simulator.Server) { Scheme = "ws", Path = "/openapi/v1.0/subscribe", Query = $"access_token={token}" };
        await socket.ConnectAsync(address.Uri, Limits.Patience);
        return socket;
    }

    private static async Task ListAsync(ClientWebSocket socket, string topics)
    {
        await SendAsync(socket, $$"""{"topic_list":[{{topics}}]}""");
        Assert.Equal("""{"errcode":0,"errmsg":"SUCCESS"}""", await ReadAsync(socket));
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Limits.Patience);

    /// <returns>The next message; null for the goodbye.</returns>
    private static async Task<string?> ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var result = await socket.ReceiveAsync(buffer, Limits.Patience);
        return result.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(buffer, 0, result.Count);
    }
}
