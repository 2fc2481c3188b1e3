using System.Net;
using System.Net.Sockets;
using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Simulator.Server;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Unit.Transport;

/// <summary>The plain WebSocket link against a server that sends exactly what the test wants.</summary>
public sealed class WebSocketLinkTests
{
    private static readonly TransportOptions Options = new() { ConnectTimeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task Delivers_text_binary_and_fragmented_messages_in_order_and_sends_masked_text()
    {
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            await socket.WriteAsync("one");
            await socket.WriteRawAsync(TestServer.FrameOf(0x82, [1, 2, 3]));
            await socket.WriteRawAsync(TestServer.FrameOf(0x01, "th"u8)); // text, more follows
            await socket.WriteRawAsync(TestServer.FrameOf(0x89, "p"u8)); // a ping in between
            await socket.WriteRawAsync(TestServer.FrameOf(0x80, "ree"u8));
            var pong = await socket.ReadFrameAsync();
            var text = await socket.ReadFrameAsync();
            await socket.WriteAsync($"{pong!.Value.Opcode} {text!.Value.Opcode} {Encoding.UTF8.GetString(text.Value.Payload)}");
            await socket.DrainAsync();
        });
        var sink = new RecordingSink();
        await using var link = Create(server, sink);
        await link.OpenAsync(default);
        link.Start();

