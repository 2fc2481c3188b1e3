using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Tests.Unit.Simulator;

public sealed class LoopbackServerTests
{
    [Fact]
    public async Task It_answers_requests_by_method_path_and_pattern()
    {
        await using var server = Start(r => r.Map("POST", "/queue/{id}/add", q => ServerResponse.Json(201, $"{q.Values["id"]} {q.Parameter("x")} {q.Header("X-Test")} {q.Text}")));
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/queue/a%20b/add?x=%C3%A9+1") { Content = new StringContent("body") };
        request.Headers.Add("X-Test", "head");

        using var answer = await client.SendAsync(request, Limits.Patience);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("a b é 1 head body", await answer.Content.ReadAsStringAsync(Limits.Patience));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.GetAsync(new Uri("/queue/1/add", UriKind.Relative), Limits.Patience)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri("/other", UriKind.Relative), Limits.Patience)).StatusCode);
    }

    [Fact]
    public async Task It_reads_chunked_bodies_and_keeps_the_connection()
    {
        await using var server = Start(r => r.Map("POST", "/", q => ServerResponse.Plain(200, q.Text + q.Link.Id)));
        using var client = new HttpClient { BaseAddress = server.Address };
        for (var i = 0; i < 3; i++)
        {
            using var content = JsonContent.Create(new { number = i });
            using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = content, Headers = { TransferEncodingChunked = true } };
            using var answer = await client.SendAsync(request, Limits.Patience);
            Assert.Equal($$"""{"number":{{i}}}1""", await answer.Content.ReadAsStringAsync(Limits.Patience));
        }
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n", "413")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "400")]
    public async Task A_request_that_is_none_is_answered_and_the_connection_closed(string text, string status)
    {
        await using var server = Start(_ => { });
        Assert.StartsWith($"HTTP/1.1 {status} ", await ExchangeAsync(server.Port, text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_without_end_is_refused()
    {
        await using var server = Start(_ => { });
        Assert.StartsWith("HTTP/1.1 431 ", await ExchangeAsync(server.Port, "GET / HTTP/1.1\r\nX: " + new string('x', 40_000)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_WebSocket_carries_text_of_every_length_both_ways()
    {
        await using var server = StartEcho();
        using var client = await ConnectAsync(server);
        foreach (var length in new[] { 0, 1, 125, 126, 65_535, 65_536, 1_000_000 })
        {
            var text = new string('é', length / 2);
            await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Limits.Patience);
            Assert.Equal(text, await ReceiveAsync(client));
        }
    }

    [Fact]
    public async Task A_fragmented_message_arrives_whole()
    {
        await using var server = StartEcho();
        using var client = await ConnectAsync(server);
        await client.SendAsync("one "u8.ToArray(), WebSocketMessageType.Text, false, Limits.Patience);
        await client.SendAsync("two "u8.ToArray(), WebSocketMessageType.Text, false, Limits.Patience);
        await client.SendAsync("three"u8.ToArray(), WebSocketMessageType.Text, true, Limits.Patience);
        Assert.Equal("one two three", await ReceiveAsync(client));
    }

    [Fact]
    public async Task A_clients_close_is_answered()
    {
        await using var server = StartEcho();
        using var client = await ConnectAsync(server);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", Limits.Patience);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task A_servers_close_tells_code_and_reason()
    {
        await using var server = Start(r => r.Map("GET", "/ws", _ => ServerResponse.Upgrade(async c =>
        {
            await c.CloseAsync(4001, "token expired");
            await c.ReceiveAsync();
        })));
        using var client = await ConnectAsync(server);
        var end = await client.ReceiveAsync(new byte[100], Limits.Patience);
        Assert.Equal(WebSocketMessageType.Close, end.MessageType);
        Assert.Equal(4001, (int)client.CloseStatus!);
        Assert.Equal("token expired", client.CloseStatusDescription);
    }

    [Fact]
    public async Task Pings_are_answered_both_ways()
    {
        var pinged = new TaskCompletionSource();
        var ponged = new TaskCompletionSource();
        await using var server = Start(r => r.Map("GET", "/ws", _ => ServerResponse.Upgrade(async c =>
        {
            c.PingReceived = () => pinged.TrySetResult();
            c.PongReceived = () => ponged.TrySetResult();
            await c.PingAsync();
            await c.ReceiveAsync();
        })));
        using var client = new ClientWebSocket();
        client.Options.KeepAliveInterval = TimeSpan.FromMilliseconds(50);
        client.Options.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}/ws"), Limits.Patience);
        var receiving = client.ReceiveAsync(new byte[10], Limits.Patience);
        await Task.WhenAll(pinged.Task, ponged.Task).InTime();
        Assert.False(receiving.IsCompleted);
    }

    [Fact]
    public async Task Drop_resets_the_connection()
    {
        await using var server = StartEcho();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, Limits.Patience);
        await socket.SendAsync("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n\r\n"u8.ToArray(), Limits.Patience);
        await socket.ReceiveAsync(new byte[1000], Limits.Patience);
        server.DropAll();
        var end = await Assert.ThrowsAsync<SocketException>(async () => await socket.ReceiveAsync(new byte[10], Limits.Patience));
        Assert.Equal(SocketError.ConnectionReset, end.SocketErrorCode);
    }

    [Fact]
    public async Task Frames_that_come_with_the_upgrade_request_and_right_after_it_are_read_in_order()
    {
        await using var server = StartEcho();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, Limits.Patience);
        // Final text frames of one character with a mask of zeros.
        await socket.SendAsync((byte[])[.. "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n\r\n"u8, 0x81, 0x81, 0, 0, 0, 0, (byte)'a'], Limits.Patience);
        await socket.SendAsync((byte[])[0x81, 0x81, 0, 0, 0, 0, (byte)'b'], Limits.Patience);
        var heard = new MemoryStream();
        var buffer = new byte[1000];
        while (!Encoding.Latin1.GetString(heard.ToArray()).EndsWith("\u0081\u0001b", StringComparison.Ordinal))
            heard.Write(buffer, 0, await socket.ReceiveAsync(buffer, Limits.Patience));

        Assert.EndsWith("\r\n\r\n\u0081\u0001a\u0081\u0001b", Encoding.Latin1.GetString(heard.ToArray()));
    }

    [Fact]
    public async Task A_silent_connection_hears_and_says_nothing_and_stays_up_until_the_client_leaves()
    {
        var heard = new List<string>();
        var ended = new TaskCompletionSource();
        var channels = new TaskCompletionSource<ServerWebSocket>();
        await using var server = Start(r => r.Map("GET", "/ws", _ => ServerResponse.Upgrade(async c =>
        {
            channels.TrySetResult(c);
            while (await c.ReceiveAsync() is { } m)
            {
                heard.Add(m.Text);
                await c.WriteAsync(m.Text);
            }

            ended.SetResult();
        })));
        using var client = await ConnectAsync(server);
        await client.SendAsync("a"u8.ToArray(), WebSocketMessageType.Text, true, Limits.Patience);
        Assert.Equal("a", await ReceiveAsync(client));

        server.SilenceAll();
        await client.SendAsync("b"u8.ToArray(), WebSocketMessageType.Text, true, Limits.Patience);
        var channel = await channels.Task.InTime();
        Assert.False(await channel.WriteAsync("c"));

        var receiving = client.ReceiveAsync(new byte[10], Limits.Patience);
        await Assert.ThrowsAsync<TimeoutException>(() => receiving.WaitAsync(TimeSpan.FromMilliseconds(300)));
        Assert.Single(server.Links);
        Assert.False(channel.Link.Closed.IsCancellationRequested);

        client.Abort();
        await ended.Task.InTime();
        Assert.True(channel.Link.Closed.IsCancellationRequested);
        Assert.Equal(["a"], heard);
    }

    [Fact]
    public async Task Refusing_counts_and_ends()
    {
        await using var server = StartEcho();
        var refused = 0;
        server.Refused = () => refused++;
        server.RefuseNext(2);
        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(server));
        using var client = await ConnectAsync(server);
        Assert.Equal(2, refused);
    }

    [Fact]
    public async Task A_closed_server_refuses_by_the_system_keeps_its_port_and_comes_back()
    {
        await using var server = StartEcho();
        using var before = await ConnectAsync(server);
        for (var round = 0; round < 3; round++)
        {
            await server.CloseAsync();
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var refusal = await Assert.ThrowsAsync<SocketException>(async () => await socket.ConnectAsync(IPAddress.Loopback, server.Port, Limits.Patience));
            Assert.Equal(SocketError.ConnectionRefused, refusal.SocketErrorCode);
            server.Open();
            using var client = await ConnectAsync(server);
            await client.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, true, Limits.Patience);
            Assert.Equal("x", await ReceiveAsync(client));
        }

        await before.SendAsync("still here"u8.ToArray(), WebSocketMessageType.Text, true, Limits.Patience);
        Assert.Equal("still here", await ReceiveAsync(before));
    }

    [Fact]
    public async Task A_handler_is_told_when_its_client_goes_away()
    {
        var started = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        await using var server = Start(r => r.Map("GET", "/", async (_, stop) =>
        {
            started.SetResult();
            using var registration = stop.Register(gone.SetResult);
            await gone.Task;
            return ServerResponse.Plain(200, "");
        }));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, Limits.Patience);
        await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Limits.Patience);
        await started.Task.InTime();
        Assert.False(gone.Task.IsCompleted);
        socket.Close();
        await gone.Task.InTime();
        for (var i = 0; i < 500 && server.Links.Count > 0; i++)
            await Task.Delay(10);
        Assert.Empty(server.Links);
    }

    [Fact]
    public async Task TLS_uses_a_certificate_that_can_be_pinned()
    {
        using var certificate = SimulatorCertificate.Create();
        var router = new HttpRouter();
        router.Map("GET", "/", _ => ServerResponse.Plain(200, "secure"));
        await using var server = new LoopbackServer(router.HandleAsync, 0, certificate, TimeProvider.System);
        server.Open();
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, seen, _, _) => seen!.GetCertHashString() == certificate.Thumbprint,
            },
        };
        using var client = new HttpClient(handler);
        Assert.Equal("secure", await client.GetStringAsync(server.Address, Limits.Patience));
        using var strict = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => strict.GetStringAsync(server.Address, Limits.Patience));
    }

    [Fact]
    public async Task The_end_leaves_no_connection_and_frees_the_port()
    {
        var server = StartEcho();
        var clients = new List<ClientWebSocket>();
        for (var i = 0; i < 20; i++)
            clients.Add(await ConnectAsync(server));
        server.SilenceAll();
        await server.DisposeAsync().AsTask().InTime();
        Assert.Empty(server.Links);
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, server.Port));
        }

        foreach (var client in clients)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => client.ReceiveAsync(new byte[1], Limits.Patience));
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_taken_port_is_a_clear_error()
    {
        await using var server = StartEcho();
        var error = Assert.Throws<PbxException>(() => new LoopbackServer((_, _) => throw new InvalidOperationException(), server.Port, null, TimeProvider.System));
        Assert.Equal(PbxErrorKind.InvalidOption, error.Kind);
    }

    private static LoopbackServer Start(Action<HttpRouter> map)
    {
        var router = new HttpRouter();
        map(router);
        var server = new LoopbackServer(router.HandleAsync, 0, null, TimeProvider.System);
        server.Open();
        return server;
    }

    private static LoopbackServer StartEcho() => Start(r => r.Map("GET", "/ws", _ => ServerResponse.Upgrade(async c =>
    {
        while (await c.ReceiveAsync() is { } message)
            await c.WriteAsync(message.Text);
    })));

    private static async Task<ClientWebSocket> ConnectAsync(LoopbackServer server)
    {
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}/ws"), Limits.Patience);
        return client;
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket client)
    {
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await client.ReceiveAsync(buffer, Limits.Patience);
            all.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return Encoding.UTF8.GetString(all.ToArray());
        }
    }

    private static async Task<string> ExchangeAsync(int port, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Limits.Patience);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), Limits.Patience);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Limits.Patience);
    }
}
