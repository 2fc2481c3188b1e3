using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers nothing: without a completer PowerShell offers the files of the current folder, which no number and no name is.</summary>
public sealed class NothingCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) => [];
}
