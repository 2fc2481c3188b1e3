using System.Collections;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of this session's journals.</summary>
public sealed class JournalCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ModuleState.Current.Journals.Select(j => new Candidate(j.Name, j.Path));
}
