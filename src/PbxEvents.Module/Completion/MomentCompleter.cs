using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers words for a past moment.</summary>
public sealed class MomentCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
    [
        new("today", "The start of today"),
        new("yesterday", "The start of yesterday"),
        new("1:00", "An hour ago; any time span works"),
    ];
}
