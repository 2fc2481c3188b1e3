using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// One connection's ordered loop. Everything that happens to the connection (frames, timers, the ends of links and
/// attempts, the user's wishes) is an item of one bounded mailbox and is handled in order on one task, so nothing here
/// needs a lock. I/O happens elsewhere: links read and write on their own, attempts run beside the loop and post back.
/// </summary>
internal sealed partial class ConnectionSupervisor : ISessionHost, ILinkSink, IAsyncDisposable
{
    /// <summary>A full mailbox holds back the socket's reader, never the loop.</summary>
    private const int MailboxSize = 4096;

    /// <summary>A link that stood this long was good: the next loss starts with the short pauses again.</summary>
    private static readonly TimeSpan GoodLink = TimeSpan.FromSeconds(30);

    /// <summary>A guard over every session's own time-outs: an open link that never gets ready is recycled.</summary>
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SilentCallLife = TimeSpan.FromHours(6);
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Giving back tokens: with the link's goodbye less than 2 s. A token that stays ends by itself.</summary>
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromMilliseconds(900);

    private readonly PbxConnectOptions _options;
    private readonly string _name;
    private readonly IHttpClient _http;
    private readonly PlatformDriver _driver;
    private readonly ILinkFactory _links;
    private readonly Func<double> _random;
    private readonly ProtocolSession _session;
    private readonly FrameTrace? _trace;
    private readonly LoopTimers _timers;
    private readonly RequestTable _requests = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _reportedFaults = new(StringComparer.Ordinal);
    private readonly Mailbox<LoopItem> _mailbox = new(MailboxSize);

    private OpenLink? _active;
    private OpenLink? _candidate;
    private Task _attempt = Task.CompletedTask;
    private Task _renewal = Task.CompletedTask;
    private Task _snapshots = Task.CompletedTask;
    private Task _loop = Task.CompletedTask;
    private readonly List<Task> _closings = [];
    private readonly List<ILink> _retiring = [];
    private int _lastLinkId;
    private int _attemptsInRow;
    private int _backoffStep;
    private bool _isAttempting;
    private bool _isRenewing;
    private bool _isAsking;
    private bool _rotates;
    private bool _wasConnected;
    private bool _isOver;
    private DateTimeOffset _lostFrom;
    private DateTimeOffset _now;

    public ConnectionSupervisor(
        string name,
        string provider,
        DriverContext context,
        PlatformDriver driver,
        ILinkFactory links,
        ActivityLog activity,
        Func<double> random)
    {
        _name = name;
        _options = context.Options;
        _http = context.Http;
        _driver = driver;
        _links = links;
        _random = random;
        Provider = provider;
        Activity = activity;
        Log = new EventLog(_options.BufferSize);
        Calls = new CallTracker(name, provider);
        Queues = new QueueTracker(name, provider);
        Status = new ConnectionStatus();
        _trace = _options.TracePath is { } path ? FrameTrace.Open(path, new SecretMask(_options), Clock) : null;
        _timers = new LoopTimers(Clock, Post, TimerElapsed);
        _session = driver.CreateSession(this);
        _now = Clock.GetUtcNow();
    }

    public string Provider { get; }

    public ActivityLog Activity { get; }

    public EventLog Log { get; }

    public CallTracker Calls { get; }

    public QueueTracker Queues { get; }

    public ConnectionStatus Status { get; }

    public SubscriptionBook Subscriptions { get; } = new();

    /// <summary>Ends when the connection is ready for the first time, or can never be.</summary>
    public Task Connected => _connected.Task;

    public TimeProvider Clock => _options.Transport.Clock;

    private bool HasSubscriptions => Subscriptions.All.Any(s => s.State is PbxSubscriptionState.Active or PbxSubscriptionState.Pending);

    public void Start()
    {
        _loop = Task.Run(RunLoopAsync);
        Post(() =>
        {
            _timers.Set(TimerNames.Sweep, SweepInterval);
            BeginAttempt();
        });
    }

