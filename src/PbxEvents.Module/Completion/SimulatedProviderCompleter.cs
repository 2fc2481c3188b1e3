using System.Collections;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the platforms that can be simulated.</summary>
public sealed class SimulatedProviderCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        PbxSimulators.Names.Select(n => new Candidate(n, n));
}
