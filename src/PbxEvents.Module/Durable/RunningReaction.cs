using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Actions;

namespace PbxEvents.Module.Durable;

/// <summary>A reaction that this session runs. Any thread.</summary>
internal sealed class RunningReaction : IAsyncDisposable
{
    /// <summary>How long an action may go on when its time is up and it was told to end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>A disk that is full, or a file that another holds, may be well again soon.</summary>
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly ReactionHost _host;
    private readonly ReactionOptions _options;
    private readonly PbxFailOn _failOn;
    private readonly object? _messageData;
    private readonly ReactionReports _reports;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private ReactionRunner _runner;
    private Task _action = Task.CompletedTask;
    private volatile PbxException? _lastError;
    private volatile bool _isStuck;

    /// <summary>Begins to run a reaction.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="failOn">Which errors make a try fail.</param>
    /// <param name="messageData">What the action finds in its delivery.</param>
    /// <param name="host">Where the action runs. It ends with this.</param>
    /// <param name="reports">Gets what there is to be shown.</param>
    /// <exception cref="PbxException">Another runs it, or the journal cannot be written to.</exception>
    public RunningReaction(EventJournal journal, ReactionOptions options, PbxFailOn failOn, object? messageData, ReactionHost host, ReactionReports reports)
    {
        Journal = journal;
        _options = options with { Failed = TellFailed, Missed = reports.Add };
        (_failOn, _messageData, _host, _reports) = (failOn, messageData, host, reports);
        _runner = journal.React(_options, ActAsync);
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>The journal.</summary>
    public EventJournal Journal { get; }

    /// <summary>The name.</summary>
    public string Name => _options.Name;

    /// <summary>How it runs.</summary>
    public ReactionOptions Options => _options;

    /// <summary>The number of the last event that it has looked at.</summary>
    /// <exception cref="PbxException">The journal cannot be read.</exception>
    public long Place => _runner.Store.Place;

    /// <summary>Why it has ended or is stuck, or what stopped it last.</summary>
    public PbxException? LastError => _lastError;

    /// <summary>How it stands, as far as this session knows.</summary>
    public PbxReactionState State => _isStuck ? PbxReactionState.Stuck
        : !_loop.IsCompleted ? PbxReactionState.Running
        : _lastError is null ? PbxReactionState.Stopped
        : PbxReactionState.Faulted;

    /// <summary>True when all that the connections have received is done or dead, or it is suspended.</summary>
    /// <exception cref="PbxException">The journal cannot be read.</exception>
    public bool IsIdle =>
        _runner.Store is var store && (store.IsSuspended || (Journal.Behind == 0 && store.Place >= Journal.NewestNumber && store.CountOpen() == 0));

    /// <summary>Takes no new event, lets the action end, and gives the reaction free.</summary>
    /// <param name="patience">How long the action has; then it is told to end.</param>
    /// <returns>False when the action goes on all the same: it stays this process's.</returns>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(_loop, Task.Delay(patience)).ConfigureAwait(false);
        if (!_loop.IsCompleted)
        {
            _host.Stop();
            await Task.WhenAny(_loop, Task.Delay(RestartDelay)).ConfigureAwait(false);
        }
        _host.Dispose();
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
                    await Volatile.Read(ref _action).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
            delivery);
        var action = Task.Factory.StartNew(() => _host.Run(attempt, _reports.Add, limit), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Volatile.Write(ref _action, action);
        return WatchAsync(action, delivery, limit);
    }

    /// <summary>An action that does not end although it was told to holds up the reaction; that must be seen.</summary>
    private async Task WatchAsync(Task action, Delivery delivery, CancellationToken limit)
    {
        try
        {
            var isUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var end = limit.Register(() => isUp.TrySetResult());
            if (await Task.WhenAny(action, isUp.Task).ConfigureAwait(false) != action && await Task.WhenAny(action, Task.Delay(Grace, CancellationToken.None)).ConfigureAwait(false) != action)
            {
                var error = JournalFaults.ReactionStuck(Name, $"{delivery.Event}", _options.Timeout);
                _lastError = error;
                _isStuck = true;
                _reports.Add(error);
            }
            await action.ConfigureAwait(false);
        }
        finally
        {
            if (_isStuck)
                (_isStuck, _lastError) = (false, null);
        }
    }

    private void Tell(PbxException error)
    {
        // The same failure again is the same failure.
        if (_lastError?.Message != error.Message)
            _reports.Add(error);
        _lastError = error;
    }

    private void TellFailed(Delivery delivery, Failure failure, DateTimeOffset? due) =>
        _reports.Add(new FailedTry(Name, delivery.Event, delivery.Attempt, _options.MaxAttempts, failure, due));
}
