using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the queues that events or calls spoke of, and those that subscriptions name.</summary>
public sealed class QueueCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) => ConnectionsOf(bound).SelectMany(c =>
        c.GetQueues().Select(q => new Candidate(q.Queue, q.Name ?? q.Queue))
            .Concat(c.Subscriptions.SelectMany(s => s.Filter.Queue).Select(q => new Candidate(q, q))));
}
