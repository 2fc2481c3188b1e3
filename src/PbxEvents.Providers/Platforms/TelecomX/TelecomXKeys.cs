using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// The legs that live events told of lately; the oldest go when it is full. The session fills it on the loop, the reader of call records
/// takes a copy of it on its own thread. Any thread.
/// </summary>
/// <param name="capacity">How many legs. Default a little less than what a dictionary grows to before it doubles.</param>
internal sealed class TelecomXKeys(int capacity = 8000)
{
    private readonly object _gate = new();
    private readonly RecentMap<TelecomXKey> _legs = new(capacity);

    /// <summary>The call that a leg belongs to; null when the leg is not known.</summary>
    public string? SessionOf(string leg)
    {
        lock (_gate)
            return _legs.TryGet(leg, out var key) ? key.Session : null;
    }

    /// <summary>Remembers a leg; one whose channel another call has used before belongs to the newer call.</summary>
    public void Add(TelecomXKey key)
    {
        lock (_gate)
            _legs.Set(key.Leg, key);
    }

    /// <summary>The end of a leg was told.</summary>
    public void End(string leg)
    {
        lock (_gate)
        {
            if (_legs.TryGet(leg, out var key) && !key.IsOver)
                _legs.Set(leg, key with { IsOver = true });
        }
    }

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<TelecomXKey> Export()
    {
        TelecomXKey[] keys;
        lock (_gate)
            keys = [.. _legs.Values];
        return [.. keys.OrderBy(k => k.SeenAt)];
    }

    /// <summary>Goes on with those of an earlier connection; what is known already stays as it is.</summary>
    /// <param name="keys">The keys, oldest first.</param>
    public void Import(IEnumerable<TelecomXKey> keys)
    {
        lock (_gate)
        {
            foreach (var key in keys)
                _legs.Add(key.Leg, key);
        }
    }
}
