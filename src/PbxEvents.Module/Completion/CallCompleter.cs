using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the ids of the calls that are known, the newest first.</summary>
public sealed class CallCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ConnectionsOf(bound).SelectMany(c => c.GetCalls()).Reverse().Select(c => new Candidate(c.CallId, c.ToString()));
}
