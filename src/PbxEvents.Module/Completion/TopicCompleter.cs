using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the platform's own topics.</summary>
public sealed class TopicCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ProvidersOf(bound).SelectMany(p => p.Topics.Select(t => new Candidate(t, $"{p.Name} {t}")));
}
