using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport;

/// <summary>
/// Notices that nothing arrives any more. A half-open link gives no error on the socket, so this clock is the only witness
/// (socketio.md section 5). Time in which this process could not work is no silence of the server's.
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly Func<TimeSpan> _silence;
    private readonly Action<TimeSpan> _onSilent;
    private readonly ProcessPulse _pulse;
    private readonly ITimer _timer;

    /// <summary>Starts to watch.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="limit">The longest silence.</param>
    /// <param name="silence">How long nothing has come in while somebody was reading.</param>
    /// <param name="onSilent">Called once, on a pool thread, with the limit.</param>
    /// <param name="pulse">Knows when the process could not work; null for the clock's own.</param>
    public SilenceWatch(TimeProvider clock, TimeSpan limit, Func<TimeSpan> silence, Action<TimeSpan> onSilent, ProcessPulse? pulse = null)
    {
        _pulse = pulse ?? ProcessPulse.Of(clock);
        _limit = limit;
        _silence = silence;
        _onSilent = onSilent;
        _timer = clock.CreateTimer(_ => Check(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops watching.</summary>
    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        var silence = _silence();
        if (silence >= _limit)
            silence -= _pulse.StalledWithin(silence);
        if (silence >= _limit)
            _onSilent(_limit);
        // Timers count whole milliseconds; one more keeps it from waking too early again and again.
        else
            _timer.Change(_limit - silence + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }
}