        Assert.Equal("one", await sink.NextTextAsync());
        var binary = await sink.NextAsync();
        Assert.Equal(FrameKind.Binary, binary.Kind);
        Assert.Equal([1, 2, 3], binary.Payload.ToArray());
        Assert.Equal("three", await sink.NextTextAsync());
        link.Send(new OutFrame(FrameKind.Text, "hello é"u8.ToArray()));
        Assert.Equal($"{WebSocketFrames.Pong} {WebSocketFrames.Text} hello é", await sink.NextTextAsync());
        Assert.NotNull(link.LastReceivedAt);
    }

    [Fact]
    public async Task Sends_the_headers_the_user_agent_and_the_query()
    {
        var seen = new TaskCompletionSource<ServerRequest>();
        await using var server = TestServer.Start(request =>
        {
            seen.TrySetResult(request);
            return ServerResponse.Upgrade(TestServer.DrainAsync);
        });
        await using var link = Create(server, new RecordingSink(), t => t with
        {
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer x" },
        });
        await link.OpenAsync(default);

        var request = await seen.Task;
        Assert.Equal("/ws?token=hidden", request.Target);
        Assert.Equal("Bearer x", request.Headers["Authorization"]);
        Assert.Equal("PbxEvents", request.Headers["User-Agent"]);
    }

    [Fact]
    public async Task Sends_pings_and_counts_pongs_as_a_sign_of_life()
    {
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            for (var i = 0; i < 8; i++)
            {
                // Anything but a ping ends the session, and the link with it.
                if (await socket.ReadFrameAsync() is not { Opcode: WebSocketFrames.Ping, Payload: var payload })
                    return;
                await socket.WriteRawAsync(WebSocketFrames.Make(WebSocketFrames.Pong, payload));
            }

            await socket.WriteAsync("still here");
            await socket.DrainAsync();
        });
        var sink = new RecordingSink();
        await using var link = Create(server, sink, t => t with
        {
            PingInterval = TimeSpan.FromMilliseconds(250),
            MaxSilence = TimeSpan.FromSeconds(1.5),
        });
        await link.OpenAsync(default);
        link.Start();

        Assert.Equal("still here", await sink.NextTextAsync());
    }

    [Fact]
    public async Task Pings_never_break_into_the_frames_they_travel_between()
    {
        const int Count = 3000;
        var texts = new List<string>();
        var pings = 0;
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            while (texts.Count < Count)
            {
                if (await socket.ReadFrameAsync() is not { } frame)
                    return;
                if (frame.Opcode != WebSocketFrames.Ping)
                {
                    texts.Add(Encoding.UTF8.GetString(frame.Payload));
                    continue;
                }

                // The next ping comes only after the pong.
                pings++;
                await socket.WriteRawAsync(TestServer.FrameOf(0x8A, frame.Payload));
            }

            await socket.WriteAsync("all");
            await socket.DrainAsync();
        });
        var sink = new RecordingSink();
        await using var link = Create(server, sink, t => t with { PingInterval = TimeSpan.FromMilliseconds(1) });
        await link.OpenAsync(default);
        link.Start();
        for (var i = 0; i < Count; i++)
        {
            link.Send(new OutFrame(FrameKind.Text, Encoding.UTF8.GetBytes($"{i}:{new string('x', 700)}")));
            // The link's own queue is bounded: give the writer a turn now and then.
            if (i % 200 == 199)
                await Task.Delay(5);
        }

        Assert.Equal("all", await sink.NextTextAsync());
        Assert.Equal(Enumerable.Range(0, Count), texts.Select(t => int.Parse(t.Split(':')[0])));
        Assert.True(pings > 1, "pings were sent in between");
    }

    [Fact]
    public async Task A_silent_link_is_reported_lost()
    {
        await using var server = TestServer.StartWebSocket(TestServer.DrainAsync);
        var sink = new RecordingSink();
        await using var link = Create(server, sink, t => t with { MaxSilence = TimeSpan.FromSeconds(1), PingInterval = TimeSpan.FromMilliseconds(300) });
        await link.OpenAsync(default);
        link.Start();

        var fault = await sink.ClosedAsync();
        Assert.Equal(PbxErrorKind.LinkLost, fault?.Kind);
        Assert.Contains("nothing has come in", fault!.Message);
    }

    [Fact]
    public async Task A_link_through_a_proxy_works_and_its_silence_is_noticed()
    {
        // After the 200 the proxy is the server: its next request is the upgrade.
        await using var proxy = TestServer.Start(request => request.Method == "CONNECT" ? TestServer.Bytes("HTTP/1.1 200 OK\r\n\r\n") : ServerResponse.Upgrade(async socket =>
        {
            for (var i = 0; i < 60; i++)
            {
                await socket.WriteAsync("data");
                await Task.Delay(50);
            }

            await socket.WriteAsync("last");
            await socket.DrainAsync();
        }));
        var sink = new RecordingSink();
        var options = Options with { Proxy = new Uri($"http://127.0.0.1:{proxy.Port}") };
        var target = new LinkTarget { Uri = new Uri("ws://pbx.example/ws"), MaxSilence = TimeSpan.FromSeconds(2) };
        await using var link = new LinkFactory(options).Create(1, target, sink);
        await link.OpenAsync(default);
        link.Start();

        string text;
        do
            text = await sink.NextTextAsync();
        while (text == "data");
        Assert.Equal("last", text);
        Assert.Contains("nothing has come in", (await sink.ClosedAsync())!.Message);
    }

    [Fact]
    public async Task A_sink_that_takes_its_time_is_not_the_servers_silence()
    {
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            await socket.WriteAsync("first");
            for (var i = 0; i < 100; i++)
            {
                await Task.Delay(50);
                await socket.WriteAsync("more");
            }

            await socket.DrainAsync();
        });
        var sink = new RecordingSink { OnFrame = async frame =>
        {
            if (RecordingSink.TextOf(frame) == "first")
                await Task.Delay(2500);
        }
        };
        await using var link = Create(server, sink, t => t with { MaxSilence = TimeSpan.FromSeconds(1) });
        await link.OpenAsync(default);
        link.Start();

        Assert.Equal("first", await sink.NextTextAsync());
        Assert.Equal("more", await sink.NextTextAsync());
        Assert.False(sink.IsClosed);
    }

    [Fact]
    public async Task Data_is_a_sign_of_life_though_a_pong_is_missing()
    {
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            // The first ping comes while nothing else does; it is never answered.
            while (await socket.ReadFrameAsync() is { Opcode: not WebSocketFrames.Ping })
            {
            }

            for (var i = 0; i < 120; i++)
            {
                await socket.WriteAsync("data");
                await Task.Delay(50);
            }

            await socket.WriteAsync("last");
            await socket.DrainAsync();
        });
        var sink = new RecordingSink();
        await using var link = Create(server, sink, t => t with { PingInterval = TimeSpan.FromSeconds(1), MaxSilence = TimeSpan.FromSeconds(4) });
        await link.OpenAsync(default);
        link.Start();

        string text;
        do
            text = await sink.NextTextAsync();
        while (text == "data");
        Assert.Equal("last", text);
        Assert.False(sink.IsClosed);
    }

    [Fact]
    public async Task A_sink_that_pauses_for_8_seconds_is_not_a_missing_pong()
    {
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            await socket.WriteAsync("first");
            // Each pong stands behind data that nobody reads for as long as the sink pauses.
            while (await socket.ReadFrameAsync() is { } frame)
            {
                if (frame.Opcode != WebSocketFrames.Ping)
                    continue;
                await socket.WriteAsync("data");
                await socket.WriteRawAsync(TestServer.FrameOf(0x8A, frame.Payload));
            }
        });
        var sink = new RecordingSink { OnFrame = async frame =>
        {
            if (RecordingSink.TextOf(frame) == "first")
                await Task.Delay(8000);
        }
        };
        await using var link = Create(server, sink, t => t with { PingInterval = TimeSpan.FromSeconds(0.5), MaxSilence = TimeSpan.FromSeconds(4) });
        await link.OpenAsync(default);
        link.Start();

        Assert.Equal("first", await sink.NextTextAsync());
        // Pings and data go on after the pause.
        for (var i = 0; i < 3; i++)
            Assert.Equal("data", await sink.NextTextAsync());
        Assert.False(sink.IsClosed);
    }

    [Fact]
    public async Task The_servers_goodbye_is_answered_and_its_code_is_kept()
    {
        var answered = new TaskCompletionSource<byte?>();
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            await socket.WriteRawAsync(TestServer.FrameOf(0x88, [0x0F, 0xA1, .. "token gone"u8]));
            answered.TrySetResult((await socket.ReadFrameAsync())?.Opcode);
        });
        var sink = new RecordingSink();
        await using var link = Create(server, sink);
        await link.OpenAsync(default);
        link.Start();

        var fault = await sink.ClosedAsync();
        Assert.Equal((PbxErrorKind.LinkLost, "4001"), (fault!.Kind, fault.Code));
        Assert.Contains("token gone", fault.Message);
        Assert.Equal(WebSocketFrames.Close, await answered.Task.WaitAsync(RecordingSink.Patience));
    }

    [Fact]
    public async Task Closing_sends_what_is_queued_and_says_goodbye()
    {
        var seen = new TaskCompletionSource<List<byte>>();
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            var frames = new List<byte>();
            while (await socket.ReadFrameAsync() is { Opcode: not WebSocketFrames.Close and var opcode })
                frames.Add(opcode);
            await socket.WriteRawAsync(TestServer.FrameOf(0x88, [0x03, 0xE8]));
            await socket.DrainAsync();
            seen.TrySetResult(frames);
        });
        var sink = new RecordingSink();
        await using var link = Create(server, sink);
        await link.OpenAsync(default);
        link.Start();
        for (var i = 0; i < 50; i++)
            link.Send(new OutFrame(FrameKind.Text, "x"u8.ToArray()));
        await link.CloseAsync(default);

        Assert.True(sink.IsClosed);
        Assert.Null(await sink.ClosedAsync());
        var frames = await seen.Task.WaitAsync(RecordingSink.Patience);
        Assert.Equal(Enumerable.Repeat(WebSocketFrames.Text, 50), frames);
        await link.DisposeAsync();
        Assert.Equal(1, sink.ClosedCount);
    }

    [Fact]
    public async Task Closing_does_not_wait_long_for_a_server_that_does_not_answer()
    {
        await using var server = TestServer.StartWebSocket(TestServer.FreezeAsync);
        var sink = new RecordingSink();
        await using var link = Create(server, sink);
        await link.OpenAsync(default);
        link.Start();

        await link.CloseAsync(default).WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Null(await sink.ClosedAsync());
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_the_link_and_names_the_limit()
    {
        await using var server = TestServer.StartWebSocket(async socket =>
        {
            await socket.WriteRawAsync(TestServer.FrameOf(0x82, new byte[1000]));
            await socket.WriteRawAsync(TestServer.FrameOf(0x82, new byte[200_000]));
            await socket.DrainAsync();
        });
        var sink = new RecordingSink();
        await using var link = Create(server, sink, options: Options with { MaxFrameBytes = 100_000 });
        await link.OpenAsync(default);
        link.Start();

        Assert.Equal(1000, (await sink.NextAsync()).Payload.Length);
        var fault = await sink.ClosedAsync();
        Assert.Equal(PbxErrorKind.ProtocolError, fault?.Kind);
        Assert.Contains("100000 bytes", fault!.Message);
    }

    [Fact]
    public async Task A_server_that_takes_nothing_ends_the_link_once_the_queue_is_full()
    {
        await using var server = TestServer.StartWebSocket(TestServer.FreezeAsync);
        var sink = new RecordingSink();
        await using var link = Create(server, sink);
        await link.OpenAsync(default);
        link.Start();
        var block = new byte[64 * 1024];
        Array.Fill(block, (byte)'x');
        for (var i = 0; i < 40_000 && !sink.IsClosed; i++)
            link.Send(new OutFrame(FrameKind.Text, block));

        Assert.Equal(PbxErrorKind.SlowServer, (await sink.ClosedAsync())?.Kind);
    }

    [Theory]
    [InlineData(401, null)]
    [InlineData(403, null)]
    [InlineData(302, null)]
    [InlineData(503, 7)]
    [InlineData(429, 11)]
    public async Task A_refused_upgrade_keeps_status_and_retry_after(int status, int? retryAfter)
    {
        await using var server = TestServer.Start(_ => TestServer.Answer(status, "no", retryAfter is { } wait ? [("Retry-After", wait.ToString())] : []));
        await using var link = Create(server, new RecordingSink());

        var fault = await Assert.ThrowsAsync<PbxException>(() => link.OpenAsync(default));
        Assert.Equal(status == 429 ? PbxErrorKind.RateLimited : PbxErrorKind.HandshakeFailed, fault.Kind);
        Assert.Equal(status.ToString(), fault.Code);
        Assert.Equal(retryAfter, (int?)fault.RetryAfter?.TotalSeconds);
        Assert.DoesNotContain("hidden", fault.ToString());
    }

    [Theory]
    [InlineData("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm8=\r\n\r\n")]
    [InlineData("HTTP/1.1 101 X\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    public async Task An_answer_that_makes_no_sense_is_a_failed_handshake(string answer)
    {
        await using var server = TestServer.Start(_ => TestServer.Bytes(answer));
        await using var link = Create(server, new RecordingSink());

        Assert.Equal(PbxErrorKind.HandshakeFailed, (await Assert.ThrowsAsync<PbxException>(() => link.OpenAsync(default))).Kind);
    }

    [Fact]
    public async Task Cancelling_the_opening_leaves_no_socket_open()
    {
        var asked = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var server = TestServer.Start(_ => new ServerResponse(0)
        {
            Raw = async client =>
            {
                asked.TrySetResult();
                await TestServer.DrainAsync(client);
                left.TrySetResult();
            },
        });
        await using var link = Create(server, new RecordingSink());
        using var cancel = new CancellationTokenSource();
        var opening = link.OpenAsync(cancel.Token);
        await asked.Task.WaitAsync(RecordingSink.Patience);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        await left.Task.WaitAsync(RecordingSink.Patience);
    }

    [Fact]
    public async Task Cancelling_during_the_tls_handshake_closes_the_socket_at_once()
    {
        // .NET's own handler holds on to a connection that is just being made for 5 s after nobody wants it any more.
        var soon = TimeSpan.FromSeconds(4);
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var target = new LinkTarget { Uri = new Uri($"wss://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/ws") };
        await using var link = new LinkFactory(Options).Create(1, target, new RecordingSink());
        using var cancel = new CancellationTokenSource();
        var opening = link.OpenAsync(cancel.Token);
        using var client = await server.AcceptTcpClientAsync().WaitAsync(RecordingSink.Patience);
        await client.GetStream().ReadExactlyAsync(new byte[1]);
        await cancel.CancelAsync();

        try
        {
            await client.GetStream().CopyToAsync(Stream.Null).WaitAsync(soon);
        }
        catch (IOException)
        {
            // Reset is closed too.
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Fact]
    public async Task Aborting_while_opening_ends_the_opening_with_the_fault()
    {
        var asked = new TaskCompletionSource();
        await using var server = TestServer.Start(_ =>
        {
            asked.TrySetResult();
            return TestServer.Silence();
        });
        await using var link = Create(server, new RecordingSink());
        var opening = link.OpenAsync(default);
        await asked.Task.WaitAsync(RecordingSink.Patience);
        link.Abort(new PbxException(PbxErrorKind.Disconnected, "by the user", ""));

        Assert.Equal("by the user", (await Assert.ThrowsAsync<PbxException>(() => opening)).Message);
    }

    [Fact]
    public async Task Silence_during_the_opening_is_a_timeout()
    {
        await using var server = TestServer.Start(_ => TestServer.Silence());
        await using var link = Create(server, new RecordingSink(), options: Options with { ConnectTimeout = TimeSpan.FromSeconds(1) });

        Assert.Equal(PbxErrorKind.Timeout, (await Assert.ThrowsAsync<PbxException>(() => link.OpenAsync(default))).Kind);
    }

    [Fact]
    public async Task An_abort_is_told_to_the_sink_once_with_its_fault()
    {
        await using var server = TestServer.StartWebSocket(TestServer.DrainAsync);
        var sink = new RecordingSink();
        await using var link = Create(server, sink);
        await link.OpenAsync(default);
        link.Start();
        link.Abort(new PbxException(PbxErrorKind.LinkLost, "first", ""));
        link.Abort(new PbxException(PbxErrorKind.LinkLost, "second", ""));

        Assert.Equal("first", (await sink.ClosedAsync())?.Message);
        await link.CloseAsync(default);
        Assert.Equal(1, sink.ClosedCount);
    }

    private static ILink Create(LoopbackServer server, RecordingSink sink, Func<LinkTarget, LinkTarget>? change = null, TransportOptions? options = null)
    {
        var target = new LinkTarget { Uri = new Uri($"ws://127.0.0.1:{server.Port}/ws?token=hidden") };
        return new LinkFactory(options ?? Options).Create(1, change?.Invoke(target) ?? target, sink);
    }
}
