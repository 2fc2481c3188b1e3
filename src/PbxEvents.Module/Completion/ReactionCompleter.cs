using System.Collections;
using PbxEvents.Journal;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of durable reactions: of the session's journal, and those that it runs.</summary>
public sealed class ReactionCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound)
    {
        var state = ModuleState.Current;
        return state.DurableReactions.Select(r => new Candidate(r.Name, r.Journal.Path)).Concat(KnownTo(state.DefaultJournal as EventJournal));
    }

    private static IEnumerable<Candidate> KnownTo(EventJournal? journal)
    {
        if (journal is null)
            return [];
        try
        {
            using var book = journal.OpenReactions(isReadOnly: true);
            return [.. book.GetAll().Select(r => new Candidate(r.Name, journal.Path))];
        }
        catch (PbxException)
        {
            // Completion says nothing where it knows nothing.
            return [];
        }
    }
}
