using System.Text;
using PbxEvents.Providers.Transport;
using PbxEvents.Providers.Transport.SocketIo;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>The parts of Socket.IO that read bytes from a server (socketio.md sections 2 to 4): no bytes make them throw or run on.</summary>
public sealed class CodecFuzzTests(ITestOutputHelper output)
{
    private static readonly LinkTarget Target = new() { Uri = new Uri("https://api.test/socket.io/"), Kind = LinkKind.SocketIo };

    private static readonly string[] Packets =
    [
        "2[\"a\",{\"b\":[1,2,{\"c\":null}]}]", "2421[\"a\",{}]", "2/admin,7[\"a\"]", "2/admin?tok=2,[\"a\"]", "3/admin,7[]", "0{\"sid\":\"x\"}", "0/admin,{\"sid\":\"x\"}",
        "1/admin,", "{\"message\":\"no\",\"data\":{\"code\":1}}", "\"Invalid namespace\"", "4/nope,{\"message\":\"Invalid namespace\",\"data\":{\"code\":1}}", "52-[\"b\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", "61-3[{\"_placeholder\":true,\"num\":0}]",
    ];

    private static readonly string[] Bodies =
    [
        "2:40", "11:42[\"a\",\"b\"]2:40", "10:b4AQIDBA==6:42[\"a\"]", "4:42[1", "42[\"a\"]\u001e42[\"b\"]\u001ebAQIDBA==", "6", "97:0{\"sid\":\"x\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000}",
        "0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}", "7:42[\"\u00e6\"]8:42[\"\ud83d\ude00\"]",
    ];

    [Fact]
    public void No_bytes_break_the_codec()
    {
        var seed = EvidenceSettings.Seed;
        var count = EvidenceSettings.FuzzFrames / 6;
        output.WriteLine($"Socket.IO: {count} texts, PBXEVENTS_SEED={seed}");
        var packets = new FrameFuzzer(seed, Packets);
        var bodies = new FrameFuzzer(seed + 1, Bodies);
        for (var i = 0; i < count; i++)
        {
            var bytes = i % 2 == 0 ? packets.Next() : bodies.Next();
            try
            {
                ReadPacket(bytes);
                ReadBody(3, bytes);
                ReadBody(4, bytes);
                EngineHandshake.TryRead(new EngineMessage(bytes));
                Refusal.Read(bytes, Target);
            }
            catch (Exception e)
            {
                Assert.Fail($"PBXEVENTS_SEED={seed}, text {i}: {Encoding.UTF8.GetString(bytes)}{Environment.NewLine}{e}");
            }
        }
        Assert.Null(PacketReader.Read("2[\"good\"]"u8.ToArray(), out _));
    }

    private static void ReadPacket(byte[] bytes)
    {
        if (PacketReader.Read(bytes, out var packet) is null)
            BinaryInliner.Inline(packet.Payload, [new byte[] { 1, 2 }, new byte[] { 3 }]);
        BinaryInliner.Inline(bytes, [new byte[] { 1, 2 }]);
        var length = bytes.Length;
        Assert.True(packet.Payload.Length <= length);
    }

    /// <summary>Each packet taken makes the rest shorter, so a body ends.</summary>
    private static void ReadBody(int revision, byte[] bytes)
    {
        ReadOnlyMemory<byte> rest = bytes;
        while (!rest.IsEmpty)
        {
            var before = rest.Length;
            PollingPayload.Take(revision, ref rest);
            Assert.True(rest.Length < before, "A packet was taken and nothing was used up.");
        }
    }
}
