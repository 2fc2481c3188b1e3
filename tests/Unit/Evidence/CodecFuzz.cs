using System.Diagnostics;
using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport.SocketIo;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Feeds broken bytes to the parts of Socket.IO that read what a server sends (socketio.md sections 2 to 4).</summary>
internal static class CodecFuzz
{
    /// <summary>After so many broken texts a good one must be read.</summary>
    private const int TextsPerGood = 50;

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

    private static readonly TimeSpan LongestText = TimeSpan.FromSeconds(20);

    /// <summary>Feeds texts.</summary>
    /// <param name="seed">Where every choice comes from.</param>
    /// <param name="count">How many.</param>
    /// <returns>What happened; its failures are empty when all is well.</returns>
    public static FuzzFigures Run(int seed, int count)
    {
        var packets = new FrameFuzzer(seed, Packets);
        var bodies = new FrameFuzzer(seed + 1, Bodies);
        var good = 0;
        for (var i = 0; i < count; i++)
        {
            var bytes = i % 2 == 0 ? packets.Next() : bodies.Next();
            var watch = Stopwatch.StartNew();
            try
            {
                ReadPacket(bytes);
                ReadBody(3, bytes);
                ReadBody(4, bytes);
                EngineHandshake.TryRead(new EngineMessage(bytes));
                Refusal.Read(bytes, Target);
                if (i % TextsPerGood == TextsPerGood - 1)
                {
                    ReadGood();
                    good++;
                }
            }
            catch (Exception e)
            {
                return new FuzzFigures("Socket.IO", seed, i, good, "") { Failures = [$"text {i}: {Encoding.UTF8.GetString(bytes)}{Environment.NewLine}{e}"] };
            }
            if (watch.Elapsed > LongestText)
                return new FuzzFigures("Socket.IO", seed, i, good, "") { Failures = [$"text {i} took {watch.Elapsed}: {Encoding.UTF8.GetString(bytes)}"] };
        }
        return new FuzzFigures("Socket.IO", seed, count, good, "");
    }

    private static void ReadGood()
    {
        if (PacketReader.Read("2[\"good\"]"u8.ToArray(), out var packet) is { } why)
            throw new InvalidOperationException($"The good packet was not read: {why}");
        if (Encoding.UTF8.GetString(packet.Payload.Span) != "[\"good\"]")
            throw new InvalidOperationException("The good packet was read as another one.");
        ReadOnlyMemory<byte> body = "42[\"a\"]\u001e42[\"b\"]"u8.ToArray();
        var read = 0;
        for (; !body.IsEmpty; read++)
            PollingPayload.Take(4, ref body);
        if (read != 2)
            throw new InvalidOperationException($"The good body gave {read} packets.");
    }

    private static void ReadPacket(byte[] bytes)
    {
        if (PacketReader.Read(bytes, out var packet) is null)
            BinaryInliner.Inline(packet.Payload, [new byte[] { 1, 2 }, new byte[] { 3 }]);
        BinaryInliner.Inline(bytes, [new byte[] { 1, 2 }]);
        var length = bytes.Length;
        if (packet.Payload.Length > length)
            throw new InvalidOperationException("The payload is longer than what it was read from.");
    }

    /// <summary>Each packet taken makes the rest shorter, so a body ends.</summary>
    private static void ReadBody(int revision, byte[] bytes)
    {
        ReadOnlyMemory<byte> rest = bytes;
        while (!rest.IsEmpty)
        {
            var before = rest.Length;
            PollingPayload.Take(revision, ref rest);
            if (rest.Length >= before)
                throw new InvalidOperationException("A packet was taken and nothing was used up.");
        }
    }
}
