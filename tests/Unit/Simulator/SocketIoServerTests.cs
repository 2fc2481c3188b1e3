using System.Net;
using System.Net.WebSockets;
using System.Text;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;
using PbxEvents.Simulator.SocketIo;

namespace PbxEvents.Tests.Unit.Simulator;

public sealed class SocketIoServerTests : IAsyncLifetime
{
    private readonly Recorder _handler = new();
    private LoopbackServer _host = null!;
    private SocketIoServer _server = null!;

    public Task InitializeAsync()
    {
        Start(new SocketIoServerOptions());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Revision_4_gets_its_own_socket_id_after_40()
    {
        using var client = await RawSocketIo.OpenAsync(_host.Address, 4);
        Assert.Matches("""^0\{"sid":"[0-9a-f]{20}","upgrades":\[\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000\}$""", await client.ReceiveAsync());
        await client.SendAsync("40{\"token\":\"x\"}");
        Assert.Matches("""^40\{"sid":"[0-9a-f]{20}s1"\}$""", await client.ReceiveAsync());
        Assert.Equal("""{"token":"x"}""", _handler.Auth);
    }

    [Fact]
    public async Task Revision_3_gets_a_bare_40_unasked()
    {
        using var client = await RawSocketIo.OpenAsync(_host.Address, 3);
        Assert.Matches("""^0\{"sid":"[0-9a-f]{20}","upgrades":\[\],"pingInterval":25000,"pingTimeout":20000\}$""", await client.ReceiveAsync());
        Assert.Equal("40", await client.ReceiveAsync());
    }

    [Fact]
    public async Task A_version_2_server_answers_revision_4_in_revision_3()
    {
        await RestartAsync(new SocketIoServerOptions { Support = SocketIoSupport.Revision3 | SocketIoSupport.WebSocket | SocketIoSupport.Polling });
        using var client = await RawSocketIo.OpenAsync(_host.Address, 4);
        await client.ReceiveAsync();
        Assert.Equal("40", await client.ReceiveAsync());
        using var http = new HttpClient { BaseAddress = _host.Address };
        Assert.Matches("^[0-9]+:0{.*}2:40$", await http.GetStringAsync(new Uri("/socket.io/?EIO=4&transport=polling", UriKind.Relative), Limits.Patience));
    }

    [Fact]
    public async Task A_version_4_server_without_its_switch_refuses_revision_3()
    {
        await RestartAsync(new SocketIoServerOptions { Support = SocketIoSupport.Revision4 | SocketIoSupport.WebSocket | SocketIoSupport.Polling });
        using var http = new HttpClient { BaseAddress = _host.Address };
        using var answer = await http.GetAsync(new Uri("/socket.io/?EIO=3&transport=polling", UriKind.Relative), Limits.Patience);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("""{"code":5,"message":"Unsupported protocol version"}""", await answer.Content.ReadAsStringAsync(Limits.Patience));
        using var client = await RawSocketIo.OpenAsync(_host.Address, 3);
        await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAsync);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Events_and_acks_go_both_ways(int revision)
    {
        using var client = await RawSocketIo.JoinAsync(_host.Address, revision);
        await client.SendAsync("""42["plain",1,"é",{"a":[]}]""");
        await client.SendAsync("""4217["ask",{"b":2}]""");
        Assert.Equal("4317[\"ask\",1]", await client.ReceiveAsync());
        Assert.Equal(["plain 3", "ask 1"], _handler.Received);

        var socket = Assert.Single(_handler.Sockets);
        socket.Emit("news", "1", "\"two\"");
        Assert.Equal("""42["news",1,"two"]""", await client.ReceiveAsync());

        var asking = socket.RequestAsync("question", ["{}"], Limits.Patience);
        Assert.Equal("""421["question",{}]""", await client.ReceiveAsync());
        await client.SendAsync("431[\"answer\",42]");
        Assert.Equal("[\"answer\",42]", await asking);
    }

    [Fact]
    public async Task An_ack_that_can_never_come_ends_with_the_link()
    {
        var client = await RawSocketIo.JoinAsync(_host.Address);
        var asking = Assert.Single(_handler.Sockets).RequestAsync("question", [], Limits.Patience);
        await client.ReceiveAsync();
        client.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.InTime());
    }

