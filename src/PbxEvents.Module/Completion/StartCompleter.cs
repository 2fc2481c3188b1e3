using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the words for where a durable reaction begins.</summary>
public sealed class StartCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
    [
        new("Now", "From now on"),
        new("Oldest", "From the oldest event in the journal"),
        new("today", "From the start of today"),
        new("yesterday", "From the start of yesterday"),
    ];
}
