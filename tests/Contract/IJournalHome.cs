using PbxEvents.Journal;

namespace PbxEvents.Tests.Contract;

/// <summary>A place for a journal of one kind, empty at first and gone in the end.</summary>
internal interface IJournalHome : IDisposable
{
    /// <summary>How long a store takes for a look, of which a clock that a test moves knows nothing.</summary>
    TimeSpan Pace { get; }

    /// <summary>Opens the journal.</summary>
    EventJournal Open(Func<JournalOptions, JournalOptions>? with = null);

    /// <inheritdoc cref="IJournalStore.Trim"/>
    int Trim(long before, long maxBytes);
}
