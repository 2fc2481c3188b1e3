using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the numbers that calls went to, the newest first.</summary>
public sealed class CalleeCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        from connection in ConnectionsOf(bound)
        from call in connection.GetCalls().Reverse()
        where call.To is not null
        select new Candidate(call.To!, $"Last call: {call}");
}
