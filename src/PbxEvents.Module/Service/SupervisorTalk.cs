using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Service;

/// <summary>
/// Tells systemd how the listener stands: ready, once all is connected and subscribed; each change of its state; and, only while the loops
/// advance, that it lives. On a thread of its own, so that an action that takes its time is not taken for a listener that is dead.
/// </summary>
internal sealed class SupervisorTalk : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ModuleState _session;
    private readonly NotifySocket _socket;
    private readonly TimeProvider _clock;
    private readonly LoopWatch _watch;
    private readonly ITimer _timer;
    private readonly object _gate = new();
    private bool _isReady;
    private bool _isOver;
    private string? _told;
    private long? _fedAt;

    /// <param name="session">The session.</param>
    /// <param name="socket">Where it is told. It ends with this.</param>
    /// <param name="clock">The clock.</param>
    public SupervisorTalk(ModuleState session, NotifySocket socket, TimeProvider clock)
    {
        (_session, _socket, _clock, _watch) = (session, socket, clock, LoopWatch.Of(session, clock));
        _timer = clock.CreateTimer(_ => Tell(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>The pipeline thread waits for what happens, and has come by. Until <see cref="Leave"/> it has to come by again.</summary>
    public void Turn() => _watch.Turn();

    /// <summary>The pipeline thread does something else now, for as long as it likes.</summary>
    public void Leave() => _watch.Leave();

    /// <summary>The listener was told to end.</summary>
    public void Stopping() => _socket.Send("STOPPING=1\nSTATUS=Stopping.");

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isOver = true;
            _socket.Dispose();
        }
    }

    private void Tell()
    {
        // One that takes longer than the interval is not waited for.
        if (!Monitor.TryEnter(_gate))
            return;
        try
        {
            if (_isOver)
                return;
            var state = ListenerState.Of(_session);
            if (!_isReady && state.IsReady && (_watch.IsWaiting || state.StandingBy is not null || state.Connections.Any(c => c.Subscriptions.Count > 0)))
            {
                _isReady = true;
                _socket.Send("READY=1");
            }
            var text = state.ToString().ReplaceLineEndings(" ");
            if (text != _told)
                _socket.Send($"STATUS={_told = text}");
            if (_socket.WatchdogInterval is { } interval && (_fedAt is not { } last || _clock.GetElapsedTime(last) >= interval) && _watch.HasAdvanced())
            {
                _fedAt = _clock.GetTimestamp();
                _socket.Send("WATCHDOG=1");
            }
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }
}
