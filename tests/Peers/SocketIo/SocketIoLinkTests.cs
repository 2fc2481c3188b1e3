using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Tests.Peers.Support;

namespace PbxEvents.Tests.Peers.SocketIo;

/// <summary>The link that sessions see, against real servers.</summary>
public sealed class SocketIoLinkTests
{
    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task Delivers_events_and_acknowledgements_as_frames(string peer)
    {
        await using var server = await Peer.StartAsync(peer);
        var sink = new RecordingSink();
        await using var link = Create(peer, server.Port, sink);
        await link.OpenAsync(default);
        link.Start();

        link.Send(Text("""["echo","a",1]"""));
        Assert.Equal(("""["echo","a",1]""", FrameKind.Text, -1L), Describe(await sink.NextAsync()));

        link.Send(Text("""["sum",40,2]""", ackId: 7));
        Assert.Equal(("""[42,{"a":40,"b":2}]""", FrameKind.Ack, 7L), Describe(await sink.NextAsync()));

        link.Send(Text("""["ask",1]"""));
        var question = await sink.NextAsync();
        Assert.Equal("""["question",1]""", RecordingSink.TextOf(question));
        Assert.True(question.AckId >= 0);
        link.Send(new OutFrame(FrameKind.Ack, """["yes"]"""u8.ToArray(), question.AckId));
        Assert.Equal(("""["answered","yes"]""", FrameKind.Text, -1L), Describe(await sink.NextAsync()));

        await link.CloseAsync(default);
        Assert.Null(await sink.ClosedAsync());
        Assert.Equal(1, sink.ClosedCount);
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task Delivers_binary_parts_within_the_json(string peer)
    {
        await using var server = await Peer.StartAsync(peer);
        var sink = new RecordingSink();
        await using var link = Create(peer, server.Port, sink);
        await link.OpenAsync(default);
        link.Start();
        link.Send(Text("""["binary",2]"""));

        Assert.Equal("""["bin","Bwc=",{"nested":"AQID","text":"\u00E9"}]""", await sink.NextTextAsync());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task Nothing_is_delivered_before_the_start_and_nothing_is_lost_meanwhile(string peer)
    {
        await using var server = await Peer.StartAsync(peer);
        var sink = new RecordingSink();
        await using var link = Create(peer, server.Port, sink);
        await link.OpenAsync(default);
        for (var i = 0; i < 100; i++) link.Send(Text($"""["echo",{i}]"""));
        while (link.LastReceivedAt is null) await Task.Delay(10);
        link.Start();

        for (var i = 0; i < 100; i++) Assert.Equal($"""["echo",{i}]""", await sink.NextTextAsync());
    }

    [PeerTheory]
    [MemberData(nameof(Peer.All), MemberType = typeof(Peer))]
    public async Task The_servers_disconnect_is_a_lost_link(string peer)
    {
        await using var server = await Peer.StartAsync(peer);
        var sink = new RecordingSink();
        await using var link = Create(peer, server.Port, sink);
        await link.OpenAsync(default);
        link.Start();
        link.Send(Text("""["kick",false]"""));

        var fault = await sink.ClosedAsync();
        Assert.Equal((PbxErrorKind.LinkLost, "41"), (fault!.Kind, fault.Code));
        await ConnectTests.WaitForNoSocketsAsync(server);
    }

    [PeerFact]
    public async Task A_message_over_the_limit_closes_the_link_and_names_the_limit()
    {
        await using var server = await Peer.StartAsync("4/4");
        var sink = new RecordingSink();
        await using var link = new LinkFactory(new TransportOptions { MaxFrameBytes = 50_000 }).Create(1, Peer.TargetOf("4/4", server.Port), sink);
        await link.OpenAsync(default);
        link.Start();
        link.Send(Text("""["large",1000]"""));
        await sink.NextAsync();
        link.Send(Text("""["large",100000]"""));

        var fault = await sink.ClosedAsync();
        Assert.Equal(PbxErrorKind.ProtocolError, fault!.Kind);
        Assert.Contains("50000 bytes", fault.Message);
    }

    private static ILink Create(string peer, int port, RecordingSink sink) =>
        new LinkFactory(new TransportOptions()).Create(1, Peer.TargetOf(peer, port), sink);

    private static OutFrame Text(string json, long ackId = -1) => new(FrameKind.Text, Encoding.UTF8.GetBytes(json), ackId);

    private static (string Json, FrameKind Kind, long AckId) Describe(Frame frame) => (RecordingSink.TextOf(frame), frame.Kind, frame.AckId);
}
