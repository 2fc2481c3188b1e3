using System.Collections;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the extensions that calls and queues were seen with, those that subscriptions name, and those of the platform's directory.</summary>
public sealed class ExtensionCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) => ConnectionsOf(bound).SelectMany(CandidatesOf);

    private static IEnumerable<Candidate> CandidatesOf(PbxClient client)
    {
        var names = new NameTips(client, DirectoryKind.Extension);
        return client.GetCalls().Reverse().SelectMany(c => ExtensionsOf(c, names))
            .Concat(client.GetQueues().SelectMany(q => q.Agents.Select(a => new Candidate(a.Extension, $"{names.Of(a.Extension)}. Agent of {q.Queue}"))))
            .Concat(client.Subscriptions.SelectMany(s => s.Filter.Extension).Select(e => new Candidate(e, names.Of(e))))
            .Concat(names.All.Select(n => new Candidate(n.Key, n.Tip)));
    }

    private static IEnumerable<Candidate> ExtensionsOf(PbxCall call, NameTips names) => call.Legs.Select(l => l.Extension).Append(call.Extension)
        .OfType<string>().Select(e => new Candidate(e, $"{names.Of(e)}. Last call: {call}"));
}
