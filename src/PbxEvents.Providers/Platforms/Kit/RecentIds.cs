namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>The last few thousand event ids, to recognise an event that comes twice. Fixed size. Not thread-safe.</summary>
/// <param name="capacity">How many it remembers.</param>
internal sealed class RecentIds(int capacity = 4096)
{
    private readonly HashSet<string> _known = new(capacity, StringComparer.Ordinal);
    private readonly string?[] _order = new string?[capacity];
    private int _next;

    /// <summary>Remembers an id.</summary>
    /// <returns>False when it was known: the event is a double.</returns>
    public bool Add(string id)
    {
        if (!_known.Add(id))
            return false;
        if (_order[_next] is { } oldest)
            _known.Remove(oldest);
        _order[_next] = id;
        _next = (_next + 1) % _order.Length;
        return true;
    }
}
