using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Service;

namespace PbxEvents.Module.Alerts;

/// <summary>
/// An alert that this session watches for: it looks each second, and runs its action for each notice in a runspace of its own, apart from all
/// that may be stuck. Any thread.
/// </summary>
internal sealed class RunningAlert : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long the action may take for a notice.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly object _gate = new();
    private readonly PbxAlert _rule;
    private readonly Func<string, bool> _watches;
    private readonly AlertTroubles _troubles;
    private readonly AlertOutbox _outbox = new();
    private readonly Func<ListenerState> _look;
    private readonly ReactionHost _host;
    private readonly object? _messageData;
    private readonly Action<object> _report;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _hasNotice = new(0, 1);
    private readonly ITimer _timer;
    private readonly Task _telling;
    private long _told;
    private volatile string? _lastError;

    /// <param name="rule">What it watches for.</param>
    /// <param name="watches">True for the names of connections that it watches.</param>
    /// <param name="look">How all stands.</param>
    /// <param name="host">Where the action runs. It ends with this.</param>
    /// <param name="messageData">What the action finds in its delivery.</param>
    /// <param name="report">Gets what the action puts out, and its failures.</param>
    /// <param name="clock">The clock.</param>
    public RunningAlert(
        PbxAlert rule, Func<string, bool> watches, Func<ListenerState> look, ReactionHost host, object? messageData, Action<object> report, TimeProvider clock)
    {
        (_rule, _watches, _troubles, _look, _host, _messageData, _report, _clock) =
            (rule, watches, new AlertTroubles(rule.Name, rule.MinInterval), look, host, messageData, report, clock);
        _telling = Task.Run(TellAllAsync);
        _timer = clock.CreateTimer(_ => Look(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>Its name.</summary>
    public string Name => _rule.Name;

    /// <summary>How it stands now.</summary>
    public PbxAlert Snapshot()
    {
        IReadOnlyList<PbxAlertNotice> active;
        lock (_gate)
            active = _troubles.Active;
        return _rule with
        {
            Active = active,
            Told = Interlocked.Read(ref _told),
            Waiting = _outbox.Count,
            LastError = _lastError,
        };
    }

    /// <summary>Looks once more, and waits until what is wrong was told: the process is about to end.</summary>
    /// <param name="patience">How long it waits at most.</param>
    public async Task FlushAsync(TimeSpan patience)
    {
        Look();
        var started = _clock.GetTimestamp();
        while (_outbox.Count > 0 && _clock.GetElapsedTime(started) < patience)
            await Task.Delay(TimeSpan.FromMilliseconds(50), _clock).ConfigureAwait(false);
    }

    /// <summary>Looks no more. What could not be told is not told.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        _host.Stop();
        await Task.WhenAny(_telling, Task.Delay(Interval)).ConfigureAwait(false);
        _host.Dispose();
    }

    private void Look()
    {
        // One that takes longer than the interval is not waited for.
        if (!Monitor.TryEnter(_gate))
            return;
        try
        {
            var now = _clock.GetUtcNow();
            var notices = _troubles.Take([.. AlertFinding.Find(_rule, _watches, _look(), now)], now);
            if (notices.Count == 0)
                return;
            _outbox.Add(notices);
            if (_hasNotice.CurrentCount == 0)
                _hasNotice.Release();
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    private async Task TellAllAsync()
    {
        var failures = 0;
        while (!_stopping.IsCancellationRequested)
        {
            if (_outbox.Next is not { } notice)
            {
                failures = 0;
                await _hasNotice.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (await TellAsync(notice, ++failures).ConfigureAwait(false))
            {
                failures = 0;
                _outbox.Remove(notice);
            }
            else
            {
                await Task.Delay(AlertOutbox.DelayAfter(failures), _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> TellAsync(PbxAlertNotice notice, int attempt)
    {
        var delivery = new PbxDelivery
        {
            Key = $"{notice.Alert}/{notice.Kind}/{notice.Source}/{notice.Since.UtcTicks}{(notice.IsOver ? "/over" : "")}",
            Attempt = attempt,
            Reaction = notice.Alert,
            MessageData = _messageData,
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(Limit);
        try
        {
            await Task.Factory.StartNew(
                () => _host.Run(new ReactionTry(notice, delivery, PbxFailOn.TerminatingError, null), _report, limit.Token),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            Interlocked.Increment(ref _told);
            _lastError = null;
            return true;
        }
        catch (TryFailedException e)
        {
            Fail(notice, e.Failure.Error);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            Fail(notice, SR.AlertTooSlow.With(Limit));
        }
        catch (OperationCanceledException)
        {
            // The session ends.
        }
        return false;
    }

    private void Fail(PbxAlertNotice notice, string why)
    {
        _lastError = why;
        _report(ModuleErrors.AlertFailed(notice, why));
    }
}
