using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Peers.Support;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.SocketIo;

/// <summary>Every kind of packet, both ways, on every server and over both transports.</summary>
public sealed class TrafficTests
{
    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Events_carry_any_number_of_arguments_of_any_kind(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        client.Send("echo");
        client.Send("echo", "é\u001e\"\\\u2028😀", 1.5, null, true, new { a = Enumerable.Range(1, 2) });

        Assert.Equal("""["echo"]""", await client.Sink.NextTextAsync());
        var values = await client.NextAsync();
        Assert.Equal("é\u001e\"\\\u2028😀", values[1].GetString());
        Assert.Equal("1.5 null true {\"a\":[1,2]}", string.Join(' ', values.EnumerateArray().Skip(2).Select(a => a.GetRawText())));
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Names_of_any_kind_come_back_as_they_went(string peer, bool isPolling)
    {
        const string Name = "weird \"name\"\n\u2028";
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        client.Send(Name, 1);

        Assert.Equal(Name, (await client.NextAsync())[0].GetString());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Acknowledgements_go_both_ways(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        Assert.Equal("""[5,{"a":2,"b":3}]""", (await client.AskAsync("sum", 2, 3)).GetRawText());

        client.Send("ask", "x", 1);
        var question = await client.Sink.NextAsync();
        Assert.Equal((FrameKind.Text, """["question","x",1]"""), (question.Kind, RecordingSink.TextOf(question)));
        Assert.True(question.AckId >= 0);
        client.Acknowledge(question, "y", 2);
        var answered = await client.Sink.NextAsync();
        Assert.Equal((FrameKind.Text, """["answered","y",2]""", -1L), (answered.Kind, RecordingSink.TextOf(answered), answered.AckId));
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Binary_parts_of_events_and_acknowledgements_come_within_the_json(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        client.Send("binary", 2);
        Assert.Equal("""["bin","Bwc=",{"nested":"AQID","text":"\u00E9"}]""", await client.Sink.NextTextAsync());

        client.Send("binary", 5000);
        Assert.Equal(Enumerable.Repeat((byte)7, 5000), (await client.NextAsync())[1].GetBytesFromBase64());

        Assert.Equal("""["BwcH","and"]""", (await client.AskAsync("binary reply", 3)).GetRawText());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task A_megabyte_goes_both_ways(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        client.Send("large", 1024 * 1024);
        Assert.Equal(new string('é', 512 * 1024), (await client.NextAsync())[1].GetString());

        var text = string.Create(1024 * 1024, 1, static (span, seed) => new Random(seed).GetItems("abcdefghij", span));
        Assert.Equal(text, (await client.AskAsync("reflect", text))[0].GetString());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Twenty_thousand_events_arrive_in_order(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        client.Send("burst", 20_000, 100);
        for (var i = 0; i < 20_000; i++)
            Assert.Equal(i, (await client.NextAsync())[1].GetInt32());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Four_thousand_acknowledgements_asked_for_by_eight_tasks_all_arrive_and_none_is_wrong(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling);
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(() =>
        {
            for (var id = task * 500; id < (task + 1) * 500; id++)
                client.Link.Send(new OutFrame(FrameKind.Text, JsonSerializer.SerializeToUtf8Bytes(new object[] { "sum", id, 1000 }), id));
        })));

        var open = Enumerable.Range(0, 4000).Select(id => (long)id).ToHashSet();
        while (open.Count > 0)
        {
            var reply = await client.Sink.NextAsync();
            Assert.Equal(FrameKind.Ack, reply.Kind);
            Assert.True(open.Remove(reply.AckId), $"{reply.AckId} came twice or was never asked for");
            Assert.Equal(reply.AckId + 1000, LinkUser.ReadJson(reply)[0].GetInt32());
        }
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task Nothing_is_delivered_before_the_start_and_nothing_is_lost_meanwhile(string peer)
    {
        await using var server = await Peer.StartAsync(peer);
        await using var client = new LinkUser(Peer.TargetOf(peer, server.Port));
        await client.Link.OpenAsync(default);
        for (var i = 0; i < 100; i++)
            client.Send("echo", i);
        while (await server.AskAsync("echoes") != "100")
            await Task.Delay(10);
        Assert.Equal(0, client.Sink.FrameCount);
        client.Link.Start();

        for (var i = 0; i < 100; i++)
            Assert.Equal($"""["echo",{i}]""", await client.Sink.NextTextAsync());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.AllTransports), MemberType = typeof(Peer))]
    public async Task Heartbeats_keep_a_quiet_connection_alive(string peer, bool isPolling)
    {
        await using var server = await Peer.StartAsync(peer, isPolling, "--ping-interval", "300", "--ping-timeout", "1500");
        await using var client = await Peer.ConnectAsync(peer, server.Port);
        // Several times as long as either side would wait without heartbeats.
        await Task.Delay(6000);

        Assert.False(client.Sink.IsClosed);
        Assert.True(await client.IsAnsweredAsync());
        Assert.True(DateTimeOffset.UtcNow - client.Link.LastReceivedAt < TimeSpan.FromSeconds(10));
    }
}
