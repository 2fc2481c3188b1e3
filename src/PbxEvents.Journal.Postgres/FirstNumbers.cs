namespace PbxEvents.Journal.Postgres;

/// <summary>Which numbers the first events of calls have in a database: an origin knows its own. One thread at a time.</summary>
internal sealed class FirstNumbers
{
    /// <summary>More calls than a busy PBX has at once; of an older one the later events are kept without the earlier ones.</summary>
    private const int MaxCalls = 50_000;

    private readonly Dictionary<long, long> _firsts = [];
    private readonly Queue<long> _order = new();

    /// <summary>Of a group that is kept as a whole or not at all, which is not known before the next.</summary>
    private readonly Dictionary<long, long> _unsure = [];
    private long _last;

    /// <summary>A new group begins: up to which event of the origin all is kept says what became of the one before.</summary>
    public void Begin(long sent)
    {
        foreach (var (first, seq) in _unsure.Where(_ => sent >= _last))
        {
            _firsts[first] = seq;
            _order.Enqueue(first);
            if (_order.Count > MaxCalls)
                _firsts.Remove(_order.Dequeue());
        }
        _unsure.Clear();
    }

    /// <summary>The number of the first event of an event's call that is there; its own when it is the first.</summary>
    public long? Find(EventRecord record, long seq)
    {
        _last = record.Seq;
        if (record.FirstSeq is not { } first)
            return null;
        if (_firsts.TryGetValue(first, out var known) || _unsure.TryGetValue(first, out known))
            return known;
        _unsure[first] = seq;
        return seq;
    }
}
