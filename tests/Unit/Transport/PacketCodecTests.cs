using System.Buffers;
using System.Text;
using PbxEvents.Providers.Transport.SocketIo;

namespace PbxEvents.Tests.Unit.Transport;

/// <summary>The prefix of a Socket.IO packet (socketio.md section 3).</summary>
public sealed class PacketCodecTests
{
    [Theory]
    [InlineData("2[\"a\"]", SocketPacketType.Event, "/", -1, 0, "[\"a\"]")]
    [InlineData("20[\"a\"]", SocketPacketType.Event, "/", 0, 0, "[\"a\"]")]
    [InlineData("2421[\"a\",{}]", SocketPacketType.Event, "/", 421, 0, "[\"a\",{}]")]
    [InlineData("2/admin,7[\"a\"]", SocketPacketType.Event, "/admin", 7, 0, "[\"a\"]")]
    [InlineData("2/admin?tok=2,[\"a\"]", SocketPacketType.Event, "/admin", -1, 0, "[\"a\"]")]
    [InlineData("3/admin,7[]", SocketPacketType.Ack, "/admin", 7, 0, "[]")]
    [InlineData("39223372036854775807[1]", SocketPacketType.Ack, "/", long.MaxValue, 0, "[1]")]
    [InlineData("0", SocketPacketType.Connect, "/", -1, 0, "")]
    [InlineData("0{\"sid\":\"x\"}", SocketPacketType.Connect, "/", -1, 0, "{\"sid\":\"x\"}")]
    [InlineData("0/admin", SocketPacketType.Connect, "/admin", -1, 0, "")]
    [InlineData("0/admin,", SocketPacketType.Connect, "/admin", -1, 0, "")]
    [InlineData("1", SocketPacketType.Disconnect, "/", -1, 0, "")]
    [InlineData("1/admin,", SocketPacketType.Disconnect, "/admin", -1, 0, "")]
    [InlineData("4/nope,\"Invalid namespace\"", SocketPacketType.ConnectError, "/nope", -1, 0, "\"Invalid namespace\"")]
    [InlineData("52-[\"b\",1]", SocketPacketType.BinaryEvent, "/", -1, 2, "[\"b\",1]")]
    [InlineData("51-/admin,12[\"b\"]", SocketPacketType.BinaryEvent, "/admin", 12, 1, "[\"b\"]")]
    [InlineData("61-3[1]", SocketPacketType.BinaryAck, "/", 3, 1, "[1]")]
    internal void Reads_every_kind_and_writes_back_what_is_ever_sent(string text, SocketPacketType type, string name, long ackId, int attachments, string payload)
    {
        Assert.Null(PacketReader.Read(Encoding.UTF8.GetBytes(text), out var packet));
        Assert.Equal((type, name, ackId, attachments, payload),
            (packet.Type, packet.Namespace, packet.AckId, packet.Attachments, Encoding.UTF8.GetString(packet.Payload.Span)));

        // Nothing binary is ever sent.
        if (attachments > 0)
            return;
        var writer = new ArrayBufferWriter<byte>();
        OutPacket.Message(type, name, packet.Payload, ackId).WriteTo(writer);
        Assert.Null(PacketReader.Read(writer.WrittenMemory[1..], out var again));
        Assert.Equal((type, name, ackId, payload), (again.Type, again.Namespace, again.AckId, Encoding.UTF8.GetString(again.Payload.Span)));
        Assert.Equal('4', (char)writer.WrittenSpan[0]);
    }

    [Theory]
    [InlineData("", "type")]
    [InlineData("7[]", "type")]
    [InlineData("2{}", "begins with a name")]
    [InlineData("2[1]", "begins with a name")]
    [InlineData("2[\"a\"", "begins with a name")]
    [InlineData("3[]", "no id")]
    [InlineData("31{}", "not an array")]
    [InlineData("3" + "99999999999999999999[]", "too large")]
    [InlineData("5[\"a\"]", "binary frames")]
    [InlineData("5-1-[\"a\"]", "binary frames")]
    [InlineData("51[\"a\"]", "binary frames")]
    [InlineData("51001-[\"a\"]", "binary frames")]
    public void Says_what_is_wrong(string text, string why) =>
        Assert.Contains(why, PacketReader.Read(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var random = new Random(20240501);
        var alphabet = "0123456789-/,[]{}\"ab?\u00e9"u8.ToArray();
        var read = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = new byte[random.Next(12)];
            for (var j = 0; j < bytes.Length; j++)
                bytes[j] = random.Next(8) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            if (PacketReader.Read(bytes, out var packet) is not null)
                continue;
            read++;
            Assert.True(bytes.AsSpan(1).EndsWith(packet.Payload.Span), Convert.ToHexString(bytes));
        }

        Assert.InRange(read, 1000, 199_000);
    }
}
