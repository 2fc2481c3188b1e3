using System.Collections;
using PbxEvents.Providers;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the platforms.</summary>
public sealed class ProviderCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        PbxProviders.All.Select(p => new Candidate(p.Name, p.Name));
}
