using System.Diagnostics;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Timers whose ticks arrive on the loop. Loop only. A tick that was already on its way when its timer was set anew or cancelled is
/// not delivered: each setting has a number, and only the newest one counts. When this process could not work meanwhile, a timer
/// waits a little longer, once: the answer that it waits for may be here already, unread.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="post">Runs something on the loop, under a name.</param>
/// <param name="pulse">Knows when the process could not work; null for the clock's own.</param>
internal sealed class LoopTimers(TimeProvider clock, Action<Action, Delegate?> post, ProcessPulse? pulse = null) : IDisposable
{
    /// <summary>How much longer at most.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ProcessPulse _pulse = pulse ?? ProcessPulse.Of(clock);
    private readonly HashSet<LoopTimer> _set = [];

    /// <summary>How many are set.</summary>
    public int Count => _set.Count;

    /// <summary>Makes a timer, not set yet.</summary>
    /// <param name="elapsed">Runs on the loop each time it elapses.</param>
    /// <param name="named">Whose name it has in the report of a mistake; null for its own.</param>
    public SessionTimer New(Action elapsed, Delegate? named = null) => new LoopTimer(this, elapsed, named ?? elapsed);

    public void Dispose()
    {
        foreach (var timer in _set.ToArray())
            timer.Cancel();
    }

    private ITimer CreateTimer(Action tick, Delegate named, TimeSpan delay) =>
        clock.CreateTimer(_ => post(tick, named), null, delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    private sealed class LoopTimer(LoopTimers owner, Action elapsed, Delegate named) : SessionTimer
    {
        private ITimer? _timer;
        private long _setting;
        private long _setAt;
        private bool _isGrace;

        public override bool IsSet => _timer is not null;

        public override void Set(TimeSpan delay) => Set(delay, isGrace: false);

        public override void Cancel()
        {
            if (_timer is null)
                return;
            _timer.Dispose();
            _timer = null;
            owner._set.Remove(this);
        }

        private void Set(TimeSpan delay, bool isGrace)
        {
            Cancel();
            var setting = ++_setting;
            _setAt = Stopwatch.GetTimestamp();
            _isGrace = isGrace;
            _timer = owner.CreateTimer(() => Tick(setting), named, delay);
            owner._set.Add(this);
        }

        private void Tick(long setting)
        {
            if (_timer is null || setting != _setting)
                return;
            var stalled = _isGrace ? TimeSpan.Zero : owner._pulse.StalledWithin(Stopwatch.GetElapsedTime(_setAt));
            if (stalled > TimeSpan.Zero)
            {
                Set(stalled < Grace ? stalled : Grace, isGrace: true);
                return;
            }
            Cancel();
            elapsed();
        }
    }
}
