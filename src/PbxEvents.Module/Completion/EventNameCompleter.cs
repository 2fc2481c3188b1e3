using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of the platform's events.</summary>
public sealed class EventNameCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ProvidersOf(bound).SelectMany(p => p.EventTypes).Select(t => new Candidate(t.Name, $"{t.Topic}: {t.Description}"));
}
