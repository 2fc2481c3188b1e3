using System.IO.Pipelines;
using PbxEvents.Providers.Transport.WebSockets;

namespace PbxEvents.Tests.Unit.Transport;

/// <summary>What the stream below the WebSocket adds.</summary>
public sealed class LiveStreamTests
{
    [Fact]
    public async Task Reads_ahead_and_gives_out_every_byte_in_order()
    {
        var pipe = new Pipe();
        await using var stream = new LiveStream(pipe.Reader.AsStream(), TimeProvider.System);
        var sent = new byte[200_000];
        new Random(3).NextBytes(sent);
        var writing = pipe.Writer.WriteAsync(sent).AsTask().ContinueWith(_ => pipe.Writer.Complete(), TaskScheduler.Default);

        var received = new List<byte>();
        var random = new Random(4);
        while (true)
        {
            var buffer = new byte[random.Next(1, 50_000)];
            var read = await stream.ReadAsync(buffer);
            if (read == 0)
                break;
            received.AddRange(buffer.AsSpan(0, read));
        }

        await writing;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Silence_counts_only_while_somebody_reads()
    {
        var clock = new StillClock();
        var pipe = new Pipe();
        await using var stream = new LiveStream(pipe.Reader.AsStream(), clock);
        clock.Seconds = 100;
        Assert.Equal((TimeSpan.Zero, null), (stream.Silence, stream.LastReceivedAt));

        var reading = stream.ReadAsync(new byte[1]).AsTask();
        clock.Seconds = 107;
        Assert.Equal(TimeSpan.FromSeconds(7), stream.Silence);
        await pipe.Writer.WriteAsync(new byte[1]);
        await reading;
        clock.Seconds = 110;
        Assert.Equal(TimeSpan.Zero, stream.Silence);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(107), stream.LastReceivedAt);
    }

    private sealed class StillClock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(Seconds);
    }
}
