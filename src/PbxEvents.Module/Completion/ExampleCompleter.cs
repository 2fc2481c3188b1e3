using System.Collections;
using PbxEvents.Module.Data;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of the examples.</summary>
public sealed class ExampleCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) => Examples.All().Select(e => new Candidate(e.Name, e.Synopsis));
}
