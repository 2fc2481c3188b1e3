using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Simulator.Server;
using PbxEvents.Tests.Peers.Support;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.SocketIo;

/// <summary>Frames as no server should send them. The link reports and reads on, or ends: it is never deaf.</summary>
public sealed class MalformedTests
{
    private const string Good = """42["good",1]""";

    /// <summary>Text frames that are reported and skipped.</summary>
    public static TheoryData<string> Skipped =>
    [
        "", "7", "9abc", "x", "\u0000", "[]", "{}", "é", "0", "0{}", "4", "47", "48[]", "4x", "4[\"a\"]",
        "42", "42[]", "42{}", "42\"a\"", "42null", "42[1,2]", "42[\"a\"", "42\"a\"]", "42[[\"a\"]]", "42]", "421", "42[", "42,[\"a\"]", "42-1[\"a\"]",
        "4299999999999999999999[\"a\"]", "42/[\"a\"]", "42/other,[\"a\"]", "42/other", "42/,", "42//,[\"a\"]", "42\u00a0[\"a\"]",
        "43", "43[]", "431", "431{}", "431\"a\"", "43/other,1[]", "43999999999999999999999[]",
        "45", "45-", "45-[\"a\"]", "45x-[\"a\"]", "45-1-[\"a\"]", "451[\"a\"]", "4599999999999-[\"a\"]", "451001-[\"a\"]", "450-[1]", "46", "461-[]", "461-",
        "41/other,", "44/other,{}",
    ];

    /// <summary>Raw bytes below Socket.IO that end the link: a WebSocket stream that is broken once cannot be read on.</summary>
    public static TheoryData<string, byte[]> Ending => new()
    {
        { "reserved bit", TestServer.FrameOf(0xC1, "42"u8) },
        { "all reserved bits", TestServer.FrameOf(0xF1, "42"u8) },
        { "unknown opcode", TestServer.FrameOf(0x83, "42"u8) },
        { "unknown control opcode", TestServer.FrameOf(0x8B, "42"u8) },
        { "continuation of nothing", TestServer.FrameOf(0x80, "42"u8) },
        { "a text within a fragmented text", [.. TestServer.FrameOf(0x01, "42"u8), .. TestServer.FrameOf(0x81, "42"u8)] },
        { "fragmented ping", TestServer.FrameOf(0x09, "p"u8) },
        { "long ping", TestServer.FrameOf(0x89, new byte[200]) },
        { "masked frame", [0x81, 0x82, 1, 2, 3, 4, 5, 6] },
        { "negative length", [0x81, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0] },
        { "endless length", [0x81, 127, 0x0F, 0, 0, 0, 0, 0, 0, 0, .. new byte[300_000]] },
        { "invalid UTF-8", TestServer.FrameOf(0x81, [(byte)'4', (byte)'2', (byte)'[', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)']']) },
        { "half a UTF-8 sequence", TestServer.FrameOf(0x81, [(byte)'4', (byte)'2', 0xE2, 0x82]) },
        { "goodbye with half a code", TestServer.FrameOf(0x88, [3]) },
        { "goodbye with a code that is none", TestServer.FrameOf(0x88, [0, 1]) },
        { "goodbye", TestServer.FrameOf(0x88, []) },
        { "HTTP in the middle", "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray() },
        { "Engine.IO close", TestServer.TextFrame("1") },
        { "Socket.IO disconnect", TestServer.TextFrame("41") },
        { "Socket.IO refusal", TestServer.TextFrame("44{\"message\":\"no more\"}") },
        { "Socket.IO refusal without a word", TestServer.TextFrame("44") },
    };

