using System.Collections;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of the session's alerts.</summary>
public sealed class AlertCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ModuleState.Current.Alerts.Select(a => new Candidate(a.Name, a.Name));
}