    /// <summary>Runs something on the loop.</summary>
    /// <exception cref="PbxException">The connection is over.</exception>
    public async Task InvokeAsync(Action action, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTaken = await _mailbox.WriteAsync(LoopItem.Run(() =>
        {
            try
            {
                action();
                done.TrySetResult();
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        }), cancellationToken).ConfigureAwait(false);
        if (!isTaken)
            throw Faults.IsOver(_name, Status.LastError);
        await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the connection in order. Safe to call more than once and on a connection that ended by itself.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await InvokeAsync(() => End(PbxConnectionState.Disconnected, null), cancellationToken).ConfigureAwait(false);
        }
        catch (PbxException)
        {
            // It is over already; what is left to do is to wait for the rest of it.
        }
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the connection in order.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    // ---- what links tell -------------------------------------------------------------------------------------------

    ValueTask ILinkSink.OnFrameAsync(ILink link, Frame frame) =>
        WriteAsync(new LoopItem(LoopItemKind.Frame, link, frame, null));

    ValueTask ILinkSink.OnUnreadableAsync(ILink link, ReadOnlyMemory<byte> excerpt, string why) =>
        WriteAsync(new LoopItem(LoopItemKind.Unreadable, link, new Frame(FrameKind.Binary, excerpt), why));

    ValueTask ILinkSink.OnClosedAsync(ILink link, PbxException? fault) =>
        WriteAsync(new LoopItem(LoopItemKind.LinkClosed, link, default, fault));

    private ValueTask WriteAsync(in LoopItem item) => _mailbox.TryWrite(item) ? ValueTask.CompletedTask : WaitAndWriteAsync(item);

    /// <summary>When the connection is over nobody waits for it any more.</summary>
    private async ValueTask WaitAndWriteAsync(LoopItem item) =>
        await _mailbox.WriteAsync(item, CancellationToken.None).ConfigureAwait(false);

    private void Post(Action action)
    {
        var isWritten = WriteAsync(LoopItem.Run(action));
        if (!isWritten.IsCompleted)
            _ = isWritten.AsTask();
    }

    // ---- the loop --------------------------------------------------------------------------------------------------

    private async Task RunLoopAsync()
    {
        while (await _mailbox.WaitAsync().ConfigureAwait(false))
        {
            while (_mailbox.TryRead(out var item))
            {
                _now = Clock.GetUtcNow();
                try
                {
                    Handle(item);
                }
                catch (Exception e)
                {
                    // A session promises that no exception leaves it. If one does, the connection must outlive it.
                    ReportUnreadable(item.Frame.Payload.Span, $"{e.GetType().Name}: {e.Message}");
                }
                if (_isOver)
                {
                    await FinishAsync().ConfigureAwait(false);
                    return;
                }
            }
        }
    }

    private void Handle(in LoopItem item)
    {
        switch (item.Kind)
        {
            case LoopItemKind.Frame:
                if (IsCurrent(item.Link!))
                    FrameReceived(item.Link!.Id, item.Frame);
                break;
            case LoopItemKind.Unreadable:
                ReportUnreadable(item.Frame.Payload.Span, (string)item.State!);
                break;
            case LoopItemKind.LinkClosed:
                LinkClosed(item.Link!, (PbxException?)item.State);
                break;
            default:
                ((Action)item.State!)();
                break;
        }
    }

    private void FrameReceived(int link, in Frame frame)
    {
        _trace?.Record(link, "in", frame.Kind, frame.Payload, frame.AckId);
        _session.FrameReceived(link, frame);
    }

    private bool IsCurrent(ILink link) =>
        ReferenceEquals(_active?.Link, link) || ReferenceEquals(_candidate?.Link, link) || _retiring.Contains(link);

    private void TimerElapsed(string name)
    {
        switch (name)
        {
            case TimerNames.Attempt:
                BeginAttempt();
                break;
            case TimerNames.Ready:
                if (_candidate is { } slow)
                    CloseLink(slow.Link.Id, Faults.NotReady(slow.Target.Display, ReadyTimeout));
                break;
            case TimerNames.Sweep:
                SweepSilentCalls();
                _timers.Set(TimerNames.Sweep, SweepInterval);
                break;
            default:
                _session.TimerElapsed(name);
                break;
        }
    }

    /// <summary>The end of a call can be lost with a link; a call that nothing spoke of for hours is over.</summary>
    private void SweepSilentCalls()
    {
        var update = new CallUpdate();
        foreach (var call in Calls.FindSilent(_now - SilentCallLife))
        {
            update.Reset(call.CallId).IsEnd = update.HasUnseen = true;
            Emit(new PbxEvent { Category = PbxCategory.Call, Name = "CallExpired", Synthesized = true }, update);
        }
    }

    /// <summary>Waits for everything that the connection started. Runs after the last item.</summary>
    private async Task FinishAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _timers.Dispose();

        // The mailbox is read on meanwhile: a link that tells its end must not wait for a full one.
        var work = Task.WhenAll(_attempt, _renewal, _snapshots);
        await DrainUntilAsync(work).ConfigureAwait(false);
        await DrainUntilAsync(Task.WhenAll(_closings)).ConfigureAwait(false);
        _mailbox.Complete();
        Drain();
        using var farewell = new CancellationTokenSource(ReleaseTimeout, Clock);
        try
        {
            await _driver.ReleaseAsync(farewell.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Activity.Write($"Giving back what was acquired failed: {e.Message}");
        }
        (_http as IDisposable)?.Dispose();
        if (_trace is not null)
            await _trace.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task DrainUntilAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            Drain();
            await Task.WhenAny(work, _mailbox.WaitAsync().AsTask()).ConfigureAwait(false);
        }
        Drain();
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>What was posted before the end came: a user waits for it, or a link was just opened.</summary>
    private void Drain()
    {
        while (_mailbox.TryRead(out var item))
            if (item.Kind == LoopItemKind.Run)
                RunLate((Action)item.State!);
    }

    private static void RunLate(Action action)
    {
        try
        {
            action();
        }
        catch (Exception)
        {
            // The one who posted it is told through its own task.
        }
    }

    // ---- ending ----------------------------------------------------------------------------------------------------

    private void End(PbxConnectionState state, PbxException? fault)
    {
        if (_isOver)
            return;
        if (state == PbxConnectionState.Disconnected)
            _session.Closing();
        _isOver = true;
        Status.State = state;
        Status.ConnectedAt = null;
        Status.LastError = fault ?? Status.LastError;
        Activity.Write(fault is null ? "Disconnected." : $"Faulted: {fault.Message}");
        EmitConnectionEvent(state.ToString(), fault);
        var why = fault ?? Faults.IsOver(_name, null);
        Subscriptions.CancelAll(why);
        _requests.FailAll(why);
        Log.Complete();
        if (!_connected.TrySetException(why))
            _connected.TrySetResult();
        _ = _connected.Task.Exception;
        foreach (var open in (OpenLink?[])[_active, _candidate])
            if (open is not null)
                CloseInBackground(open.Link);
        _active = _candidate = null;
    }

    private void CloseInBackground(ILink link)
    {
        _closings.RemoveAll(t => t.IsCompleted);
        _closings.Add(CloseAsync());

        async Task CloseAsync()
        {
            using var limit = new CancellationTokenSource(FarewellTimeout, Clock);
            try
            {
                await link.CloseAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Activity.Write($"Closing a link failed: {e.Message}");
            }
            finally
            {
                await link.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void EmitConnectionEvent(string name, PbxException? error, PbxGap? gap = null) => Emit(new PbxEvent
    {
        Category = PbxCategory.Connection,
        Name = name,
        Error = error,
        Gap = gap,
        Synthesized = true,
        Payload = error is null ? default : Encoding.UTF8.GetBytes(ConnectionPayload.From(error)),
    });

    private sealed record OpenLink(ILink Link, LinkTarget Target)
    {
        public bool IsReady { get; set; }

        public DateTimeOffset ReadyAt { get; set; }

        /// <summary>Why the session ended it; null while it did not.</summary>
        public PbxException? ClosedFor { get; set; }
    }

    /// <summary>The supervisor's own timers; a session's never start with an exclamation mark.</summary>
    private static class TimerNames
    {
        public const string Attempt = "!attempt";
        public const string Ready = "!ready";
        public const string Sweep = "!sweep";
    }
}
