using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PbxEvents.Module.Health;
using PbxEvents.Providers;

namespace PbxEvents.Module.Actions;

/// <summary>
/// The actions of one runspace. Actions run on its pipeline thread only: at PowerShell's checkpoints through the
/// <see cref="Doorbell"/>, and at once while one of our own cmdlets waits. Never two at a time, never one inside another.
/// </summary>
internal sealed class Reactions : IDisposable
{
    /// <summary>How long one turn may last before PowerShell gets the thread back, so that Ctrl+C and the prompt stay alive.</summary>
    private static readonly TimeSpan TurnLength = TimeSpan.FromMilliseconds(200);

    /// <summary>The same while one of our own cmdlets waits: it gives turn after turn, and looks at its deadline in between.</summary>
    private static readonly TimeSpan TurnInWait = TimeSpan.FromMilliseconds(20);

    /// <summary>Two stops within this time mean the queue, not the one action that ran.</summary>
    private static readonly TimeSpan DoubleStop = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly ManualResetEventSlim _isWaiting = new();
    private volatile ReactionQueue[] _queues = [];
    private Doorbell? _doorbell;
    private bool _isDisposed;
    private volatile bool _isSuspended;
    private volatile bool _isAtPrompt;
    private volatile ActionRun? _running;
    private long _stoppedAt;
    private long _pressedAt;
    private readonly Runspace _runspace;
    private readonly SessionMeter _meter;

    /// <summary>Makes the actions of a runspace: none at first.</summary>
    public Reactions(Runspace runspace, SessionMeter meter)
    {
        (_runspace, _meter) = (runspace, meter);
        Reports = new ReactionReports(Wake);
    }

    /// <summary>What durable reactions have put out.</summary>
    public ReactionReports Reports { get; }

    /// <summary>True while an action runs. Pipeline thread.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>True while one of our own cmdlets waits. Pipeline thread.</summary>
    public bool IsInWait { get; set; }

    /// <summary>Set while something waits for its turn. Any thread may wait for it.</summary>
    public WaitHandle Waiting => _isWaiting.WaitHandle;

    /// <summary>True while no action is to run. What comes waits in the buffers. Any thread.</summary>
    public bool IsSuspended => _isSuspended;

    /// <summary>How many events wait for actions. Pipeline thread.</summary>
    public long Count => _queues.Sum(q => q.CountWaiting());

    /// <summary>True when something may wait for its turn. Any thread.</summary>
    public bool MayHaveWork => _isWaiting.IsSet;

    /// <summary>The doorbell; null before the first action. Any thread.</summary>
    public Doorbell? Doorbell => Volatile.Read(ref _doorbell);

    /// <summary>How many events wait for actions on a connection. Pipeline thread.</summary>
    public long CountWaiting(PbxClient client) =>
        _queues.Where(q => ReferenceEquals(q.Client, client)).Sum(q => q.CountWaiting());

    /// <summary>Runs no further action until <see cref="Resume"/>. Pipeline thread.</summary>
    public void Suspend() => _isSuspended = true;

    /// <summary>Lets actions run again, beginning with what waits. Pipeline thread.</summary>
    public void Resume()
    {
        _isSuspended = false;
        _stoppedAt = 0;
        Ring();
    }

