namespace PbxEvents.Module.Service;

/// <summary>
/// Something that costs to look at, for many who ask often: they get what was seen last, until it is ten seconds old. Where looks take long they
/// come more rarely still, so that they never take more than a hundredth of the time. Any thread; who finds another one looking gets what was
/// seen before.
/// </summary>
/// <typeparam name="T">What is seen. Immutable.</typeparam>
/// <param name="look">Looks.</param>
/// <param name="clock">The clock.</param>
internal sealed class RareLook<T>(Func<T> look, TimeProvider clock)
    where T : class
{
    private const int Share = 100;

    private static readonly TimeSpan MinRest = TimeSpan.FromSeconds(10);

    private readonly object _gate = new();
    private volatile Sight? _last;
    private volatile bool _isOutdated;

    /// <summary>What was seen last, or now if that is too old.</summary>
    public T Get()
    {
        var last = _last;
        if (IsFresh(last))
            return last!.Value;
        if (last is null)
            Monitor.Enter(_gate);
        else if (!Monitor.TryEnter(_gate))
            return last.Value;
        try
        {
            // Another one may have looked meanwhile.
            return _last is { } seen && IsFresh(seen) ? seen.Value : Look();
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Looks now.</summary>
    public T Renew()
    {
        lock (_gate)
            return Look();
    }

    /// <summary>Something has changed: who asks next looks.</summary>
    public void Forget() => _isOutdated = true;

    private T Look()
    {
        _isOutdated = false;
        var started = clock.GetTimestamp();
        var value = look();
        var rest = clock.GetElapsedTime(started) * Share;
        _last = new Sight(value, clock.GetTimestamp(), rest > MinRest ? rest : MinRest);
        return value;
    }

    private bool IsFresh(Sight? sight) => sight is not null && !_isOutdated && clock.GetElapsedTime(sight.At) < sight.Rest;

    private sealed record Sight(T Value, long At, TimeSpan Rest);
}
