using System.Diagnostics;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Peers.Support;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.SocketIo;

/// <summary>What networks and servers do to an open connection, on every server and over both transports.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan Patience = RecordingSink.Patience;

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_dropped_connection_is_told_and_a_new_one_opens(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var proxy = new FaultProxy(server.Port);
        await using var client = await Peer.ConnectAsync(peer, proxy.Port);
        proxy.DropAll();
        // A polling request that was cut can be sent again by .NET once; the new connection is dropped too.
        proxy.IsRefusing = true;
        Assert.Equal(PbxErrorKind.LinkLost, (await client.Sink.ClosedAsync())?.Kind);

        proxy.IsRefusing = false;
        await using var next = await Peer.ConnectAsync(peer, proxy.Port);
        Assert.True(await next.IsAnsweredAsync());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_half_open_connection_is_noticed_by_its_silence(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling, "--ping-interval", "700", "--ping-timeout", "800");
        await using var proxy = new FaultProxy(server.Port);
        await using var client = await Peer.ConnectAsync(peer, proxy.Port);
        proxy.GoHalfOpen();
        var watch = Stopwatch.StartNew();

        var fault = await client.Sink.ClosedAsync();
        Assert.Equal(PbxErrorKind.LinkLost, fault!.Kind);
        Assert.Contains("nothing has come in for 1.5 s", fault.Message);
        // The last byte came up to a moment before; what is left is the machine's load.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.5, 10);
    }

    [PeerTheory]
    [InlineData("2/3")]
    [InlineData("4/4")]
    public async Task A_polling_session_that_the_server_does_not_know_any_more_is_lost(string peer)
    {
        await using var server = await Peer.StartAsync(peer, true);
        await using var restarted = await Peer.StartAsync(peer, true);
        await using var proxy = new FaultProxy(server.Port);
        await using var client = await Peer.ConnectAsync(peer, proxy.Port);
        proxy.ServerPort = restarted.Port;
        proxy.DropAll();
        // What the cut itself ends is told as well; either way the client is not deaf.
        Assert.Equal(PbxErrorKind.LinkLost, (await client.Sink.ClosedAsync())?.Kind);
        Assert.Equal("0", await restarted.AskAsync("connections"));
    }

    [PeerFact]
    public async Task The_targets_own_limit_of_silence_bounds_the_servers_figures()
    {
        await using var server = await Peer.StartAsync("4/4", false);
        await using var proxy = new FaultProxy(server.Port);
        await using var client = new LinkUser(Peer.TargetOf("4/4", proxy.Port) with { MaxSilence = TimeSpan.FromSeconds(1) });
        await client.OpenAsync();
        proxy.GoHalfOpen();

        Assert.Contains("for 1 s", (await client.Sink.ClosedAsync())!.Message);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_disconnect_packet_ends_the_connection_whether_or_not_the_server_closes_it(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        foreach (var isClosing in new[] { false, true })
        {
            await using var client = await Peer.ConnectAsync(peer, server.Port);
            client.Send("kick", isClosing);
            var fault = await client.Sink.ClosedAsync();
            Assert.Equal((PbxErrorKind.LinkLost, "41"), (fault!.Kind, fault.Code));
        }

        await ConnectTests.WaitForNoSocketsAsync(server);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Closing_sends_what_is_queued_and_the_server_sees_it_go(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        for (var i = 0; i < 20; i++)
            client.Send("echo", i);
        await client.Link.CloseAsync(default);

        Assert.Null(await client.Sink.ClosedAsync());
        Assert.Equal(1, client.Sink.ClosedCount);
        await ConnectTests.WaitForNoSocketsAsync(server);
        Assert.Equal("0", await server.AskAsync("clients"));
        Assert.Equal("20", await server.AskAsync("echoes"));
        // Sending is no fault then, and does nothing.
        client.Send("echo", 21);
        Assert.Equal("20", await server.AskAsync("echoes"));
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_hundred_disposals_leave_no_socket(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
            {
                await using var client = await Peer.ConnectAsync(peer, server.Port);
                Assert.True(await client.IsAnsweredAsync());
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
        await using var server = await Peer.StartAsync("4/4", isPolling);
        for (var i = 0; i < 100; i++)
        {
            var client = await Peer.ConnectAsync("4/4", server.Port);
            client.Link.Abort(new PbxException(PbxErrorKind.LinkLost, "by the test", ""));
        }

        await ConnectTests.WaitForNoSocketsAsync(server);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Refused_attempts_leave_no_socket(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling, "--refuse", "text");
        for (var i = 0; i < 20; i++)
        {
            // Not disposed of: a failed attempt cleans up by itself.
            var client = new LinkUser(Peer.TargetOf(peer, server.Port));
            await Assert.ThrowsAsync<PbxException>(() => client.OpenAsync());
        }

        await ConnectTests.WaitForNoSocketsAsync(server);
    }

    [PeerFact]
    public async Task A_message_over_the_limit_closes_the_link_and_names_the_limit()
    {
        await using var server = await Peer.StartAsync("4/4", false);
        await using var client = new LinkUser(Peer.TargetOf("4/4", server.Port), new TransportOptions { MaxFrameBytes = 50_000 });
        await client.OpenAsync();
        client.Send("large", 1000);
        Assert.Equal(500, (await client.NextAsync())[1].GetString()!.Length);
        client.Send("large", 100_000);

        var fault = await client.Sink.ClosedAsync();
        Assert.Equal(PbxErrorKind.ProtocolError, fault!.Kind);
        Assert.Contains("50000 bytes", fault.Message);
    }

    [PeerFact]
    public async Task A_reader_that_stops_holds_back_the_socket_and_closing_still_works()
    {
        await using var server = await Peer.StartAsync("4/4", false);
        var (taken, goOn) = (0, new TaskCompletionSource());
        var sink = new RecordingSink { OnFrame = async _ =>
        {
            Interlocked.Increment(ref taken);
            await goOn.Task;
        }
        };
        await using var client = new LinkUser(Peer.TargetOf("4/4", server.Port), sink: sink);
        await client.OpenAsync();
        client.Send("burst", 5000, 1000);
        for (var i = 0; i < 600 && taken == 0; i++)
            await Task.Delay(50);

        await client.Link.CloseAsync(default).WaitAsync(Patience);
        Assert.Equal((1, false), (taken, sink.IsClosed));
        await ConnectTests.WaitForNoSocketsAsync(server);
        // What was read before may still come; the end is told after it.
        goOn.SetResult();
        Assert.Null(await sink.ClosedAsync());
        Assert.InRange(taken, 1, 100);
    }
}