    [Theory]
    [InlineData(3, "44\"no\"")]
    [InlineData(4, "44{\"message\":\"no\"}")]
    public async Task The_middleware_can_refuse(int revision, string expected)
    {
        _handler.Refusal = expected[2..];
        using var client = await RawSocketIo.OpenAsync(_host.Address, revision);
        await client.ReceiveAsync();
        if (revision == 4)
            await client.SendAsync("40");
        Assert.Equal(expected, await client.ReceiveAsync());
        Assert.Empty(_handler.Sockets);
    }

    [Theory]
    [InlineData(3, "44/nope,\"Invalid namespace\"")]
    [InlineData(4, "44/nope,{\"message\":\"Invalid namespace\"}")]
    public async Task An_unknown_namespace_is_refused(int revision, string expected)
    {
        using var client = await RawSocketIo.JoinAsync(_host.Address, revision);
        await client.SendAsync("40/nope,");
        Assert.Equal(expected, await client.ReceiveAsync());
    }

    [Fact]
    public async Task Namespaces_are_kept_apart()
    {
        await RestartAsync(new SocketIoServerOptions { Namespaces = ["/", "/admin"] });
        using var client = await RawSocketIo.JoinAsync(_host.Address, 3);
        await client.SendAsync("40/admin?tok=2,");
        Assert.Equal("40/admin", await client.ReceiveAsync());
        await client.SendAsync("42/admin,7[\"ask\"]");
        Assert.Equal("43/admin,7[\"ask\",0]", await client.ReceiveAsync());
        _handler.Sockets[1].Emit("hello", "1");
        Assert.Equal("42/admin,[\"hello\",1]", await client.ReceiveAsync());
    }

    [Fact]
    public async Task An_event_before_40_closes_the_link()
    {
        using var client = await RawSocketIo.OpenAsync(_host.Address, 4);
        await client.ReceiveAsync();
        await client.SendAsync("42[\"early\"]");
        await Assert.ThrowsAsync<EndOfStreamException>(client.ReceiveAsync);
    }

