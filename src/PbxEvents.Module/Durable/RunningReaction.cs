using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Actions;
using PbxEvents.Module.Health;

namespace PbxEvents.Module.Durable;

/// <summary>A reaction that this session runs. Any thread.</summary>
internal sealed class RunningReaction : IAsyncDisposable
{
    /// <summary>How long an action may go on when its time is up and it was told to end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>A disk that is full, or a file that another holds, may be well again soon.</summary>
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly ReactionSlots _slots;
    private readonly HashSet<Task> _actions = [];
    private readonly ReactionOptions _options;
    private readonly PbxFailOn _failOn;
    private readonly object? _messageData;
    private readonly ReactionReports _reports;
    private readonly SessionMeter _meter;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private ReactionRunner _runner;
    private volatile PbxException? _lastError;
    private int _stuck;
    private long _failures;

    /// <summary>Begins to run a reaction.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="failOn">Which errors make a try fail.</param>
    /// <param name="messageData">What the action finds in its delivery.</param>
    /// <param name="slots">Where the actions run. They end with this.</param>
    /// <param name="reports">Gets what there is to be shown.</param>
    /// <param name="meter">Hears when an action begins.</param>
    /// <exception cref="PbxException">Another runs it, or the journal cannot be written to.</exception>
    public RunningReaction(
        EventJournal journal, ReactionOptions options, PbxFailOn failOn, object? messageData, ReactionSlots slots, ReactionReports reports, SessionMeter meter)
    {
        Journal = journal;
        _options = options with { Concurrency = slots.Count, Failed = TellFailed, Missed = reports.Add };
        (_failOn, _messageData, _slots, _reports, _meter) = (failOn, messageData, slots, reports, meter);
        _runner = journal.React(_options, ActAsync);
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>The journal.</summary>
    public EventJournal Journal { get; }

    /// <summary>The name.</summary>
    public string Name => _options.Name;

    /// <summary>How it runs.</summary>
    public ReactionOptions Options => _options;

    /// <summary>Counts what would run again.</summary>
    public Replays Replays => _runner.Replays;

    /// <summary>Why it has ended or is stuck, or what stopped it last.</summary>
    public PbxException? LastError => _lastError;

    /// <summary>How many tries have failed since it was registered.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>How it stands, as far as this session knows.</summary>
    public PbxReactionState State => Volatile.Read(ref _stuck) > 0 ? PbxReactionState.Stuck
        : !_loop.IsCompleted ? PbxReactionState.Running
        : _lastError is null ? PbxReactionState.Stopped
        : PbxReactionState.Faulted;

    /// <summary>True when all that the connections have received is done or dead, or it is suspended.</summary>
    /// <exception cref="PbxException">The journal cannot be read.</exception>
    public bool IsIdle =>
        _runner.Store is var store && (store.IsSuspended || (Journal.Behind == 0 && store.Place >= Journal.NewestNumber && store.CountOpen() == 0));

    /// <summary>Takes no new event, lets the actions end, and gives the reaction free.</summary>
    /// <param name="patience">How long they have; then they are told to end.</param>
    /// <returns>False when an action goes on all the same: the reaction stays this process's.</returns>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(_loop, Task.Delay(patience)).ConfigureAwait(false);
        if (!_loop.IsCompleted)
        {
            _slots.Stop();
            await Task.WhenAny(_loop, Task.Delay(RestartDelay)).ConfigureAwait(false);
        }
        _slots.Dispose();
        return _loop.IsCompleted;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (await StopAsync(TimeSpan.Zero).ConfigureAwait(false))
            _stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                try
                {
                    await _runner.RunAsync(untilIdle: false, _stopping.Token).ConfigureAwait(false);
                }
                catch (PbxException e)
                {
                    Tell(e);

                    // What it was at has no end mark now. Opened again, the journal takes that as a try.
                    await Task.WhenAll(Actions()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (e.IsPermanent || !await ReopenAsync().ConfigureAwait(false))
                        return;
                }
            }
        }
        finally
        {
            _runner.Dispose();
        }
    }

    /// <returns>False when it cannot go on.</returns>
    private async Task<bool> ReopenAsync()
    {
        _runner.Dispose();
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(RestartDelay, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                // A new file in the place of a damaged one has not seen its name: there it is for all that is in it.
                _runner = Journal.React(_options with { StartAfter = 0 }, ActAsync);
                return true;
            }
            catch (PbxException e)
            {
                Tell(e);
                if (e.IsPermanent)
                    return false;
            }
        }
        return true;
    }

    private Task ActAsync(Delivery delivery, CancellationToken limit)
    {
        if (delivery is { Attempt: 1, IsReplay: false })
            _meter.ActionBegins(delivery.Event, Name);
        var attempt = new ReactionTry(
            delivery.Event,
            new PbxDelivery
            {
                Key = delivery.Key,
                Attempt = delivery.Attempt,
                IsReplay = delivery.IsReplay,
                Reaction = Name,
                MessageData = _messageData,
            },
            _failOn,
            delivery)
        {
            ReadSince = since => Journal.Read(new EventQuery(Since: since)),
        };
        return WatchAsync(attempt, limit);
    }

    /// <summary>An action that does not end although it was told to keeps its slot; that must be seen.</summary>
    private async Task WatchAsync(ReactionTry attempt, CancellationToken limit)
    {
        var isStuck = false;
        var action = _slots.RunAsync(attempt, _reports.Add, limit);
        lock (_actions)
            _actions.Add(action);
        try
        {
            var isUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var end = limit.Register(() => isUp.TrySetResult());
            if (await Task.WhenAny(action, isUp.Task).ConfigureAwait(false) != action && await Task.WhenAny(action, Task.Delay(Grace, CancellationToken.None)).ConfigureAwait(false) != action)
            {
                isStuck = true;
                var error = JournalFaults.ReactionStuck(Name, $"{attempt.Item}", _options.Timeout);
                _lastError = error;
                Interlocked.Increment(ref _stuck);
                _reports.Add(error);
            }
            await action.ConfigureAwait(false);
        }
        finally
        {
            lock (_actions)
                _actions.Remove(action);
            if (isStuck && Interlocked.Decrement(ref _stuck) == 0)
                _lastError = null;
        }
    }

    private Task[] Actions()
    {
        lock (_actions)
            return [.. _actions];
    }

    private void Tell(PbxException error)
    {
        // The same failure again is the same failure.
        if (_lastError?.Message != error.Message)
            _reports.Add(error);
        _lastError = error;
    }

    private void TellFailed(Delivery delivery, Failure failure, DateTimeOffset? due)
    {
        Interlocked.Increment(ref _failures);
        _reports.Add(new FailedTry(Name, delivery.Event, delivery.Attempt, _options.MaxAttempts, failure, due));
    }
}
