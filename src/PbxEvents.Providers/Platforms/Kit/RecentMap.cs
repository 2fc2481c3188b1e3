using System.Diagnostics.CodeAnalysis;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// What was learned lately about ids; the oldest goes when it is full, so nothing a server sends makes it grow. Where only the ids count,
/// as to recognise an event that comes twice, the value is a <see cref="bool"/>. Not thread-safe.
/// </summary>
/// <typeparam name="TValue">What is kept about an id.</typeparam>
/// <param name="capacity">How many ids it remembers. Default a little less than what a dictionary grows to before it doubles.</param>
internal sealed class RecentMap<TValue>(int capacity = 4000)
{
    private readonly Dictionary<string, TValue> _values = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>What is kept, of all ids.</summary>
    public IReadOnlyCollection<TValue> Values => _values.Values;

    /// <summary>What is kept about an id.</summary>
    /// <returns>False when nothing is.</returns>
    public bool TryGet(string id, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(id, out value);

    /// <summary>Remembers an id that is not known yet.</summary>
    /// <returns>False when it was known: what is kept about it stays.</returns>
    public bool Add(string id, TValue value)
    {
        if (!_values.TryAdd(id, value))
            return false;
        if (_order.Count == capacity)
            _values.Remove(_order.Dequeue());
        _order.Enqueue(id);
        return true;
    }

    /// <summary>Remembers an id anew: what was kept about it is forgotten.</summary>
    public void Set(string id, TValue value)
    {
        if (!Add(id, value))
            _values[id] = value;
    }
}
