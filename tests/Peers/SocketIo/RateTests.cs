using System.Diagnostics;
using System.Globalization;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Simulator.Server;
using PbxEvents.Tests.Peers.Support;
using PbxEvents.Tests.Shared;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Peers.SocketIo;

/// <summary>
/// Rate and memory per event, side by side with Node's own client on the same stream of 600-byte events. The server sends
/// bytes that were made beforehand, so that it is the clients that are measured.
/// </summary>
[Collection(nameof(RateTests))]
[CollectionDefinition(nameof(RateTests), DisableParallelization = true)]
public sealed class RateTests(ITestOutputHelper output)
{
    private const int Events = 100_000;
    private const int EventBytes = 600;

    [PeerFact]
    public async Task Takes_events_faster_than_nodes_client_and_with_little_memory()
    {
        await using var server = Serve();
        await MeasureOursAsync(server.Port);
        // The best of three each: whatever else the machine does, it hits both.
        var ours = (Rate: 0.0, Bytes: double.MaxValue);
        var theirs = 0.0;
        for (var i = 0; i < 3; i++)
        {
            var run = await MeasureOursAsync(server.Port);
            ours = (Math.Max(ours.Rate, run.Rate), Math.Min(ours.Bytes, run.Bytes));
            theirs = Math.Max(theirs, await MeasureNodeAsync(server.Port));
        }

        output.WriteLine($"ours {ours.Rate:0} events/s, {ours.Bytes:0} bytes per event; socket.io-client 4 {theirs:0} events/s; {ours.Rate / theirs:0.00} times");
        // 624 in a release build: the frame's array. A debug build makes objects of what is a value otherwise.
        Assert.True(ours.Bytes < 1300, $"{ours.Bytes:0} bytes were allocated for each event of {EventBytes} bytes");
        Assert.True(ours.Rate > 1.5 * theirs, $"{ours.Rate:0} events/s against {theirs:0} of socket.io-client");
    }

    private static async Task<(double Rate, double Bytes)> MeasureOursAsync(int port)
    {
        var sink = new CountingSink();
        await using var link = new LinkFactory(new TransportOptions()).Create(1, Peer.TargetOf("4/4", port), sink);
        await link.OpenAsync(default);
        link.Start();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        link.Send(new OutFrame(FrameKind.Text, """["go"]"""u8.ToArray()));
        await sink.Ended.WaitAsync(TimeSpan.FromMinutes(2));
        var elapsed = watch.Elapsed.TotalSeconds;
        Assert.Equal(Events, sink.Count);
        return (Events / elapsed, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Events);
    }

    private static async Task<double> MeasureNodeAsync(int port)
    {
        await using var script = new NodeScript("rate.js", "--version", "4", "--port", port.ToString());
        var line = (await script.ReadLineAsync()).Split(' ');
        Assert.Equal(Events, int.Parse(line[0]));
        return Events / (double.Parse(line[1], CultureInfo.InvariantCulture) / 1000);
    }

    private static LoopbackServer Serve()
    {
        const int Batch = 100;
        var text = $"42[\"item\",\"{new string('x', EventBytes - 13)}\"]";
        var batch = Enumerable.Repeat(TestServer.TextFrame(text), Batch).SelectMany(f => f).ToArray();
        return TestServer.StartWebSocket(async socket =>
        {
            await socket.WriteAsync("""0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}""");
            await socket.ReceiveAsync();
            await socket.WriteAsync("""40{"sid":"b"}""");
            if ((await socket.ReceiveAsync())?.Text != "42[\"go\"]")
                return;
            for (var i = 0; i < Events / Batch; i++)
                await socket.WriteRawAsync(batch);
            await socket.WriteAsync("42[\"end\"]");
            while (await socket.ReceiveAsync() is not null)
            {
            }
        });
    }

    private sealed class CountingSink : ILinkSink
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; private set; }

        public Task Ended => _ended.Task;

        public ValueTask OnFrameAsync(ILink link, Frame frame)
        {
            if (frame.Payload.Span.StartsWith("[\"end\""u8))
                _ended.TrySetResult();
            else
                Count++;
            return ValueTask.CompletedTask;
        }

        public ValueTask OnUnreadableAsync(ILink link, ReadOnlyMemory<byte> excerpt, string why) => throw new InvalidOperationException(why);

        public ValueTask OnClosedAsync(ILink link, PbxException? fault)
        {
            _ended.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
