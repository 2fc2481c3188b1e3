using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>One timer for each of many things: topics without an answer, calls that wait for their last word. Loop only.</summary>
/// <typeparam name="TKey">What a timer is for.</typeparam>
/// <param name="host">Makes the timers.</param>
/// <param name="elapsed">Runs when one elapses; it is not set any more then.</param>
internal sealed class KeyedTimers<TKey>(ISessionHost host, Action<TKey> elapsed)
    where TKey : notnull
{
    private readonly Dictionary<TKey, SessionTimer> _set = [];

    /// <summary>True when the one of this key is set.</summary>
    public bool IsSet(TKey key) => _set.ContainsKey(key);

    /// <summary>Sets the one of this key; when it is set already, anew.</summary>
    public void Set(TKey key, TimeSpan delay)
    {
        if (!_set.TryGetValue(key, out var timer))
        {
            _set.Add(key, timer = host.NewTimer(() =>
            {
                _set.Remove(key);
                elapsed(key);
            }, elapsed));
        }
        timer.Set(delay);
    }

    /// <summary>Cancels the one of this key; nothing happens when it is not set.</summary>
    public void Cancel(TKey key)
    {
        if (_set.Remove(key, out var timer))
            timer.Cancel();
    }

    /// <summary>Cancels all of them.</summary>
    public void CancelAll()
    {
        foreach (var timer in _set.Values)
            timer.Cancel();
        _set.Clear();
    }
}
