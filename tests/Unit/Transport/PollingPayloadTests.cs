using System.Buffers;
using System.Text;
using PbxEvents.Providers.Transport.SocketIo;

namespace PbxEvents.Tests.Unit.Transport;

/// <summary>The bodies of long-polling in both revisions (socketio.md section 4).</summary>
public sealed class PollingPayloadTests
{
    [Fact]
    public void Revision_3_counts_utf16_units()
    {
        Assert.Equal(["42[\"echo\",\"é\"]", "42[\"😀\"]", "2"], Read(3, "14:42[\"echo\",\"é\"]8:42[\"😀\"]1:2"));
        Assert.Equal("14:42[\"echo\",\"é\"]8:42[\"😀\"]1:2", Write(3, "42[\"echo\",\"é\"]", "42[\"😀\"]", "2"));
    }

    [Fact]
    public void Revision_4_puts_a_separator_between()
    {
        Assert.Equal(["42[\"é\"]", "2"], Read(4, "42[\"é\"]\u001e2"));
        Assert.Equal("42[\"é\"]\u001e2", Write(4, "42[\"é\"]", "2"));
    }

    [Theory]
    [InlineData(3, "10:b4AQIDBA==1:2")]
    [InlineData(4, "bAQIDBA==\u001e2")]
    public void Binary_comes_as_base64(int revision, string body)
    {
        ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(body);
        var binary = PollingPayload.Take(revision, ref rest);
        Assert.True(binary.IsBinary);
        Assert.Equal([1, 2, 3, 4], binary.Data.ToArray());
        Assert.Equal("2", Encoding.UTF8.GetString(PollingPayload.Take(revision, ref rest).Data.Span));
        Assert.True(rest.IsEmpty);
    }

    [Theory]
    [InlineData("95:0{\"sid\":\"a\"}", 3)]
    [InlineData("0{\"sid\":\"a\"}", 4)]
    [InlineData("", 4)]
    public void The_body_of_a_handshake_tells_the_revision(string body, int revision) =>
        Assert.Equal(revision, PollingPayload.DetectRevision(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData(3, "x")]
    [InlineData(3, "5")]
    [InlineData(3, "5:42")]
    [InlineData(3, ":42")]
    [InlineData(3, "99999999999:42")]
    [InlineData(3, "4:b4!!")]
    [InlineData(4, "b!!")]
    public void What_cannot_be_read_is_said(int revision, string body)
    {
        ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(body);
        Assert.NotNull(PollingPayload.Take(revision, ref rest).Problem);
        Assert.True(rest.IsEmpty);
    }

    [Fact]
    public void A_length_that_ends_within_a_character_is_said()
    {
        ReadOnlyMemory<byte> rest = new byte[] { (byte)'1', (byte)':', 0xF0, 0x9F };
        Assert.Contains("within a character", PollingPayload.Take(3, ref rest).Problem);
    }

    [Fact]
    public void No_bytes_make_the_reader_throw_or_stand_still()
    {
        var random = new Random(7);
        var alphabet = "0123456789:b4[]\u001e=AQ"u8.ToArray();
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = new byte[1 + random.Next(16)];
            for (var j = 0; j < bytes.Length; j++)
                bytes[j] = random.Next(6) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            foreach (var revision in new[] { 3, 4 })
            {
                ReadOnlyMemory<byte> rest = bytes;
                while (!rest.IsEmpty)
                {
                    var before = rest.Length;
                    PollingPayload.Take(revision, ref rest);
                    Assert.True(rest.Length < before);
                }
            }
        }
    }

    private static List<string> Read(int revision, string body)
    {
        var packets = new List<string>();
        for (ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(body); !rest.IsEmpty;)
            packets.Add(Encoding.UTF8.GetString(PollingPayload.Take(revision, ref rest).Data.Span));
        return packets;
    }

    private static string Write(int revision, params string[] packets)
    {
        var body = new ArrayBufferWriter<byte>();
        foreach (var packet in packets)
            PollingPayload.Append(revision, body, Encoding.UTF8.GetBytes(packet));
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }
}
