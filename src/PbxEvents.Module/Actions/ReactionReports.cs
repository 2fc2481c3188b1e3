namespace PbxEvents.Module.Actions;

/// <summary>
/// What durable reactions have put out, on threads of their own, until the pipeline thread shows it. Bounded: of too much the oldest is
/// dropped, and counted. Any thread.
/// </summary>
/// <param name="ring">Wakes the pipeline thread.</param>
internal sealed class ReactionReports(Action ring)
{
    private const int MaxItems = 1000;

    private readonly Queue<object> _items = new();
    private long _dropped;

    /// <summary>True when there is something to be shown.</summary>
    public bool HasSome
    {
        get
        {
            lock (_items)
                return _items.Count > 0;
        }
    }

    /// <summary>Adds something to be shown: what a stream of PowerShell's takes, a gap, a failure.</summary>
    public void Add(object item)
    {
        lock (_items)
        {
            if (_items.Count == MaxItems)
            {
                _items.Dequeue();
                _dropped++;
            }
            _items.Enqueue(item);
        }
        ring();
    }

    /// <summary>Takes all that is there.</summary>
    /// <param name="dropped">How many items were dropped before it.</param>
    public IReadOnlyList<object> Take(out long dropped)
    {
        lock (_items)
        {
            (dropped, _dropped) = (_dropped, 0);
            object[] items = [.. _items];
            _items.Clear();
            return items;
        }
    }
}
