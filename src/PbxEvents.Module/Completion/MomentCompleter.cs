using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers words for a past moment.</summary>
public sealed class MomentCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
    [
        new("today", "The beginning of this day"),
        new("yesterday", "The beginning of the day before"),
        new("1:00", "An hour ago; any time span can be given"),
    ];
}
