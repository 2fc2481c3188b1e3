using System.Collections;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of the contacts that were imported, by the beginning of any part of them.</summary>
public sealed class ContactCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ModuleState.Current.Contacts.All.Select(c => new Candidate(c.Name, string.Join(", ", c.Numbers.Prepend(c.Company ?? c.Name))));

    private protected override IEnumerable<string> OtherWordsOf(Candidate candidate) => candidate.Value.Split(' ');
}
