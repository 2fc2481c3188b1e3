using PbxEvents.Providers.Connection.Keeping;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// One connection. Everything that happens to it (frames, timers, the ends of links and attempts, the user's wishes) is an item of its
/// <see cref="ConnectionLoop"/> and is handled in order, so nothing here needs a lock. I/O happens elsewhere: links read and
/// write on their own, attempts run beside the loop and post back. Its parts: <see cref="LinkManager"/>, <see cref="EventPipeline"/>,
/// <see cref="DriverWork"/>, <see cref="GapFiller"/>, <see cref="NameKeeper"/>, and <see cref="SessionHost"/>, through which the session speaks to them.
/// </summary>
internal sealed class ConnectionSupervisor : ILinkSink, IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SilentCallLife = TimeSpan.FromHours(6);

    /// <summary>Giving back tokens: with the link's goodbye less than 2 s. A token that stays ends by itself.</summary>
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromMilliseconds(900);

    /// <summary>A disk that hangs must not hold up the end of a connection.</summary>
    private static readonly TimeSpan KeepingTimeout = TimeSpan.FromSeconds(2);

    private readonly IHttpClient _http;
    private readonly ConnectionLoop _loop;
    private readonly SessionHost _host;
    private readonly SessionTimer _sweep;
    private readonly IConnectionHold? _hold;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _life = Task.CompletedTask;

    public ConnectionSupervisor(
        string name,
        PbxProvider provider,
        DriverContext context,
        PlatformDriver driver,
        ILinkFactory links,
        ActivityLog activity,
        Func<double> random,
        StateFile? state,
        IEventJournal? journal,
        IConnectionHold? hold)
    {
        Name = name;
        Provider = provider.Name;
        Options = context.Options;
        _http = context.Http;
        Driver = driver;
        Activity = activity;
        Pipeline = new EventPipeline(
            name, Provider, Options.BufferSize, Options.CallHistorySize, Status, new NameBook(), provider.PresenceFields)
        { Now = Clock.GetUtcNow() };
        var mask = new SecretMask(Options);
        Trace = Options.TracePath is { } path ? FrameTrace.Open(path, mask, Clock) : null;
        _host = new SessionHost(this);
        _loop = new ConnectionLoop(Handle, (item, e) => _host.ReportMistake(item, e));
        Timers = new LoopTimers(Clock, _loop.Post);
        Work = new DriverWork(this);
        Records = new RecordAsker(this);
        HeldEnds = new HeldEnds(this);
        Gaps = new GapFiller(this);
        Names = new NameKeeper(this);
        Pipeline.ConfigChanged = Names.Changed;
        Links = new LinkManager(this, links, random);
        _sweep = Timers.New(Sweep);
        Session = driver.CreateSession(_host);
        Journal = journal;
        Keeping = journal?.Keep(new KeptStream(name, provider.Name, Pipeline.Log, mask, problem => Post(() => Warn(problem))) { Clock = Clock });
        Keeper = state is null ? null : new StateKeeper(this, state);
        _hold = hold;
        Pipeline.Calls.CanHold = () => Records.CanAsk;
        Pipeline.Calls.EndHeld = HeldEnds.Hold;
        Pipeline.Calls.CallEnded = Keeper is { } keeper ? keeper.CallEnded : null;
    }

    public string Name { get; }

    public string Provider { get; }

    public PbxConnectOptions Options { get; }

    public PlatformDriver Driver { get; }

    public ProtocolSession Session { get; }

    public ActivityLog Activity { get; }

    public EventPipeline Pipeline { get; }

    public ConnectionStatus Status { get; } = new();

    public SubscriptionBook Subscriptions { get; } = new();

    public RequestTable Requests { get; } = new();

    public LinkManager Links { get; }

    public DriverWork Work { get; }

    public RecordAsker Records { get; }

    /// <summary>True when other processes could have it, and wait until this one gives it up.</summary>
    public bool IsHeld => _hold is not null;

    public HeldEnds HeldEnds { get; }

    public GapFiller Gaps { get; }

    public NameKeeper Names { get; }

    /// <summary>Keeps what the next process needs; null when there is no file for it.</summary>
    public StateKeeper? Keeper { get; }

    /// <summary>Where its events are stored beyond the process; null for nowhere.</summary>
    public IEventJournal? Journal { get; }

    /// <summary>Its events' way into a journal; null when there is none.</summary>
    public IEventKeeping? Keeping { get; }

    public LoopTimers Timers { get; }

    public FrameTrace? Trace { get; }

    public TimeProvider Clock => Options.Transport.Clock;

    /// <summary>True from the end on. Loop only.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Ends when the connection is ready for the first time, or can never be.</summary>
    public Task Connected => _connected.Task;

    public void Start()
    {
        _life = Task.Run(async () =>
        {
            await _loop.RunAsync().ConfigureAwait(false);
            await FinishAsync().ConfigureAwait(false);
        });
        _ = _hold?.Lost.ContinueWith(lost => Post(() => End(PbxConnectionState.Faulted, lost.Result)), TaskScheduler.Default);
        Post(() =>
        {
            _sweep.Set(SweepInterval);
            Keeper?.Restore();
            Links.BeginAttempt();
        });
    }

    /// <summary>Runs something on the loop, some time. Any thread.</summary>
    public void Post(Action action) => _loop.Post(action);

    /// <summary>Runs something on the loop. Any thread.</summary>
    /// <exception cref="PbxException">The connection is over.</exception>
    public async Task InvokeAsync(Action action, CancellationToken cancellationToken)
    {
        if (!await _loop.InvokeAsync(action, cancellationToken).ConfigureAwait(false))
            throw Faults.IsOver(Name, Status.LastError);
    }

    /// <summary>Runs something on the loop and waits until it has run; nothing when the connection is over. Any thread.</summary>
    public Task TellAsync(Action action, CancellationToken cancellationToken) => _loop.InvokeAsync(action, cancellationToken);

    /// <summary>Ends the connection in order. Safe to call more than once and on a connection that ended by itself.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // It may be over already; then there is only the rest of it to wait for.
        await _loop.InvokeAsync(() => End(PbxConnectionState.Disconnected, null), cancellationToken).ConfigureAwait(false);
        await _life.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the connection in order.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    // ---- what links tell -------------------------------------------------------------------------------------------

    ValueTask ILinkSink.OnFrameAsync(ILink link, Frame frame) =>
        _loop.WriteAsync(new LoopItem(LoopItemKind.Frame, link, frame, null));

    ValueTask ILinkSink.OnUnreadableAsync(ILink link, ReadOnlyMemory<byte> excerpt, string why) =>
        _loop.WriteAsync(new LoopItem(LoopItemKind.Unreadable, link, new Frame(FrameKind.Binary, excerpt), why));

    ValueTask ILinkSink.OnClosedAsync(ILink link, PbxException? fault) =>
        _loop.WriteAsync(new LoopItem(LoopItemKind.LinkClosed, link, default, fault));

    // ---- the loop --------------------------------------------------------------------------------------------------

    private void Handle(LoopItem item)
    {
        Pipeline.Now = Clock.GetUtcNow();
        switch (item.Kind)
        {
            case LoopItemKind.Frame:
                if (!Links.IsCurrent(item.Link!))
                    break;
                Trace?.Record(item.Link!.Id, "in", item.Frame.Kind, item.Frame.Payload, item.Frame.AckId);
                Session.FrameReceived(item.Link!.Id, item.Frame);
                break;
            case LoopItemKind.Unreadable:
                _host.ReportUnreadable(item.Frame.Payload.Span, (string)item.State!);
                break;
            case LoopItemKind.LinkClosed:
                Links.Closed(item.Link!, (PbxException?)item.State);
                break;
            default:
                ((LoopItem.Posted)item.State!).Action();
                break;
        }
    }

    /// <summary>The end of a call can be lost with a link; a call that nothing spoke of for hours is over.</summary>
    private void Sweep()
    {
        _sweep.Set(SweepInterval);
        DateTimeOffset?[] whole = [Gaps.UnfilledSince, Keeper?.DownSince, Keeper?.UnkeptSince, Status.LastFrameAt ?? Pipeline.Now];
        Pipeline.Calls.Told.Trim(Gaps.RememberSince(whole.Min()!.Value - SweepInterval));
        var update = new CallUpdate();
        foreach (var call in Pipeline.Calls.FindSilent(Pipeline.Now - SilentCallLife))
        {
            update.Reset(call.CallId).IsEnd = update.HasUnseen = true;
            Pipeline.Emit(new PbxEvent { Category = PbxCategory.Call, Name = "CallExpired", Synthesized = true }, update);
        }
    }

    // ---- what the parts tell; all on the loop ------------------------------------------------------------------------

    /// <summary>A problem that does not end the link.</summary>
    public void Warn(PbxException warning) => _host.Warn(warning);

    /// <summary>The connection is ready for the first time, or again.</summary>
    public void HasConnected()
    {
        Keeper?.Begin();
        Names.Begin();
        Gaps.Listening();
        _connected.TrySetResult();
    }

    /// <summary>There is no link any more.</summary>
    public void LinkLost(PbxException fault)
    {
        Status.ActiveLink = null;
        Status.ConnectedAt = null;
        Pipeline.Calls.LoseSight();
        HeldEnds.Pause();
        Subscriptions.LinkLost();
        Requests.FailAll(Faults.RequestLinkLost(Driver.Server, fault));
    }

    /// <summary>Ends the connection. What is left to be done runs after the item at hand.</summary>
    public void End(PbxConnectionState state, PbxException? fault)
    {
        if (IsOver)
            return;
        if (state == PbxConnectionState.Disconnected)
            Session.Closing();
        HeldEnds.ReleaseAll();
        IsOver = true;
        _loop.Stop();
        Keeper?.End();
        Gaps.End();
        Status.State = state;
        Status.ConnectedAt = null;
        Status.LastError = fault ?? Status.LastError;
        if (fault is null)
            Activity.Write("Disconnected.");
        else
            Activity.Write($"Faulted: {fault.Message}", ActivityLevel.Error);
        Pipeline.EmitConnection(state.ToString(), fault);
        var why = fault ?? Faults.IsOver(Name, null);
        Subscriptions.CancelAll(why);
        Requests.FailAll(why);
        Pipeline.Log.Complete();
        if (!_connected.TrySetException(why))
            _connected.TrySetResult();
        _ = _connected.Task.Exception;
        Links.End();
    }

    /// <summary>Waits for everything that the connection started. Runs after the last item.</summary>
    private async Task FinishAsync()
    {
        Timers.Dispose();
        await _loop.DrainUntilAsync(Task.WhenAll(
            Work.StopAsync(), Records.StopAsync(), Names.StopAsync(), Keeper?.DisposeAsync().AsTask() ?? Task.CompletedTask, LastEventKeptAsync())).ConfigureAwait(false);
        Work.Dispose();
        Records.Dispose();
        Names.Dispose();
        await _loop.DrainUntilAsync(Links.AllClosed()).ConfigureAwait(false);
        _loop.Complete();
        using var farewell = new CancellationTokenSource(ReleaseTimeout, Clock);
        try
        {
            await Driver.ReleaseAsync(farewell.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Activity.Write($"Releasing the token failed: {e.Message}");
        }
        (_http as IDisposable)?.Dispose();
        if (_hold is not null)
            await _hold.DisposeAsync().ConfigureAwait(false);
        if (Trace is not null)
            await Trace.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The last events have to be in the journal before anybody is told that the connection has ended.</summary>
    private async Task LastEventKeptAsync()
    {
        if (Keeping is null)
            return;
        using var farewell = new CancellationTokenSource(KeepingTimeout);
        try
        {
            await Keeping.KeptAsync(Pipeline.Log.Head, farewell.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Activity.Write("The journal has not taken the last events yet.", ActivityLevel.Warning);
        }
    }

    // ---- what users ask for; all on the loop -----------------------------------------------------------------------

    public void Subscribe(PbxSubscription subscription, TaskCompletionSource<PbxSubscription> waiter)
    {
        ThrowIfOver();
        if (Options.NoEvents)
            throw Faults.NoEvents(Name);
        Activity.Write($"Subscribing: {subscription}.");
        Subscriptions.Add(subscription, waiter);
        try
        {
            Session.Subscribe(subscription);
        }
        catch (Exception)
        {
            Subscriptions.Remove(subscription);
            throw;
        }
    }

    public void Unsubscribe(PbxSubscription subscription)
    {
        if (IsOver || !Subscriptions.Remove(subscription))
            return;
        Activity.Write($"Unsubscribing: {subscription}.");
        var wasRejected = subscription.State == PbxSubscriptionState.Rejected;
        subscription.State = PbxSubscriptionState.Cancelled;
        if (!wasRejected)
            Session.Unsubscribe(subscription);
    }

    public int SendRequest(PendingRequest request)
    {
        ThrowIfNoLink();
        var token = Requests.Add(request);
        try
        {
            Session.SendRequest(token, request.Request);
        }
        catch (Exception)
        {
            Requests.Remove(token);
            throw;
        }
        return token;
    }

    public void ForgetRequest(int token)
    {
        Requests.Remove(token);
        if (!IsOver)
            Session.ForgetRequest(token);
    }

    public void SendReply(PbxEvent request, ReadOnlyMemory<byte> json)
    {
        ThrowIfNoLink();
        Session.SendReply(request, json);
    }

    private void ThrowIfNoLink()
    {
        ThrowIfOver();
        if (Options.NoEvents)
            throw Faults.NoEvents(Name);
        if (!Links.IsReady)
            throw Faults.RequestLinkLost(Driver.Server, Status.LastError);
    }

    private void ThrowIfOver()
    {
        if (IsOver)
            throw Faults.IsOver(Name, Status.LastError);
    }
}
