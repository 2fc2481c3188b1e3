using System.Diagnostics;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Providers.Transport.SocketIo;
using PbxEvents.Tests.Peers.Support;

namespace PbxEvents.Tests.Peers.SocketIo;

/// <summary>What networks and servers do to an open connection, on every server and over both transports.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan Patience = RecordingSink.Patience;

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_dropped_connection_is_told_and_a_new_one_opens(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var proxy = new FaultProxy(server.Port);
        await using var client = await ConnectAsync(peer, proxy.Port);
        proxy.DropAll();
        // A polling request that was cut can be sent again by .NET once; the new connection is dropped too.
        proxy.IsRefusing = true;
        Assert.Equal(PbxErrorKind.LinkLost, await EndOfAsync(client));

        proxy.IsRefusing = false;
        await using var next = await ConnectAsync(peer, proxy.Port);
        Assert.Equal(3, (await next.EmitWithAckAsync("sum", [1, 2])).GetArguments()[0].GetInt32());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_half_open_connection_is_noticed_by_its_silence(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling, "--ping-interval", "700", "--ping-timeout", "800");
        await using var proxy = new FaultProxy(server.Port);
        await using var client = await ConnectAsync(peer, proxy.Port);
        proxy.GoHalfOpen();
        var watch = Stopwatch.StartNew();

        var fault = await Assert.ThrowsAsync<PbxException>(() => client.Events.Completion.WaitAsync(Patience));
        Assert.Equal(PbxErrorKind.LinkLost, fault.Kind);
        Assert.Contains("nothing has come in for 1.5 s", fault.Message);
        // The last byte came up to a moment before; what is left is the machine's load.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.5, 10);
    }

    [PeerTheory]
    [InlineData("2/3")]
    [InlineData("4/4")]
    public async Task A_polling_session_that_the_server_does_not_know_any_more_is_lost(string peer)
    {
        await using var server = await StartAsync(peer, true);
        await using var restarted = await StartAsync(peer, true);
        await using var proxy = new FaultProxy(server.Port);
        await using var client = await ConnectAsync(peer, proxy.Port);
        proxy.ServerPort = restarted.Port;
        proxy.DropAll();
        // What the cut itself ends is told as well; either way the client is not deaf.
        Assert.Equal(PbxErrorKind.LinkLost, await EndOfAsync(client));
        Assert.Equal("0", await restarted.AskAsync("connections"));
    }

    [PeerFact]
    public async Task The_targets_own_limit_of_silence_bounds_the_servers_figures()
    {
        await using var server = await StartAsync("4/4", false);
        await using var proxy = new FaultProxy(server.Port);
        await using var client = new SocketIoClient(Peer.TargetOf("4/4", proxy.Port) with { MaxSilence = TimeSpan.FromSeconds(1) });
        await client.ConnectAsync();
        proxy.GoHalfOpen();

        Assert.Contains("for 1 s", (await Assert.ThrowsAsync<PbxException>(() => client.Events.Completion.WaitAsync(Patience))).Message);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Pending_acknowledgements_fail_at_once_when_the_connection_drops(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var proxy = new FaultProxy(server.Port);
        await using var client = await ConnectAsync(peer, proxy.Port);
        var pending = Enumerable.Range(0, 20).Select(_ => client.EmitWithAckAsync("ignored", [], TimeSpan.FromHours(1))).ToArray();
        await client.EmitWithAckAsync("sum", [1, 2]);
        proxy.IsRefusing = true;
        proxy.DropAll();

        foreach (var one in pending)
            Assert.Equal(PbxErrorKind.LinkLost, (await Assert.ThrowsAsync<PbxException>(() => one.WaitAsync(Patience))).Kind);
        Assert.Equal(PbxErrorKind.LinkLost, (await Assert.ThrowsAsync<PbxException>(() => client.EmitWithAckAsync("sum", [1, 2]))).Kind);
        Assert.Equal(PbxErrorKind.LinkLost, (await Assert.ThrowsAsync<PbxException>(async () => await client.EmitAsync("echo"))).Kind);
    }

    [PeerFact]
    public async Task An_acknowledgement_that_does_not_come_is_a_timeout_that_names_the_event()
    {
        await using var server = await StartAsync("4/4", false);
        await using var client = await ConnectAsync("4/4", server.Port);

        var fault = await Assert.ThrowsAsync<PbxException>(() => client.EmitWithAckAsync("ignored", [], TimeSpan.FromMilliseconds(200)));
        Assert.Equal((PbxErrorKind.NoReply, "ignored"), (fault.Kind, fault.Target));
        Assert.Equal(3, (await client.EmitWithAckAsync("sum", [1, 2])).GetArguments()[0].GetInt32());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_disconnect_packet_ends_the_connection_whether_or_not_the_server_closes_it(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        foreach (var isClosing in new[] { false, true })
        {
            await using var client = await ConnectAsync(peer, server.Port);
            await client.EmitAsync("kick", isClosing);
            Assert.Equal(PbxErrorKind.LinkLost, await EndOfAsync(client));
        }

        await ConnectTests.WaitForNoSocketsAsync(server);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Closing_sends_what_is_queued_and_the_server_sees_it_go(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var client = await ConnectAsync(peer, server.Port);
        for (var i = 0; i < 20; i++) await client.EmitAsync("echo", i);
        await client.CloseAsync();

        await client.Events.Completion.WaitAsync(TimeSpan.Zero).ContinueWith(_ => { }, TaskScheduler.Default);
        await ConnectTests.WaitForNoSocketsAsync(server);
        Assert.Equal("0", await server.AskAsync("clients"));
        Assert.Equal(PbxErrorKind.Disconnected, (await Assert.ThrowsAsync<PbxException>(() => client.EmitWithAckAsync("sum", [1, 2]))).Kind);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_hundred_disposals_leave_no_socket(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
            {
                await using var client = await ConnectAsync(peer, server.Port);
                await client.EmitWithAckAsync("sum", [1, 2], Patience);
            }));
        }

        await ConnectTests.WaitForNoSocketsAsync(server);
        Assert.Equal(100, await server.CountConnectionsAsync());
    }

    [PeerTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hundred_aborted_links_leave_no_socket(bool isPolling)
    {
        await using var server = await StartAsync("4/4", isPolling);
        var factory = new LinkFactory(new TransportOptions());
        for (var i = 0; i < 100; i++)
        {
            var link = factory.Create(i, Peer.TargetOf("4/4", server.Port), new RecordingSink());
            await link.OpenAsync(default);
            link.Start();
            link.Abort(new PbxException(PbxErrorKind.LinkLost, "by the test", ""));
        }

        await ConnectTests.WaitForNoSocketsAsync(server);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Refused_attempts_leave_no_socket(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling, "--refuse", "text");
        for (var i = 0; i < 20; i++)
        {
            // Not disposed of: a failed attempt cleans up by itself.
            var client = new SocketIoClient(Peer.TargetOf(peer, server.Port));
            await Assert.ThrowsAsync<PbxException>(() => client.ConnectAsync());
        }

        await ConnectTests.WaitForNoSocketsAsync(server);
    }

    [PeerFact]
    public async Task A_reader_that_stops_holds_back_the_socket_and_closing_still_works()
    {
        await using var server = await StartAsync("4/4", false);
        await using var client = new SocketIoClient(Peer.TargetOf("4/4", server.Port), new SocketIoClientOptions { EventCapacity = 10 });
        await client.ConnectAsync();
        await client.EmitAsync("burst", 5000, 1000);
        await client.Events.ReadAsync().AsTask().WaitAsync(Patience);

        await client.CloseAsync().WaitAsync(Patience);
        var left = 0;
        while (client.Events.TryRead(out _)) left++;
        Assert.InRange(left, 1, 11);
        await ConnectTests.WaitForNoSocketsAsync(server);
    }

    private static Task<NodeServer> StartAsync(string peer, bool isPolling, params string[] arguments) =>
        Peer.StartAsync(peer, [.. arguments, "--transports", isPolling ? "polling" : "websocket"]);

    private static async Task<SocketIoClient> ConnectAsync(string peer, int port)
    {
        var client = new SocketIoClient(Peer.TargetOf(peer, port));
        await client.ConnectAsync();
        return client;
    }

    private static async Task<PbxErrorKind> EndOfAsync(SocketIoClient client) =>
        (await Assert.ThrowsAsync<PbxException>(() => client.Events.Completion.WaitAsync(Patience))).Kind;
}
