using System.Collections;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the queues that events or calls spoke of, those that subscriptions name, and those of the platform's directory.</summary>
public sealed class QueueCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) => ConnectionsOf(bound).SelectMany(CandidatesOf);

    private static IEnumerable<Candidate> CandidatesOf(PbxClient client)
    {
        var names = new NameTips(client, DirectoryKind.Queue);
        return client.GetQueues().Select(q => new Candidate(q.Queue, q.Name is { } told ? $"{q.Queue} {told}" : q.Queue))
            .Concat(client.Subscriptions.SelectMany(s => s.Filter.Queue).Select(q => new Candidate(q, names.Of(q))))
            .Concat(names.All.Select(n => new Candidate(n.Key, n.Tip)));
    }
}
