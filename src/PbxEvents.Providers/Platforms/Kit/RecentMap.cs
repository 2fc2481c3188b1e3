namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>What was learned lately about ids; the oldest goes when it is full. Not thread-safe.</summary>
/// <typeparam name="TValue">What is kept about an id.</typeparam>
/// <param name="capacity">How many ids it remembers.</param>
internal sealed class RecentMap<TValue>(int capacity = 4096)
{
    private readonly Dictionary<string, TValue> _values = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>What is kept about an id.</summary>
    /// <returns>False when nothing is.</returns>
    public bool TryGet(string id, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(id, out value);

    /// <summary>Remembers an id that is not known yet.</summary>
    public void Add(string id, TValue value)
    {
        if (!_values.TryAdd(id, value))
            return;
        _order.Enqueue(id);
        if (_order.Count > capacity)
            _values.Remove(_order.Dequeue());
    }

    /// <summary>Remembers an id anew: what was kept about it is forgotten.</summary>
    public void Set(string id, TValue value)
    {
        if (_values.ContainsKey(id))
            _values[id] = value;
        else
            Add(id, value);
    }
}
