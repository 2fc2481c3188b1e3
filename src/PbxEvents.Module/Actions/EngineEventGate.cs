using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PbxEvents.Module.Actions;

/// <summary>
/// Hands engine events to PowerShell one at a time. PowerShell runs two queued actions at a checkpoint, and at each one that
/// leaves more behind it puts a work item into the process's thread pool that sleeps there: a long queue takes the pool's
/// threads away from the sockets, until a healthy link looks silent. So what waits stays in the connections' logs, and
/// PowerShell has one event and, behind it, a marker that tells when the event is through.
/// </summary>
public sealed class EngineEventGate : IDisposable
{
    private static readonly TimeSpan MarkerLookInterval = TimeSpan.FromSeconds(1);

    private readonly Runspace _runspace;
    private readonly PSEventManager _events;
    private readonly string _markerId = $"PbxEvents.Passed.{Guid.NewGuid():N}";
    private readonly SemaphoreSlim _room = new(1, 1);
    private readonly ManualResetEventSlim _isQueued = new();
    private readonly object _gate = new();
    private PSEventSubscriber? _marker;
    private int _raising;
    private long _passed;
    private bool _isDisposed;

    internal EngineEventGate(Runspace runspace) => (_runspace, _events) = (runspace, runspace.Events);

    /// <summary>True while an event is with PowerShell or waits to be handed over. Any thread.</summary>
    internal bool HasWork => Volatile.Read(ref _raising) > 0 || _isQueued.IsSet;

    /// <summary>How many events are through. Any thread.</summary>
    internal long Passed => Volatile.Read(ref _passed);

    /// <summary>Set while an event is with PowerShell. Any thread may wait for it.</summary>
    internal WaitHandle Queued => _isQueued.WaitHandle;

    /// <summary>The event before is through. The marker's action calls it.</summary>
    public void Pass()
    {
        Interlocked.Increment(ref _passed);
        _isQueued.Reset();
        _room.Release();
    }

    /// <summary>Hands an event over, once the one before is through. On the caller's thread, so that the order holds.</summary>
    /// <exception cref="OperationCanceledException">Nobody wants it any more.</exception>
    internal void Raise(string name, object sender, PbxEventArgs args, CancellationToken cancellationToken)
    {
        // What is only forwarded needs no turn of the pipeline's.
        if (!HasListener(name, withAction: true))
        {
            if (HasListener(name, withAction: false))
                Generate(name, sender, args);
            return;
        }
        Interlocked.Increment(ref _raising);
        try
        {
            while (!_room.Wait(MarkerLookInterval, cancellationToken))
                Remark();

            // Whoever listened may have gone meanwhile; PowerShell would keep the event for ever.
            if (!HasListener(name, withAction: true))
            {
                _room.Release();
                return;
            }
            Mark();

            // Before it is queued: the pipeline thread may be through with it before the next line.
            _isQueued.Set();
            Generate(name, sender, args);
            GenerateMarker();
        }
        finally
        {
            Interlocked.Decrement(ref _raising);
        }
    }

    /// <summary>Waits until PowerShell has an event to handle. Pipeline thread.</summary>
    /// <returns>False when none came in that time.</returns>
    internal bool WaitQueued(TimeSpan limit) => _isQueued.Wait(limit);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            if (_marker is { } marker)
                Doorbell.Unsubscribe(_runspace, marker);
            _marker = null;
        }
    }

    private bool HasListener(string name, bool withAction) => _events.Subscribers.Any(s =>
        (s.Action is not null) == withAction && name.Equals(s.SourceIdentifier, StringComparison.OrdinalIgnoreCase));

    private void Mark()
    {
        lock (_gate)
        {
            if (_isDisposed || (_marker is { } marker && _events.Subscribers.Contains(marker)))
                return;
            _marker = _events.SubscribeEvent(
                null, null, _markerId, null, ScriptBlock.Create("$Sender.Pass()"), supportEvent: true, forwardEvent: false);
        }
    }

    /// <summary>A script that unregisters every event, ours included, must not stop the rest for good.</summary>
    private void Remark()
    {
        lock (_gate)
        {
            if (_marker is null || _events.Subscribers.Contains(_marker))
                return;
            _marker = null;
        }
        Mark();
        GenerateMarker();
    }

    private void GenerateMarker() =>
        _events.GenerateEvent(_markerId, this, [], null, processInCurrentThread: true, waitForCompletionInCurrentThread: false);

    private void Generate(string name, object sender, PbxEventArgs args) => _events.GenerateEvent(
        name, sender, [sender, args], PSObject.AsPSObject(args), processInCurrentThread: true, waitForCompletionInCurrentThread: false);
}
