using System.Collections;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// The events of one call. It only grows, so every state of the call can show the same storage up to its own length
/// without a copy. Written on the loop, read anywhere.
/// </summary>
internal sealed class CallHistory
{
    private const int Capacity = 1000;
    private PbxEvent[] _events = new PbxEvent[4];
    private int _count;
    private bool _isDropped;

    /// <summary>Keeps no events from now on.</summary>
    public void Drop()
    {
        _isDropped = true;
        _events = [];
        _count = 0;
    }

    /// <summary>Adds an event, unless the call has a thousand already.</summary>
    /// <returns>The events up to and with this one.</returns>
    public IReadOnlyList<PbxEvent> Add(PbxEvent pbxEvent)
    {
        if (_isDropped)
            return [];
        if (_count < Capacity)
        {
            // A list that was handed out keeps the array it was made with, so growing never moves what somebody reads.
            if (_count == _events.Length)
                Array.Resize(ref _events, Math.Min(_count * 2, Capacity));
            _events[_count++] = pbxEvent;
        }
        return new Slice(_events, _count);
    }

    private sealed class Slice(PbxEvent[] events, int count) : IReadOnlyList<PbxEvent>
    {
        public int Count => count;

        public PbxEvent this[int index] =>
            (uint)index < (uint)count ? events[index] : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<PbxEvent> GetEnumerator()
        {
            for (var i = 0; i < count; i++)
                yield return events[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
