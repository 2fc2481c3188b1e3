using System.Collections;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the numbers of this session's subscriptions.</summary>
public sealed class SubscriptionCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ModuleState.Current.Connections.SelectMany(c => c.Subscriptions).Select(s => new Candidate($"{s.Id}", $"{s.Connection}: {s}"));
}
