namespace PbxEvents.Providers.Runtime;

/// <summary>
/// Named timers whose ticks arrive on the loop. Loop only. A tick that was already on its way when its timer was set
/// anew or cancelled is not delivered: each setting has a number, and only the newest one counts.
/// </summary>
internal sealed class LoopTimers(TimeProvider clock, Action<Action> post, Action<string> elapsed) : IDisposable
{
    private readonly Dictionary<string, Entry> _timers = new(StringComparer.Ordinal);
    private long _settings;

    public void Set(string name, TimeSpan delay)
    {
        Cancel(name);
        var setting = ++_settings;
        var timer = clock.CreateTimer(_ => post(() => Tick(name, setting)), null, delay, Timeout.InfiniteTimeSpan);
        _timers[name] = new Entry(timer, setting);
    }

    public void Cancel(string name)
    {
        if (_timers.Remove(name, out var entry))
            entry.Timer.Dispose();
    }

    public void Dispose()
    {
        foreach (var entry in _timers.Values)
            entry.Timer.Dispose();
        _timers.Clear();
    }

    private void Tick(string name, long setting)
    {
        if (!_timers.TryGetValue(name, out var entry) || entry.Setting != setting)
            return;
        Cancel(name);
        elapsed(name);
    }

    private readonly record struct Entry(ITimer Timer, long Setting);
}