    [Theory]
    [MemberData(nameof(Skipped))]
    public async Task A_text_that_is_no_packet_is_reported_and_the_next_one_is_read(string text)
    {
        await using var server = Serve(4, TestServer.TextFrame(text), TestServer.TextFrame(Good));
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 4, sink);

        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
        // Leaving or refusing a namespace that was never joined means nothing to this one, but it is told like the rest.
        Assert.Equal(1, sink.UnreadableCount);
        Assert.False(sink.IsClosed);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("2probe")]
    [InlineData("3")]
    [InlineData("3probe")]
    [InlineData("5")]
    [InlineData("6")]
    [InlineData("40")]
    [InlineData("40{\"sid\":\"again\"}")]
    public async Task What_is_unexpected_but_harmless_is_passed_over(string text)
    {
        await using var server = Serve(4, TestServer.TextFrame(text), TestServer.TextFrame(Good));
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 4, sink);

        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
        Assert.Equal(0, sink.UnreadableCount);
    }

    [Theory]
    [MemberData(nameof(Ending))]
    public async Task A_broken_stream_ends_the_link_with_a_fault(string what, byte[] bytes)
    {
        await using var server = Serve(4, TestServer.TextFrame(Good), bytes, TestServer.TextFrame(Good));
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 4, sink, new TransportOptions { MaxFrameBytes = 100_000 });

        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
        var fault = await sink.ClosedAsync();
        Assert.True(fault is { Kind: PbxErrorKind.LinkLost or PbxErrorKind.ProtocolError or PbxErrorKind.HandshakeFailed }, what);
        Assert.Equal(1, sink.ClosedCount);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_text_in_place_of_a_binary_part_costs_that_event_only(int revision)
    {
        await using var server = Serve(revision, TestServer.TextFrame("""452-["lost",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"""),
            TestServer.FrameOf(0x82, [4, 1]), TestServer.TextFrame(Good), TestServer.FrameOf(0x82, [4, 2]), TestServer.TextFrame(Good));
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, revision, sink);

        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
        Assert.Contains("text message came", await sink.NextUnreadableAsync());
        Assert.Contains("binary message came without", await sink.NextUnreadableAsync());
    }

    [Fact]
    public async Task A_binary_part_without_its_type_is_reported_in_revision_3()
    {
        await using var server = Serve(3, TestServer.FrameOf(0x82, [9, 9]), TestServer.FrameOf(0x82, []), TestServer.TextFrame(Good));
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 3, sink);

        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
        Assert.Equal(2, sink.UnreadableCount);
    }

    [Theory]
    [InlineData("""451-["b",{"_placeholder":true,"num":5}]""", """["b",{"_placeholder":true,"num":5}]""")]
    [InlineData("""451-["b",{"_placeholder":true,"num":-1}]""", """["b",{"_placeholder":true,"num":-1}]""")]
    [InlineData("""451-["b",{"_placeholder":true,"num":"0"}]""", """["b",{"_placeholder":true,"num":"0"}]""")]
    [InlineData("""451-["b",{"_placeholder":true}]""", """["b",{"_placeholder":true}]""")]
    [InlineData("""451-["b",1]""", """["b",1]""")]
    [InlineData("""451-["b",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]""", """["b","AQI=","AQI="]""")]
    public async Task A_placeholder_that_leads_nowhere_stays_as_it_is(string text, string delivered)
    {
        await using var server = Serve(4, TestServer.TextFrame(text), TestServer.FrameOf(0x82, [1, 2]));
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 4, sink);

        Assert.Equal(delivered, await sink.NextTextAsync());
    }

    [Theory]
    [InlineData("""451-["b",{]""")]
    [InlineData("""451-["b",nothing]""")]
    public async Task A_binary_event_with_broken_json_is_reported(string text)
    {
        await using var server = Serve(4, TestServer.TextFrame(text), TestServer.FrameOf(0x82, [1]), TestServer.TextFrame(Good));
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 4, sink);

        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
        Assert.Equal(1, sink.UnreadableCount);
    }

    [Fact]
    public async Task Binary_parts_over_the_limit_end_the_link()
    {
        var part = TestServer.FrameOf(0x82, new byte[60_000]);
        await using var server = Serve(4, TestServer.TextFrame("""453-["b"]"""), part, part, part);
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 4, sink, new TransportOptions { MaxFrameBytes = 100_000 });

        Assert.Equal(PbxErrorKind.ProtocolError, (await sink.ClosedAsync())?.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0{")]
    [InlineData("0[]")]
    [InlineData("0null")]
    [InlineData("0{}")]
    [InlineData("0{\"sid\":5}")]
    [InlineData("0{\"sid\":\"\"}")]
    [InlineData("40")]
    [InlineData("hello")]
    public async Task A_first_packet_that_is_no_handshake_fails_the_attempt(string text)
    {
        await using var server = TestServer.Start(request => !request.IsWebSocket ? TestServer.Answer(200, text) : ServerResponse.Upgrade(async socket =>
        {
            await socket.WriteAsync(text);
            await socket.DrainAsync();
        }));

        var fault = await Assert.ThrowsAsync<PbxException>(() => OpenAsync(server, 4, new RecordingSink()));
        Assert.Equal(PbxErrorKind.HandshakeFailed, fault.Kind);
    }

    [Theory]
    [InlineData("""{"sid":"a"}""")]
    [InlineData("""{"sid":"a","pingInterval":0,"pingTimeout":-5}""")]
    [InlineData("""{"sid":"a","pingInterval":"often","pingTimeout":null}""")]
    [InlineData("""{"sid":"a","pingInterval":1e300,"pingTimeout":1e300}""")]
    [InlineData("""{"sid":"a","upgrades":7,"maxPayload":"x","more":[[[]]]}""")]
    public async Task Strange_figures_in_the_handshake_do_no_harm(string handshake)
    {
        await using var server = Serve(4, handshake, TestServer.TextFrame(Good));
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 4, sink);

        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("5:42")]
    [InlineData("999999999999999:42[\"a\"]")]
    [InlineData("-3:42[")]
    [InlineData("3")]
    [InlineData("4:b4!!")]
    public async Task A_polling_body_that_cannot_be_delimited_is_reported_and_the_next_poll_read(string body)
    {
        var polls = 0;
        await using var server = TestServer.Start(request => request.IsWebSocket ? TestServer.Answer(404)
            : request.Method == "POST" ? TestServer.Answer(200, "ok")
            : Interlocked.Increment(ref polls) switch
            {
                1 => TestServer.Answer(200, """12:0{"sid":"a"}2:40"""),
                2 => TestServer.Answer(200, body),
                3 => TestServer.Answer(200, $"{Good.Length}:{Good}"),
                _ => TestServer.Silence(),
            });
        var sink = new RecordingSink();
        await using var link = await OpenAsync(server, 3, sink);

        Assert.Equal("""["good",1]""", await sink.NextTextAsync());
        Assert.Equal(1, sink.UnreadableCount);
    }

    private static LoopbackServer Serve(int revision, params byte[][] frames) => Serve(revision,
        // Only a server of revision 4 names the largest payload; without that the client waits a moment to be sure.
        $$"""{"sid":"a","pingInterval":25000,"pingTimeout":20000{{(revision == 4 ? ",\"maxPayload\":1000000" : "")}}}""", frames);

    private static LoopbackServer Serve(int revision, string handshake, params byte[][] frames) => TestServer.StartWebSocket(async socket =>
    {
        await socket.WriteAsync($"0{handshake}");
        if (revision == 4 && (await socket.ReceiveAsync())?.Text != "40")
            return;
        await socket.WriteAsync(revision == 4 ? "40{\"sid\":\"b\"}" : "40");
        foreach (var frame in frames)
            await socket.WriteRawAsync(frame);
        while (await socket.ReadFrameAsync() is { Opcode: not WebSocketFrames.Close })
        {
        }
    });

    private static async Task<ILink> OpenAsync(LoopbackServer server, int revision, RecordingSink sink, TransportOptions? options = null)
    {
        var link = new LinkFactory(options ?? new TransportOptions()).Create(1, Peer.TargetOf($"{revision}/{revision}", server.Port), sink);
        await link.OpenAsync(default);
        link.Start();
        return link;
    }
}
