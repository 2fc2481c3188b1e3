using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Peers.Support;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.SocketIo;

/// <summary>Connecting to real servers, and not being able to.</summary>
public sealed class ConnectTests
{
    private static readonly TimeSpan Patience = RecordingSink.Patience;

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task Connects_in_the_revision_that_the_server_speaks_and_is_one_client_there(string peer)
    {
        await using var server = await Peer.StartAsync(peer);
        await using var client = new LinkUser(Peer.TargetOf(peer, server.Port));
        await client.OpenAsync();

        var who = await client.WhoAsync();
        Assert.Equal(("websocket", Peer.TrueRevision(peer)), WayOf(who));
        Assert.Equal(1, who.GetProperty("connections").GetInt32());
        Assert.Equal("PbxEvents", who.GetProperty("agent").GetString());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task Passes_on_query_headers_and_auth(string peer)
    {
        await using var server = await Peer.StartAsync(peer);
        await using var client = new LinkUser(Peer.TargetOf(peer, server.Port) with
        {
            Query = new Dictionary<string, string> { ["token"] = "a b&c=é" },
            Headers = new Dictionary<string, string> { ["X-Test"] = "yes" },
            Auth = """{"token":"t1"}"""u8.ToArray(),
        });
        await client.OpenAsync();

        var who = await client.WhoAsync();
        Assert.Equal("a b&c=é", who.GetProperty("query").GetProperty("token").GetString());
        Assert.Equal("yes", who.GetProperty("header").GetString());
        if (Peer.TrueRevision(peer) == 4)
            Assert.Equal("t1", who.GetProperty("auth").GetProperty("token").GetString());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task A_refusal_by_the_servers_middleware_ends_the_attempt_with_its_words(string peer)
    {
        await using var server = await Peer.StartAsync(peer, "--refuse", "text");
        await using var client = new LinkUser(Peer.TargetOf(peer, server.Port));

        var fault = await Assert.ThrowsAsync<PbxException>(() => client.OpenAsync());
        Assert.Equal(PbxErrorKind.HandshakeFailed, fault.Kind);
        Assert.Contains("not authorized", fault.Message);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task A_refusal_with_code_401_is_a_refused_credential(string peer)
    {
        await using var server = await Peer.StartAsync(peer, "--refuse", "object");
        await using var client = new LinkUser(Peer.TargetOf(peer, server.Port));

        var fault = await Assert.ThrowsAsync<PbxException>(() => client.OpenAsync());
        Assert.Equal((PbxErrorKind.CredentialRefused, "401"), (fault.Kind, fault.Code));
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Joins_a_namespace_and_speaks_in_it(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = new LinkUser(Peer.TargetOf(peer, server.Port) with { Namespace = "/admin" });
        await client.OpenAsync();

        Assert.Equal((isPolling ? "polling" : "websocket", Peer.TrueRevision(peer)), WayOf(await client.WhoAsync()));
        client.Send("ask", "why");
        var question = await client.Sink.NextAsync();
        Assert.Equal("""["question","why"]""", RecordingSink.TextOf(question));
        Assert.True(question.AckId >= 0);
        client.Acknowledge(question, "because", 2);
        Assert.Equal("""["answered","because",2]""", await client.Sink.NextTextAsync());
    }

    [PeerFact]
    public async Task Revision_3_puts_a_query_behind_the_namespace()
    {
        await using var server = await Peer.StartAsync("2/3");
        await using var client = new LinkUser(Peer.TargetOf("2/3", server.Port) with { Namespace = "/admin?tok=2" });
        await client.OpenAsync();

        var who = await client.WhoAsync();
        Assert.Equal("2", who.GetProperty("query").GetProperty("tok").GetString());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task An_unknown_namespace_is_refused_by_name(string peer)
    {
        await using var server = await Peer.StartAsync(peer);
        await using var client = new LinkUser(Peer.TargetOf(peer, server.Port) with { Namespace = "/nope" });

        var fault = await Assert.ThrowsAsync<PbxException>(() => client.OpenAsync());
        Assert.Equal("/nope", fault.Target);
        Assert.Contains("Invalid namespace", fault.Message);
    }

    [PeerTheory]
    [InlineData("2/3")]
    [InlineData("3/4")]
    [InlineData("4/4")]
    [InlineData("4+eio3/3")]
    public async Task A_slow_check_at_the_server_is_waited_for_with_heartbeats(string peer)
    {
        await using var server = await Peer.StartAsync(peer, "--slow", "6000", "--ping-interval", "1000", "--ping-timeout", "2500");
        await using var client = new LinkUser(Peer.TargetOf(peer, server.Port));
        await client.OpenAsync();

        Assert.True(await client.IsAnsweredAsync());
    }

    [PeerFact]
    public async Task A_slow_check_at_a_server_of_revision_3_that_was_asked_for_4_does_not_make_two_clients_of_one()
    {
        await using var server = await Peer.StartAsync("2/4", "--slow", "1500");
        await using var client = new LinkUser(Peer.TargetOf("2/4", server.Port));
        await client.OpenAsync();
        // A second client would pass the server's check after this time.
        await Task.Delay(4000);

        var who = await client.WhoAsync();
        Assert.Equal((3, 1), (WayOf(who).Revision, who.GetProperty("clientsOnThisConnection").GetInt32()));
    }

    [PeerTheory]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("")]
    public async Task Falls_back_to_polling_when_the_upgrade_is_blocked(string answer)
    {
        foreach (var peer in new[] { "2/3", "2/4", "3/4", "4/4", "4+eio3/3" })
        {
            await using var server = await Peer.StartAsync(peer);
            await using var proxy = new FaultProxy(server.Port) { UpgradeAnswer = answer };
            await using var client = new LinkUser(Peer.TargetOf(peer, proxy.Port), new TransportOptions
            {
                // A swallowed upgrade gives no answer: half of the time is WebSocket's, the rest polling's.
                ConnectTimeout = answer.Length == 0 ? TimeSpan.FromSeconds(6) : TimeSpan.FromSeconds(20),
            });
            await client.OpenAsync();

            Assert.Equal(("polling", Peer.TrueRevision(peer)), WayOf(await client.WhoAsync()));
        }
    }

    [PeerFact]
    public async Task Asks_for_the_other_revision_over_polling_too()
    {
        await using var server = await Peer.StartAsync("4/3", "--transports", "polling");
        await using var client = new LinkUser(Peer.TargetOf("4/3", server.Port));
        await client.OpenAsync();

        Assert.Equal(("polling", 4), WayOf(await client.WhoAsync()));
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task Death_between_the_upgrade_and_the_connect_packet_is_told_and_the_next_attempt_succeeds(string peer)
    {
        await using var server = await Peer.StartAsync(peer, "--slow", "500");
        // The 101 and the handshake pass (about 300 bytes), the connect packet does not: it comes half a second later.
        await using var proxy = new FaultProxy(server.Port);
        await using (var client = new LinkUser(Peer.TargetOf(peer, proxy.Port)))
        {
            var connecting = client.OpenAsync();
            while (client.Link.LastReceivedAt is null && !connecting.IsCompleted)
                await Task.Delay(10);
            proxy.DropAll();
            Assert.Equal(PbxErrorKind.LinkLost, (await Assert.ThrowsAsync<PbxException>(() => connecting.WaitAsync(Patience))).Kind);
        }

        await using var next = new LinkUser(Peer.TargetOf(peer, proxy.Port));
        await next.OpenAsync();
        Assert.True(await next.IsAnsweredAsync());
    }

    [PeerFact]
    public async Task A_connection_cut_right_after_the_upgrade_is_a_fault_and_not_a_hang()
    {
        await using var server = await Peer.StartAsync("4/4");
        await using var proxy = new FaultProxy(server.Port) { CutAfterBytes = 0 };
        await using var client = new LinkUser(Peer.TargetOf("4/4", proxy.Port));

        Assert.Equal(PbxErrorKind.HandshakeFailed, (await Assert.ThrowsAsync<PbxException>(() => client.OpenAsync().WaitAsync(Patience))).Kind);
    }

    [PeerTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_leaves_nothing_open_at_the_server(bool isPolling)
    {
        await using var server = await Peer.StartAsync("4/4", isPolling, "--slow", "60000");
        await using var client = new LinkUser(Peer.TargetOf("4/4", server.Port));
        using var cancel = new CancellationTokenSource();
        var connecting = client.OpenAsync(cancel.Token);
        while (await server.CountSocketsAsync() == 0)
            await Task.Delay(20);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(Patience));
        await WaitForNoSocketsAsync(server);
    }

    [PeerTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disconnecting_while_connecting_is_obeyed(bool isPolling)
    {
        await using var server = await Peer.StartAsync("4/4", isPolling, "--slow", "60000");
        await using var client = new LinkUser(Peer.TargetOf("4/4", server.Port));
        var connecting = client.OpenAsync();
        while (await server.CountSocketsAsync() == 0)
            await Task.Delay(20);
        await client.Link.CloseAsync(default);

        Assert.Equal(PbxErrorKind.Disconnected, (await Assert.ThrowsAsync<PbxException>(() => connecting.WaitAsync(Patience))).Kind);
        await WaitForNoSocketsAsync(server);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", PbxErrorKind.ConnectionRefused)]
    [InlineData("http://pbx.invalid", PbxErrorKind.HostNotFound)]
    public async Task A_wrong_address_is_named_as_what_it_is(string address, PbxErrorKind kind)
    {
        await using var client = new LinkUser(new LinkTarget { Uri = new Uri(address), Kind = LinkKind.SocketIo });

        Assert.Equal(kind, (await Assert.ThrowsAsync<PbxException>(() => client.OpenAsync())).Kind);
    }

    [Theory]
    [InlineData(401, 1)]
    [InlineData(404, 2)]
    public async Task An_http_refusal_keeps_its_status_and_401_is_asked_once_only(int status, int requests)
    {
        var seen = 0;
        await using var server = TestServer.Start(_ =>
        {
            Interlocked.Increment(ref seen);
            return TestServer.Answer(status);
        });
        await using var client = new LinkUser(Peer.TargetOf("4/4", server.Port));

        Assert.Equal(status.ToString(), (await Assert.ThrowsAsync<PbxException>(() => client.OpenAsync())).Code);
        Assert.Equal(requests, seen);
    }

    [PeerFact]
    public async Task A_restarted_server_ends_the_connection_at_once_and_a_new_one_opens()
    {
        var server = await Peer.StartAsync("4/4");
        await using var client = new LinkUser(Peer.TargetOf("4/4", server.Port));
        await client.OpenAsync();
        await server.KillAsync();
        Assert.Equal(PbxErrorKind.LinkLost, (await client.Sink.ClosedAsync())?.Kind);
        await server.DisposeAsync();

        await using var again = await Peer.StartAsync("4/4", "--port", server.Port.ToString());
        await using var next = new LinkUser(Peer.TargetOf("4/4", again.Port));
        await next.OpenAsync();
        Assert.True(await next.IsAnsweredAsync());
    }

    internal static async Task WaitForNoSocketsAsync(NodeServer server)
    {
        for (var i = 0; i < 300 && await server.CountSocketsAsync() > 0; i++)
            await Task.Delay(50);
        Assert.Equal(0, await server.CountSocketsAsync());
    }

    private static (string? Transport, int Revision) WayOf(JsonElement who) =>
        (who.GetProperty("transport").GetString(), who.GetProperty("revision").GetInt32());
}
