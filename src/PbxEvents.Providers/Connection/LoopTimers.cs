using System.Diagnostics;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Named timers whose ticks arrive on the loop. Loop only. A tick that was already on its way when its timer was set
/// anew or cancelled is not delivered: each setting has a number, and only the newest one counts. When this process could not work
/// meanwhile, a timer waits a little longer, once: the answer that it waits for may be here already, unread.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="post">Runs something on the loop.</param>
/// <param name="elapsed">Gets the name of each timer that elapsed, on the loop.</param>
/// <param name="pulse">Knows when the process could not work; null for the clock's own.</param>
internal sealed class LoopTimers(TimeProvider clock, Action<Action> post, Action<string> elapsed, ProcessPulse? pulse = null) : IDisposable
{
    /// <summary>How much longer at most.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ProcessPulse _pulse = pulse ?? ProcessPulse.Of(clock);
    private readonly Dictionary<string, Entry> _timers = new(StringComparer.Ordinal);
    private long _settings;

    public void Set(string name, TimeSpan delay) => Set(name, delay, isGrace: false);

    private void Set(string name, TimeSpan delay, bool isGrace)
    {
        Cancel(name);
        var setting = ++_settings;
        var timer = clock.CreateTimer(_ => post(() => Tick(name, setting)), null, delay, Timeout.InfiniteTimeSpan);
        _timers[name] = new Entry(timer, setting, Stopwatch.GetTimestamp(), isGrace);
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
        var stalled = entry.IsGrace ? TimeSpan.Zero : _pulse.StalledWithin(Stopwatch.GetElapsedTime(entry.SetAt));
        if (stalled > TimeSpan.Zero)
        {
            Set(name, stalled < Grace ? stalled : Grace, isGrace: true);
            return;
        }
        Cancel(name);
        elapsed(name);
    }

    private readonly record struct Entry(ITimer Timer, long Setting, long SetAt, bool IsGrace);
}
