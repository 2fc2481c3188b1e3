using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the extensions that calls and queues were seen with, and those that subscriptions name.</summary>
public sealed class ExtensionCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) => ConnectionsOf(bound).SelectMany(c =>
        c.GetCalls().Reverse().SelectMany(ExtensionsOf)
            .Concat(c.GetQueues().SelectMany(q => q.Agents.Select(a => new Candidate(a.Extension, $"Agent of {q.Queue}"))))
            .Concat(c.Subscriptions.SelectMany(s => s.Filter.Extension).Select(e => new Candidate(e, e))));

    private static IEnumerable<Candidate> ExtensionsOf(PbxCall call) => call.Legs.Select(l => l.Extension).Append(call.Extension)
        .OfType<string>().Select(e => new Candidate(e, $"Last call: {call}"));
}
