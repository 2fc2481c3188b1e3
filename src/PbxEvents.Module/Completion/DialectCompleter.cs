using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the dialects of PortSIP.</summary>
public sealed class DialectCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) => WordsOf(bound, "Provider") is [var provider] && !provider.Equals("PortSIP", StringComparison.OrdinalIgnoreCase)
        ? []
        :
        [
            new("V16", "PortSIP v16: one tenant's extensions, records and queues"),
            new("V22", "PortSIP v22: also management topics and whole tenants"),
        ];
}
