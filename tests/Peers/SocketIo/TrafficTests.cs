using System.Text;
using PbxEvents.Providers.Transport.SocketIo;
using PbxEvents.Tests.Peers.Support;

namespace PbxEvents.Tests.Peers.SocketIo;

/// <summary>Every kind of packet, both ways, on every server and over both transports.</summary>
public sealed class TrafficTests
{
    private static readonly TimeSpan Patience = RecordingSink.Patience;

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Events_carry_any_number_of_arguments_of_any_kind(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var client = await ConnectAsync(peer, server);
        await client.EmitAsync("echo");
        await client.EmitAsync("echo", "é\u001e\"\\\u2028😀", 1.5, null, true, new { a = Enumerable.Range(1, 2) });

        Assert.Equal("[\"echo\"]", Encoding.UTF8.GetString((await NextAsync(client)).Payload.Span));
        var arguments = (await NextAsync(client)).GetArguments();
        Assert.Equal("é\u001e\"\\\u2028😀", arguments[0].GetString());
        Assert.Equal("1.5 null true {\"a\":[1,2]}", string.Join(' ', arguments.Skip(1).Select(a => a.GetRawText())));
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Names_are_escaped(string peer, bool isPolling)
    {
        const string Name = "weird \"name\"\n\u2028";
        await using var server = await StartAsync(peer, isPolling);
        await using var client = await ConnectAsync(peer, server);
        await client.EmitAsync(Name, 1);

        Assert.Equal(Name, (await NextAsync(client)).Name);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Acknowledgements_go_both_ways(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var client = await ConnectAsync(peer, server);
        var sum = (await client.EmitWithAckAsync("sum", [2, 3])).GetArguments();
        Assert.Equal(5, sum[0].GetInt32());
        Assert.Equal(3, sum[1].GetProperty("b").GetInt32());

        await client.EmitAsync("ask", "x", 1);
        var question = await NextAsync(client);
        Assert.True(question.WantsAck);
        await client.AcknowledgeAsync(question, "y", 2);
        Assert.Equal("[\"answered\",\"y\",2]", Encoding.UTF8.GetString((await NextAsync(client)).Payload.Span));
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Binary_goes_both_ways_in_events_and_acknowledgements(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var client = await ConnectAsync(peer, server);
        var bytes = Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray();

        await client.EmitAsync("binary", 5);
        var bin = await NextAsync(client);
        var arguments = bin.GetArguments();
        Assert.Equal([7, 7, 7, 7, 7], bin.GetBinary(arguments[0])!.Value.ToArray());
        Assert.Equal([1, 2, 3], bin.GetBinary(arguments[1].GetProperty("nested"))!.Value.ToArray());
        Assert.Equal("é", arguments[1].GetProperty("text").GetString());

        await client.EmitAsync("echo", bytes, "between", new ReadOnlyMemory<byte>([9]), Array.Empty<byte>());
        var echo = await NextAsync(client);
        Assert.Equal(3, echo.Attachments.Count);
        Assert.Equal(bytes, echo.GetBinary(echo.GetArguments()[0])!.Value.ToArray());
        Assert.Equal([9], echo.GetBinary(echo.GetArguments()[2])!.Value.ToArray());

        var reply = await client.EmitWithAckAsync("reflect", [bytes, 1]);
        Assert.Equal(bytes, reply.GetBinary(reply.GetArguments()[0])!.Value.ToArray());

        await client.EmitAsync("ask", bytes);
        var question = await NextAsync(client);
        await client.AcknowledgeAsync(question, bytes, "and");
        var answered = await NextAsync(client);
        Assert.Equal(bytes, answered.GetBinary(answered.GetArguments()[0])!.Value.ToArray());
        Assert.Equal("and", answered.GetArguments()[1].GetString());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_megabyte_goes_both_ways(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var client = await ConnectAsync(peer, server);
        await client.EmitAsync("large", 1024 * 1024);
        Assert.Equal(new string('é', 512 * 1024), (await NextAsync(client)).GetArguments()[0].GetString());

        var bytes = new byte[1024 * 1024];
        new Random(1).NextBytes(bytes);
        var reply = await client.EmitWithAckAsync("reflect", [bytes, new string('y', 1024 * 1024)], Patience);
        Assert.Equal(bytes, reply.GetBinary(reply.GetArguments()[0])!.Value.ToArray());
        Assert.Equal(1024 * 1024, reply.GetArguments()[1].GetString()!.Length);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Twenty_thousand_events_arrive_in_order(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var client = await ConnectAsync(peer, server);
        await client.EmitAsync("burst", 20_000, 100);
        for (var i = 0; i < 20_000; i++) Assert.Equal(i, (await NextAsync(client)).GetArguments()[0].GetInt32());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Four_thousand_acknowledgements_from_eight_tasks_all_arrive_and_none_is_wrong(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling);
        await using var client = await ConnectAsync(peer, server);
        var wrong = 0;
        var received = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(async () =>
        {
            // All 500 are under way at once.
            await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
            {
                var reply = (await client.EmitWithAckAsync("sum", [task * 1000, i], TimeSpan.FromMinutes(2))).GetArguments();
                Interlocked.Increment(ref received);
                if (reply[0].GetInt32() != (task * 1000) + i || reply[1].GetProperty("b").GetInt32() != i) Interlocked.Increment(ref wrong);
            }));
        })));

        Assert.Equal((4000, 0), (received, wrong));
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Heartbeats_keep_a_quiet_connection_alive(string peer, bool isPolling)
    {
        await using var server = await StartAsync(peer, isPolling, "--ping-interval", "300", "--ping-timeout", "1500");
        await using var client = await ConnectAsync(peer, server);
        // Several times as long as either side would wait without heartbeats.
        await Task.Delay(6000);

        Assert.False(client.Events.Completion.IsCompleted);
        Assert.Equal(3, (await client.EmitWithAckAsync("sum", [1, 2])).GetArguments()[0].GetInt32());
        Assert.True(DateTimeOffset.UtcNow - client.LastReceivedAt < TimeSpan.FromSeconds(10));
    }

    private static Task<NodeServer> StartAsync(string peer, bool isPolling, params string[] arguments) =>
        Peer.StartAsync(peer, [.. arguments, "--transports", isPolling ? "polling" : "websocket"]);

    private static async Task<SocketIoClient> ConnectAsync(string peer, NodeServer server)
    {
        var client = new SocketIoClient(Peer.TargetOf(peer, server.Port));
        await client.ConnectAsync();
        return client;
    }

    private static async Task<SocketIoEvent> NextAsync(SocketIoClient client) => await client.Events.ReadAsync().AsTask().WaitAsync(Patience);
}
