using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the scenarios of the session's simulators.</summary>
public sealed class ScenarioCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        SimulatorCompleter.SimulatorsOf(bound).SelectMany(s => s.ScenarioNames).Select(n => new Candidate(n, n));
}
