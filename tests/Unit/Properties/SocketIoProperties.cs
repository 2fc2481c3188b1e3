using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using PbxEvents.Providers.Transport.SocketIo;

namespace PbxEvents.Tests.Unit.Properties;

/// <summary>What the Socket.IO codec writes it reads again, in both revisions (socketio.md sections 3 and 4).</summary>
public sealed class SocketIoProperties
{
    private static readonly Gen<byte[]> Bytes = Gen.Byte.Array[0, 40];

    private static readonly Gen<object?> Argument = Gen.OneOf<object?>(TextGen.Any.Select(t => (object?)t), Bytes.Select(b => (object?)b),
        Gen.Int.Select(i => (object?)i), Gen.OneOf<object?>(null, true, false));

    [Fact]
    public void A_packet_is_read_as_it_was_written()
    {
        // A comma ends a namespace, a question mark begins its query.
        var name = Gen.OneOf<string>(Gen.OneOf("/"), TextGen.Any.Select(t => "/" + t.Replace(",", "", StringComparison.Ordinal)));
        var ackId = Gen.OneOf<long>(Gen.OneOf(-1L), Gen.Long[0, long.MaxValue]);
        Gen.Select(Gen.Enum<SocketPacketType>(), name, ackId, Gen.Int[0, 1000], TextGen.Any, Argument.Array[0, 3]).Sample((type, ns, ack, count, eventName, arguments) =>
        {
            var isEvent = type is SocketPacketType.Event or SocketPacketType.BinaryEvent;
            var isAck = type is SocketPacketType.Ack or SocketPacketType.BinaryAck;
            var isBinary = type is SocketPacketType.BinaryEvent or SocketPacketType.BinaryAck;
            if (isAck && ack < 0)
                ack = 0;
            var payload = isEvent || isAck ? Write(isEvent ? [eventName, .. arguments] : arguments).Json : "{\"sid\":1}"u8.ToArray();
            var writer = new ArrayBufferWriter<byte>();
            OutPacket.Message(type, ns, payload, ack).WriteTo(writer);
            var written = writer.WrittenSpan.ToArray();
            // Binary packets only come in: between type and namespace they say how many frames follow.
            if (isBinary)
                written = [.. written[..2], .. Encoding.ASCII.GetBytes($"{count}-"), .. written[2..]];

            Assert.Equal((byte)'4', written[0]);
            Assert.Null(PacketReader.Read(written.AsMemory(1), out var packet));
            Assert.Equal((type, ns.Split('?')[0], ack, isBinary ? count : 0, Encoding.UTF8.GetString(payload)),
                (packet.Type, packet.Namespace, packet.AckId, packet.Attachments, Encoding.UTF8.GetString(packet.Payload.Span)));
        }, iter: 20_000);
    }

    [Fact]
    public void A_polling_body_holds_the_packets_that_were_put_in()
    {
        var text = Gen.Select(Gen.Int[0, 6], TextGen.Any, (type, rest) => new Part($"{type}{rest}", null));
        var parts = Gen.OneOf<Part>(text, text, Bytes.Select(b => new Part(null, b))).Array[0, 8];
        Gen.Select(Gen.OneOf(3, 4), parts).Sample((revision, all) =>
        {
            var body = new ArrayBufferWriter<byte>();
            foreach (var part in all)
                PollingPayload.Append(revision, body, Encoding.UTF8.GetBytes(part.Text ?? (revision == 3 ? "b4" : "b") + Convert.ToBase64String(part.Binary!)));
            var read = new List<(string?, string?, string?)>();
            for (ReadOnlyMemory<byte> rest = body.WrittenMemory; !rest.IsEmpty;)
            {
                var message = PollingPayload.Take(revision, ref rest);
                read.Add(message.IsBinary ? (null, Convert.ToHexString(message.Data.Span), message.Problem) : (Encoding.UTF8.GetString(message.Data.Span), null, message.Problem));
            }

            Assert.Equal(all.Select(p => (p.Text, p.Binary is null ? null : Convert.ToHexString(p.Binary), (string?)null)), read);
        }, iter: 20_000);
    }

    [Fact]
    public void Binary_parts_come_back_in_their_places()
    {
        Gen.Select(TextGen.Any, Argument.Array[0, 6]).Sample((name, arguments) =>
        {
            var (json, parts) = Write([name, .. arguments]);
            using var whole = JsonDocument.Parse(BinaryInliner.Inline(json, parts)!);
            Assert.Equal([name, .. arguments.Select(a => a is byte[] bytes ? Convert.ToBase64String(bytes) : a?.ToString() ?? "")],
                whole.RootElement.EnumerateArray().Select(e => e.ToString()));
        }, iter: 10_000);
    }

    [Fact]
    public void A_binary_packet_is_complete_with_its_last_frame_and_keeps_copies()
    {
        Bytes.Array[1, 6].List[1, 3].Sample(packets =>
        {
            var collector = new AttachmentCollector();
            foreach (var frames in packets)
            {
                var sent = frames.Select(f => f.ToArray()).ToArray();
                collector.Begin(new SocketPacket(SocketPacketType.BinaryEvent, "/", -1, frames.Length, "[\"a\"]"u8.ToArray()));
                for (var i = 0; i < sent.Length; i++)
                {
                    Assert.True(collector.IsWaiting);
                    Assert.Equal(frames.Take(i).Sum(f => f.Length), collector.Bytes);
                    var complete = collector.Add(sent[i]);
                    // The buffer that a frame came in is used again.
                    Array.Fill(sent[i], (byte)0xEE);
                    Assert.Equal(i == sent.Length - 1, complete is not null);
                    if (complete is { } all)
                        Assert.Equal(frames.Select(Convert.ToHexString), all.Frames.Select(f => Convert.ToHexString(f.Span)));
                }

                Assert.Equal((false, 0), (collector.IsWaiting, collector.Bytes));
            }
        }, iter: 5_000);
    }

    /// <summary>The array as a server writes it: binary parts as numbered placeholders, and apart.</summary>
    private static (byte[] Json, IReadOnlyList<ReadOnlyMemory<byte>> Parts) Write(IEnumerable<object?> values)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        var json = JsonSerializer.SerializeToUtf8Bytes(values.Select(value =>
        {
            if (value is not byte[] bytes)
                return value;
            parts.Add(bytes);
            return new Dictionary<string, object> { ["_placeholder"] = true, ["num"] = parts.Count - 1 };
        }));
        return (json, parts);
    }

    private sealed record Part(string? Text, byte[]? Binary);
}
