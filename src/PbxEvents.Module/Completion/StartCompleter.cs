using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the words for where a durable reaction begins.</summary>
public sealed class StartCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
    [
        new("Now", "With what comes from now on"),
        new("Oldest", "With the oldest event that the journal holds"),
        new("today", "With what has arrived today"),
        new("yesterday", "With what has arrived since yesterday"),
    ];
}
