using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the numbers that calls came from, the newest first.</summary>
public sealed class CallerCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        from connection in ConnectionsOf(bound)
        from call in connection.GetCalls().Reverse()
        where call.From is not null
        select new Candidate(call.From!, $"{call.FromName ?? call.From}, last call: {call}");
}
