using BenchmarkDotNet.Attributes;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Benchmarks.Micro;

/// <summary>The call tracker alone: a call with two legs that rings, is answered and ends, in five events.</summary>
[MemoryDiagnoser]
public class TrackerBenchmarks
{
    /// <summary>Calls in one invocation.</summary>
    public const int Calls = 4_000;

    private readonly CallTracker _tracker = new("bench", "Bench", 10_000, new NameBook());
    private readonly CallUpdate _update = new();
    private string[] _ids = [];

    /// <summary>Makes the ids.</summary>
    [GlobalSetup]
    public void Setup() => _ids = Enumerable.Range(0, Calls).Select(i => $"call-{i}").ToArray();

    /// <summary>All calls, one after the other.</summary>
    [Benchmark(OperationsPerInvoke = Calls * 5)]
    public void UpdateToCall()
    {
        foreach (var id in _ids)
        {
            Apply(id, "caller", PbxLegRole.Caller, PbxCallState.Offered);
            Apply(id, "callee", PbxLegRole.Callee, PbxCallState.Ringing);
            Apply(id, "callee", PbxLegRole.Callee, PbxCallState.Answered);
            Apply(id, "callee", PbxLegRole.Callee, PbxCallState.Ended);
            Apply(id, "caller", PbxLegRole.Caller, PbxCallState.Ended);
        }
    }

    private void Apply(string call, string leg, PbxLegRole role, PbxCallState state)
    {
        var update = _update.Reset(call);
        update.Add(new LegUpdate(leg, role, state) { Extension = role == PbxLegRole.Callee ? "1001" : null });
        _tracker.Apply(new PbxEvent { Category = PbxCategory.Call, Name = "bench" }, update);
    }
}
