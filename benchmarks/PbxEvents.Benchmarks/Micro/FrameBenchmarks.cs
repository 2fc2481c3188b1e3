using BenchmarkDotNet.Attributes;
using PbxEvents.Benchmarks.Load;

namespace PbxEvents.Benchmarks.Micro;

/// <summary>From a platform's frame to an event in the buffer with its call tracked; the frame's own bytes are not counted.</summary>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    /// <summary>Events in one invocation.</summary>
    public const int Events = 50_000;

    private byte[][] _frames = [];
    private SessionRig? _rig;

    /// <summary>The platform.</summary>
    [Params("OneCloud", "PortSIP", "RingCentral", "TelecomX", "Yeastar")]
    public string Platform { get; set; } = "";

    /// <summary>Makes the frames and a session that is ready for them.</summary>
    /// <returns>When it is ready.</returns>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _frames = CallFrames.Make(Platform, Events);
        _rig = await SessionRig.CreateAsync(Platform, 10_000);
    }

    /// <summary>All frames, one after the other.</summary>
    /// <returns>How many events there were so far.</returns>
    [Benchmark(OperationsPerInvoke = Events)]
    public long FrameToEvent()
    {
        foreach (var frame in _frames)
            _rig!.Receive(frame);
        return _rig!.Host.Count;
    }
}
