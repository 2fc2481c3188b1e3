using System.Collections;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of this session's connections.</summary>
public sealed class ConnectionCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ModuleState.Current.Connections.Select(c => new Candidate(c.Name, $"{c.Provider} {c.Server}, {c.State}"));
}
