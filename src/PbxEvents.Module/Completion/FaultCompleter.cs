using System.Collections;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the faults of the session's simulators; without one those that every platform has.</summary>
public sealed class FaultCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        SimulatorCompleter.SimulatorsOf(bound).SelectMany(s => s.FaultNames).DefaultIfEmpty(null)
            .SelectMany(n => n is null ? SimulatorFaults.Names : [n])
            .Select(n => new Candidate(n, n));
}