    /// <summary>Adds an action. Pipeline thread.</summary>
    public void Add(PbxClient client, Reaction reaction)
    {
        ReactionQueue queue;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Listen();
            queue = Array.Find(_queues, q => ReferenceEquals(q.Client, client)) ?? new ReactionQueue(client, reaction.Subscription.StartSequence, Ring);
            if (!_queues.Contains(queue))
                _queues = [.. _queues, queue];
        }
        queue.Add(reaction);
    }

    /// <summary>Hears what others ring for. Pipeline thread.</summary>
    public void Listen()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_doorbell is not null)
                return;
            _doorbell = new Doorbell(_runspace, this);
            Console.CancelKeyPress += OnCancelKey;
        }
    }

    /// <summary>Ends the action of a subscription, if it has one. Any thread.</summary>
    public void Remove(PbxSubscription subscription)
    {
        foreach (var queue in _queues)
            queue.Remove(subscription);
    }

    /// <summary>Ends the actions of a connection. Any thread.</summary>
    public void Remove(PbxClient client)
    {
        lock (_gate)
        {
            foreach (var queue in _queues.Where(q => ReferenceEquals(q.Client, client)))
                queue.Dispose();
            _queues = Array.FindAll(_queues, q => !ReferenceEquals(q.Client, client));
        }
    }

    /// <summary>Runs the action again for an event at which it failed. Pipeline thread.</summary>
    /// <returns>False when there is no such action any more.</returns>
    public bool Repeat(PbxActionFailure failure) =>
        Array.Exists(_queues, q => q.Repeat(failure.Subscription, failure.Event));

    /// <summary>Runs what waits, for one turn. Pipeline thread.</summary>
    /// <param name="write">Gets what actions put out.</param>
    /// <param name="writeError">Gets what did not end them.</param>
    /// <param name="fail">Gets what did: what they threw.</param>
    /// <param name="warn">Gets what they did not get to see.</param>
    public void RunTurn(Action<PSObject> write, Action<ErrorRecord> writeError, Action<PbxActionFailure> fail, Action<PbxGap> warn)
    {
        if (IsRunning)
            return;
        if (_isSuspended)
        {
            // A ring was on its way.
            _isWaiting.Reset();
            _doorbell?.Rearm();
            return;
        }
        IsRunning = true;
        _isAtPrompt = !IsInWait && StopKey.IsRead;
        if (_isAtPrompt)
            StopKey.Read(false);
        var (started, length) = (Stopwatch.GetTimestamp(), IsInWait ? TurnInWait : TurnLength);
        try
        {
            // From here on a ring counts as a new one: what comes while this turn ends is not overlooked.
            _isWaiting.Reset();
            _doorbell?.Rearm();
            foreach (var queue in _queues)
            {
                while (queue.HasNext(TellGap))
                {
                    if (Stopwatch.GetElapsedTime(started) > length)
                        return;
                    Run(queue, write, writeError, fail);
                }
            }
        }
        finally
        {
            if (_isAtPrompt)
                StopKey.Read(true);
            _isAtPrompt = IsRunning = false;
            if (Array.Exists(_queues, q => q.HasNext(TellGap)))
                Ring();
        }

        void TellGap(ReactionQueue queue, PbxGap gap)
        {
            queue.AddGap(gap);
            warn(gap);
        }
    }

    /// <summary>Ends all actions. Any thread; safe to call more than once.</summary>
    public void Dispose()
    {
        Doorbell? doorbell;
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var queue in _queues)
                queue.Dispose();
            _queues = [];
            Console.CancelKeyPress -= OnCancelKey;
            doorbell = _doorbell;
            _doorbell = null;
        }
        doorbell?.Remove();
    }

    private void Run(ReactionQueue queue, Action<PSObject> write, Action<ErrorRecord> writeError, Action<PbxActionFailure> fail)
    {
        var (reaction, pbxEvent, isAgain) = queue.Take();
        if (reaction.IsOver)
            return;
        var subscription = reaction.Subscription;
        try
        {
            _running = reaction.Begin(pbxEvent);
            if (!isAgain)
                _meter.ActionBegins(pbxEvent, null);
            foreach (var output in _running.Run(writeError))
                write(output);
            subscription.CountDelivered();
        }
        catch (PipelineStoppedException e)
        {
            // Ctrl+C: the action has not done its work, and the user does not want it at once again. It can be repeated.
            subscription.AddFailure(new PbxActionFailure(subscription, pbxEvent, e, DateTimeOffset.Now));
            SuspendAtSecondStop();
            throw;
        }
        catch (Exception e) when (!FlowControl.IsExit(e))
        {
            if (FlowControl.IsLoopControl(e))
            {
                // break and continue outside a loop: the user means that this event is dealt with.
                subscription.CountDelivered();
                return;
            }
            var failure = new PbxActionFailure(subscription, pbxEvent, e, DateTimeOffset.Now);
            subscription.AddFailure(failure);
            fail(failure);
        }
        finally
        {
            _running = null;
        }
    }

    /// <summary>With slow actions each stop would only bring the next one, and the prompt would be held for as long as events wait.</summary>
    private void SuspendAtSecondStop()
    {
        var now = Stopwatch.GetTimestamp();
        if (_stoppedAt != 0 && Stopwatch.GetElapsedTime(_stoppedAt, now) < DoubleStop)
            Suspend();
        _stoppedAt = now;
    }

    /// <summary>
    /// Ctrl+C where PowerShell has no pipeline to stop for it: at the idle prompt, and while one that was stopped comes to its end and runs the
    /// next action. On a thread of its own.
    /// </summary>
    private void OnCancelKey(object? sender, ConsoleCancelEventArgs e)
    {
        var now = Stopwatch.GetTimestamp();
        var before = Interlocked.Exchange(ref _pressedAt, now);
        if (_running is not { } running)
            return;
        var isSecond = before != 0 && Stopwatch.GetElapsedTime(before, now) < DoubleStop;
        if (isSecond)
            Suspend();
        if (isSecond || _isAtPrompt)
            running.Stop();
    }

    private void Ring()
    {
        if (!_isSuspended)
            Wake();
    }

    /// <summary>Asks for a turn, also while no action is to run. Any thread.</summary>
    internal void Wake()
    {
        _isWaiting.Set();
        Volatile.Read(ref _doorbell)?.Ring();
    }
}
