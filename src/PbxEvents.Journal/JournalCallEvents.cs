using System.Collections;

namespace PbxEvents.Journal;

/// <summary>The events of a call up to one of them, read from the journal when somebody looks. Any thread.</summary>
/// <param name="journal">The journal.</param>
/// <param name="run">Which connection's.</param>
/// <param name="callId">The call.</param>
/// <param name="first">The number of its first event.</param>
/// <param name="last">The number of the last one that counts.</param>
internal sealed class JournalCallEvents(EventJournal journal, long run, string callId, long first, long last) : IReadOnlyList<PbxEvent>
{
    /// <summary>As many as a live call has.</summary>
    private const int Capacity = 1000;

    private readonly Lazy<IReadOnlyList<PbxEvent>> _events = new(() => journal.ReadCall(run, callId, first, last, Capacity));

    /// <inheritdoc/>
    public int Count => _events.Value.Count;

    /// <inheritdoc/>
    public PbxEvent this[int index] => _events.Value[index];

    /// <inheritdoc/>
    public IEnumerator<PbxEvent> GetEnumerator() => _events.Value.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