    [Fact]
    public async Task No_40_within_the_time_closes_the_link()
    {
        await RestartAsync(new SocketIoServerOptions { ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = await RawSocketIo.OpenAsync(_host.Address, 4);
        await client.ReceiveAsync();
        await Assert.ThrowsAsync<EndOfStreamException>(client.ReceiveAsync);
    }

    [Fact]
    public async Task Revision_4_pings_and_gives_up_on_who_does_not_answer()
    {
        await RestartAsync(new SocketIoServerOptions { PingInterval = TimeSpan.FromMilliseconds(100), PingTimeout = TimeSpan.FromMilliseconds(1500) });
        using var client = await RawSocketIo.JoinAsync(_host.Address);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("2", await client.ReceiveAsync());
            await client.SendAsync("3");
        }

        Assert.Equal("2", await client.ReceiveAsync());
        await Assert.ThrowsAsync<EndOfStreamException>(client.ReceiveAsync);
        Assert.Equal("ping timeout", await _handler.Gone.Task.InTime());
    }

    [Fact]
    public async Task Revision_3_answers_pings_and_gives_up_on_who_sends_none()
    {
        await RestartAsync(new SocketIoServerOptions { PingInterval = TimeSpan.FromMilliseconds(100), PingTimeout = TimeSpan.FromMilliseconds(1500) });
        using var client = await RawSocketIo.JoinAsync(_host.Address, 3);
        await client.SendAsync("2");
        Assert.Equal("3", await client.ReceiveAsync());
        await Assert.ThrowsAsync<EndOfStreamException>(client.ReceiveAsync);
        Assert.Equal("ping timeout", await _handler.Gone.Task.InTime());
    }

    [Fact]
    public async Task Disconnect_sends_41_and_leaves_the_link_open_unless_asked()
    {
        using var client = await RawSocketIo.JoinAsync(_host.Address);
        _handler.Sockets[0].Disconnect();
        Assert.Equal("41", await client.ReceiveAsync());
        await client.SendAsync("40");
        Assert.StartsWith("40{", await client.ReceiveAsync(), StringComparison.Ordinal);
        _handler.Sockets[1].Emit("last", "1");
        _handler.Sockets[1].Disconnect(close: true);
        Assert.Equal("42[\"last\",1]", await client.ReceiveAsync());
        Assert.Equal("41", await client.ReceiveAsync());
        await Assert.ThrowsAsync<EndOfStreamException>(client.ReceiveAsync);
    }

    [Fact]
    public async Task A_clients_41_ends_its_stay()
    {
        using var client = await RawSocketIo.JoinAsync(_host.Address);
        await client.SendAsync("41");
        Assert.Equal("client namespace disconnect", await _handler.Gone.Task.InTime());
    }

    [Theory]
    [InlineData("x")]
    [InlineData("4x")]
    [InlineData("42{}")]
    [InlineData("42[1]")]
    [InlineData("42[\"a\"")]
    [InlineData("4299999999999999999999[\"a\"]")]
    [InlineData("45x-[\"a\"]")]
    public async Task What_cannot_be_read_is_reported_and_skipped(string frame)
    {
        using var client = await RawSocketIo.JoinAsync(_host.Address);
        await client.SendAsync(frame);
        await client.SendAsync("421[\"ask\"]");
        Assert.Equal("431[\"ask\",0]", await client.ReceiveAsync());
        Assert.Single(_handler.Unread);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Polling_carries_everything(int revision)
    {
        using var http = new HttpClient { BaseAddress = _host.Address };
        var (sid, rest) = await OpenPollingAsync(http, revision);
        if (revision == 4)
        {
            Assert.Equal("ok", await PostAsync(http, revision, sid, "40"));
            rest = await PollAsync(http, revision, sid);
        }

        Assert.StartsWith(revision == 3 ? "2:40" : "40{", rest, StringComparison.Ordinal);
        await PostAsync(http, revision, sid, "421[\"ask\",\"é\"]", "422[\"ask\",\"é\",2]");
        var expected = revision == 3 ? "12:431[\"ask\",1]12:432[\"ask\",2]" : "431[\"ask\",1]\u001e432[\"ask\",2]";
        var got = await PollAsync(http, revision, sid);
        while (got.Length < expected.Length)
            got += (revision == 3 ? "" : "\u001e") + await PollAsync(http, revision, sid);
        Assert.Equal(expected, got);

        var polling = PollAsync(http, revision, sid);
        _handler.Sockets[0].Emit("news", "\"é\"");
        Assert.Equal(revision == 3 ? "14:42[\"news\",\"é\"]" : "42[\"news\",\"é\"]", await polling);
    }

    [Fact]
    public async Task A_poll_that_nobody_waits_for_any_more_ends_the_session()
    {
        using var http = new HttpClient { BaseAddress = _host.Address };
        var (sid, _) = await OpenPollingAsync(http, 3);
        using var stop = new CancellationTokenSource();
        var polling = http.GetAsync(new Uri($"/socket.io/?EIO=3&transport=polling&sid={sid}", UriKind.Relative), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);
        if (_server.Sessions.Count > 0)
            await _handler.Gone.Task.InTime();
        using var answer = await http.GetAsync(new Uri($"/socket.io/?EIO=3&transport=polling&sid=nope", UriKind.Relative), Limits.Patience);
        Assert.Equal("""{"code":1,"message":"Session ID unknown"}""", await answer.Content.ReadAsStringAsync(Limits.Patience));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Stepping_up_to_WebSocket_loses_and_turns_nothing_around(int revision)
    {
        using var http = new HttpClient { BaseAddress = _host.Address };
        var (sid, _) = await OpenPollingAsync(http, revision);
        if (revision == 4)
        {
            await PostAsync(http, revision, sid, "40");
            await PollAsync(http, revision, sid);
        }

        var polling = PollAsync(http, revision, sid);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_host.Port}/socket.io/?EIO={revision}&transport=websocket&sid={sid}"), Limits.Patience);
        await SendAsync("2probe");
        Assert.Equal("3probe", await ReceiveAsync());
        Assert.Equal(revision == 3 ? "1:6" : "6", await polling);
        for (var i = 0; i < 5; i++)
            _handler.Sockets[0].Emit("n", $"{i}");
        await SendAsync("5");
        for (var i = 0; i < 5; i++)
            Assert.Equal($"42[\"n\",{i}]", await ReceiveAsync());
        Assert.Equal($"socket.io revision {revision} over websocket", _handler.Sockets[0].Transport);
        await SendAsync("421[\"ask\"]");
        Assert.Equal("431[\"ask\",0]", await ReceiveAsync());

        async Task SendAsync(string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Limits.Patience);

        async Task<string> ReceiveAsync()
        {
            var buffer = new byte[10_000];
            var part = await socket.ReceiveAsync(buffer, Limits.Patience);
            return Encoding.UTF8.GetString(buffer, 0, part.Count);
        }
    }

    [Fact]
    public async Task Dropping_everybody_leaves_no_session()
    {
        using var http = new HttpClient { BaseAddress = _host.Address };
        await OpenPollingAsync(http, 3);
        using var client = await RawSocketIo.JoinAsync(_host.Address);
        await _server.DropAllAsync().InTime();
        Assert.Empty(_server.Sessions);
        await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAsync);
    }

    [Fact]
    public void Revision_3_reads_the_binary_form_of_a_payload()
    {
        byte[] body = [0, 2, 255, .. "40"u8, 1, 3, 255, 4, 1, 2, 0, 3, 255, .. "4é"u8];
        Assert.Equal(["40", "b", "4é"], EnginePayload.Decode(body, 3, isBinary: true));
        Assert.Null(EnginePayload.Decode([0, 9, 255, 1], 3, isBinary: true));
        Assert.Null(EnginePayload.Decode("9:40"u8, 3, isBinary: false));
        Assert.Null(EnginePayload.Decode("x"u8, 3, isBinary: false));
    }

    private static async Task<string> PollAsync(HttpClient http, int revision, string sid) =>
        await http.GetStringAsync(new Uri($"/socket.io/?EIO={revision}&transport=polling&sid={sid}", UriKind.Relative), Limits.Patience);

    private static async Task<string> PostAsync(HttpClient http, int revision, string sid, params string[] packets)
    {
        using var content = new StringContent(EnginePayload.Encode(packets, revision), Encoding.UTF8, "text/plain");
        using var answer = await http.PostAsync(new Uri($"/socket.io/?EIO={revision}&transport=polling&sid={sid}", UriKind.Relative), content, Limits.Patience);
        return await answer.Content.ReadAsStringAsync(Limits.Patience);
    }

    private static async Task<(string Sid, string More)> OpenPollingAsync(HttpClient http, int revision)
    {
        var text = await http.GetStringAsync(new Uri($"/socket.io/?EIO={revision}&transport=polling", UriKind.Relative), Limits.Patience);
        Assert.Contains("\"upgrades\":[\"websocket\"]", text, StringComparison.Ordinal);
        var at = text.IndexOf("\"sid\":\"", StringComparison.Ordinal) + 7;
        return (text[at..(at + 20)], text[(text.IndexOf('}', StringComparison.Ordinal) + 1)..]);
    }

    private async Task RestartAsync(SocketIoServerOptions options)
    {
        await _host.DisposeAsync();
        Start(options);
    }

    private void Start(SocketIoServerOptions options)
    {
        _server = new SocketIoServer(options, new SimulatedIds(1, 0), _handler);
        var router = new HttpRouter();
        router.Map("*", "/socket.io", _server.HandleAsync);
        _host = new LoopbackServer(router.HandleAsync, 0, null, TimeProvider.System);
        _host.Open();
    }

    private sealed class Recorder : ISocketIoHandler
    {
        private int _last;

        public List<SocketIoSocket> Sockets { get; } = [];

        public List<string> Received { get; } = [];

        public List<string> Unread { get; } = [];

        public TaskCompletionSource<string> Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Refusal { get; set; }

        public string Auth { get; private set; } = "";

        public int NextLinkNumber() => Interlocked.Increment(ref _last);

        public string? Refuse(SocketIoSocket socket, string auth)
        {
            Auth = auth;
            return Refusal;
        }

        public void Connected(SocketIoSocket socket) => Sockets.Add(socket);

        public Task ReceivedAsync(SocketIoEvent received)
        {
            Received.Add($"{received.Name} {received.Arguments.Count}");
            received.Ack($"\"{received.Name}\"", $"{received.Arguments.Count}");
            return Task.CompletedTask;
        }

        public void Unreadable(string text) => Unread.Add(text);

        public void Disconnected(SocketIoSocket socket, string reason) => Gone.TrySetResult(reason);
    }
}
