using System.IO.Pipelines;
using System.Net.WebSockets;
using PbxEvents.Providers.Transport.WebSockets;

namespace PbxEvents.Tests.Unit.Transport;

/// <summary>What the stream below the WebSocket takes for granted, and what it adds.</summary>
public sealed class LiveStreamTests
{
    [Fact]
    public async Task This_runtimes_websocket_writes_each_frame_whole_with_one_write()
    {
        await using var stream = new WriteCounter();
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = false, KeepAliveInterval = TimeSpan.Zero });
        int[] sizes = [0, 1, 125, 126, 1000, 65_535, 65_536, 1_000_000];
        foreach (var size in sizes) await socket.SendAsync(new byte[size].AsMemory(), WebSocketMessageType.Binary, true, default);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);

        // Header, mask, payload; the goodbye has a code of two bytes.
        Assert.Equal([.. sizes.Select(s => s + 4 + (s < 126 ? 2 : s < 65_536 ? 4 : 10)), 8], stream.Writes);
    }

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
            if (read == 0) break;
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

    private sealed class WriteCounter : MemoryStream
    {
        public List<int> Writes { get; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes.Add(buffer.Length);
            return ValueTask.CompletedTask;
        }
    }
}
