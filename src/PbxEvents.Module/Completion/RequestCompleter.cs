using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the requests between clients that are known.</summary>
public sealed class RequestCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        KnownRequests.All.Select(r => new Candidate(r.Name, r.Meaning));
}
