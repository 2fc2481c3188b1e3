using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Micro;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// What an event costs the collector from its frame to the buffer, its call tracked. The limits are a quarter above what was
/// measured, so that they hold on every machine, whatever the compiler learnt from other tests, and a careless line still shows.
/// </summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    // More calls than any session remembers, so that the second helping is as new to it as the first.
    private const int Frames = 50_000;

    private const int Helpings = 4;

    [Theory]
    [InlineData("OneCloud", 1650)]
    [InlineData("PortSIP", 1850)]
    [InlineData("RingCentral", 1250)]
    [InlineData("TelecomX", 1250)]
    [InlineData("Yeastar", 1900)]
    public async Task A_frame_allocates_little_beside_its_own_bytes(string platform, int limit)
    {
        var frames = CallFrames.Make(platform, Frames);
        var rig = await SessionRig.CreateAsync(platform, 10_000);
        foreach (var frame in frames)
            rig.Receive(frame);
        var events = rig.Host.Count;
        Assert.True(events >= Frames, $"{Frames} frames became {events} events.");

        // The compiler takes its time, on a busy machine longer; what it has not got to yet allocates more.
        var bytes = Enumerable.Range(0, Helpings).Min(_ => Measure(rig, frames));
        output.WriteLine($"{bytes} bytes for each frame; {(rig.Host.Count - events) / ((double)Helpings * Frames):0.00} events");
        Assert.True(bytes <= limit, $"{bytes} bytes are allocated for each frame.");
    }

    private static long Measure(SessionRig rig, byte[][] frames)
    {
        Thread.Sleep(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var frame in frames)
            rig.Receive(frame);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / frames.Length;
    }
}
