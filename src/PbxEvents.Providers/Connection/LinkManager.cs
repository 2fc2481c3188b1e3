using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>Attempts, links, losses and gaps of one connection. Loop only, but for the attempts themselves.</summary>
internal sealed class LinkManager
{
    /// <summary>A link that stood this long was good: the next loss starts with the short pauses again.</summary>
    private static readonly TimeSpan GoodLink = TimeSpan.FromSeconds(30);

    /// <summary>A guard over every session's own time-outs: an open link that never gets ready is recycled.</summary>
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    private readonly ConnectionSupervisor _connection;
    private readonly ILinkFactory _factory;
    private readonly Func<double> _random;
    private readonly SessionTimer _attemptTimer;
    private readonly SessionTimer _readyTimer;
    private readonly List<Task> _closings = [];
    private readonly List<ILink> _retiring = [];

    private OpenLink? _active;
    private OpenLink? _candidate;
    private int _lastId;
    private int _attemptsInRow;
    private int _backoffStep;
    private bool _isAttempting;
    private bool _rotates;
    private bool _wasConnected;
    private DateTimeOffset _lostFrom;

    public LinkManager(ConnectionSupervisor connection, ILinkFactory factory, Func<double> random)
    {
        _connection = connection;
        _factory = factory;
        _random = random;
        _attemptTimer = connection.Timers.New(BeginAttempt);
        _readyTimer = connection.Timers.New(NotReady);
    }

    /// <summary>True while a link is authenticated and ready.</summary>
    public bool IsReady => _active is not null;

    private ConnectionStatus Status => _connection.Status;

    private ActivityLog Activity => _connection.Activity;

    private PlatformDriver Driver => _connection.Driver;

    private DateTimeOffset Now => _connection.Pipeline.Now;

    /// <summary>True when frames of this link count.</summary>
    public bool IsCurrent(ILink link) =>
        ReferenceEquals(_active?.Link, link) || ReferenceEquals(_candidate?.Link, link) || _retiring.Contains(link);

    public void Send(int link, OutFrame frame)
    {
        var open = _active?.Link.Id == link ? _active : _candidate?.Link.Id == link ? _candidate : null;
        if (open is null)
            return;
        _connection.Trace?.Record(link, "out", frame.Kind, frame.Payload, frame.AckId);
        open.Link.Send(frame);
    }

    // ---- attempts ----------------------------------------------------------------------------------------------------

    public void BeginAttempt()
    {
        if (_connection.IsOver || _isAttempting || _candidate is not null)
            return;
        _isAttempting = true;
        if (_connection.Options.NoEvents)
        {
            _connection.Work.Attempt(CheckRecordsAsync);
            return;
        }
        var plan = _connection.Session.PlanLink(_active is not null);
        var id = ++_lastId;
        _connection.Work.Attempt(cancellationToken => AttemptAsync(id, plan, cancellationToken));
    }

    /// <summary>Opens a second link that takes over from the present one.</summary>
    public void Rotate()
    {
        if (_active is null)
            return;
        _rotates = true;
        Activity.Write("Opening a second link to take over from this one.");
        BeginAttempt();
    }

    /// <summary>Without a link, what stands for one is that the records can be asked for. Runs beside the loop.</summary>
    private async Task CheckRecordsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var reader = Driver.Records ?? throw Faults.NoRecords(_connection.Provider);
            await reader.CheckAsync(_connection.Clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            _connection.Post(() =>
            {
                _isAttempting = false;
                if (_connection.IsOver)
                    return;
                Status.State = PbxConnectionState.Connected;
                Status.ConnectedAt = Now;
                Activity.Write("Connected, for call records only.");
                _connection.Pipeline.EmitConnection(nameof(PbxConnectionState.Connected));
                _connection.HasConnected();
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The connection ends.
        }
        catch (Exception e)
        {
            Failed(e as PbxException ?? Faults.Unexpected("asking for call records", e));
        }
    }

    /// <summary>Runs beside the loop: token, addresses, then link after link until one opens.</summary>
    private async Task AttemptAsync(int id, LinkPlan plan, CancellationToken cancellationToken)
    {
        PbxException? fault = null;
        try
        {
            var offer = await Driver.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
            var tried = new List<string>();
            foreach (var target in offer.Targets)
            {
                Activity.Write($"Opening {target.Display}.");
                var link = _factory.Create(id, target, _connection);
                try
                {
                    await link.OpenAsync(cancellationToken).ConfigureAwait(false);
                    Driver.Reached(target);
                    _connection.Post(() => LinkOpened(new OpenLink(link, target), offer.Ticket));
                    return;
                }
                catch (Exception e)
                {
                    await link.DisposeAsync().ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                    var failure = e as PbxException ?? Faults.Unexpected($"opening {target.Display}", e);
                    Activity.Write($"{target.Display} did not open: {failure.Message}", ActivityLevel.Warning);

                    // Of several addresses the first one's fault is told, unless a later one is clearer: a certificate that is
                    // not accepted says more than a closed port.
                    if (fault is null || failure.IsPermanent || (failure.Kind == PbxErrorKind.TlsFailed && fault.Kind != failure.Kind))
                        fault = failure;
                    tried.Add(target.Display);
                    if (failure.IsPermanent)
                        break;
                }
            }
            fault = fault is null ? Faults.NoTarget(_connection.Name) : Faults.WithTried(fault, tried);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            fault = e as PbxException ?? Faults.Unexpected("preparing the connection", e);
        }
        Failed(fault);
    }

    private void Failed(PbxException fault) => _connection.Post(() =>
    {
        _isAttempting = false;
        AttemptFailed(fault);
    });

    private void AttemptFailed(PbxException fault)
    {
        if (_connection.IsOver)
            return;
        Status.LastError = fault;
        if (fault.IsPermanent)
        {
            _connection.End(PbxConnectionState.Faulted, fault);
            return;
        }

        // A first attempt that fails is told at once: the one who typed the host name is waiting. Only a server that asks
        // for patience gets it, as long as the user's time-out lasts; one that asks for more is told of at once too.
        var asksForPatience = fault.RetryAfter is { } wait
            ? wait < _connection.Options.Timeout
            : fault.Kind == PbxErrorKind.RateLimited;
        if (!_wasConnected && !asksForPatience)
        {
            _connection.End(PbxConnectionState.Faulted, Faults.NotRepeated(fault));
            return;
        }
        if (_active is not null && !_rotates)
            return;
        ScheduleAttempt(fault);
    }

    private void ScheduleAttempt(PbxException fault)
    {
        _attemptsInRow++;
        _backoffStep++;
        if (_active is null && _connection.Options.MaxReconnectAttempts is { } most && _attemptsInRow > most)
        {
            _connection.End(PbxConnectionState.Faulted, Faults.GaveUp(Driver.Server, most, fault));
            return;
        }
        var delay = Driver.Backoff.Delay(_backoffStep, _random(), fault.RetryAfter);
        Activity.Write($"Next attempt ({_attemptsInRow}) in {delay.TotalSeconds:0.0} s.", ActivityLevel.Warning);
        _attemptTimer.Set(delay);
    }

    // ---- the life of a link ------------------------------------------------------------------------------------------

    private void LinkOpened(OpenLink open, LinkTicket ticket)
    {
        _isAttempting = false;
        if (_connection.IsOver)
        {
            CloseInBackground(open.Link);
            return;
        }
        Activity.Write($"Link to {open.Target.Display} is open; authenticating and subscribing.");
        _connection.Trace?.Remark(open.Link.Id, $"open {open.Target.Display}{(open.Target.Tag is { } tag ? $" {tag}" : "")}");
        _candidate = open;
        _readyTimer.Set(ReadyTimeout);
        _connection.Session.LinkOpened(open.Link.Id, open.Target, ticket);
        open.Link.Start();
    }

    private void NotReady()
    {
        if (_candidate is { } slow)
            Close(slow.Link.Id, Faults.NotReady(slow.Target.Display, ReadyTimeout));
    }

    /// <summary>The session says that a link has all that it needs.</summary>
    public void Ready(int link, LinkRecovery recovery, SnapshotRequest? wanted)
    {
        if (_candidate is not { } ready || ready.Link.Id != link)
            return;
        _readyTimer.Cancel();
        ready.ReadyAt = Now;
        var replaced = _active;
        _active = ready;
        _candidate = null;
        _rotates = false;
        _attemptsInRow = 0;
        Status.ActiveLink = ready.Link;
        Status.State = PbxConnectionState.Connected;
        Status.ConnectedAt = Now;
        if (replaced is not null)
        {
            // What the server sent before it sees the goodbye is still on its way: the old link is read to its end.
            Activity.Write("The new link has taken over; closing the old one.");
            _retiring.Add(replaced.Link);
            CloseInBackground(replaced.Link);
            return;
        }
        if (_wasConnected)
            Status.ReconnectCount++;
        var downSince = _connection.Keeper?.DownSince;
        if (downSince is not null && recovery.Recovery == PbxGapRecovery.Recovered && _connection.Keeper!.HasOlderGap)
            recovery = recovery with { Recovery = PbxGapRecovery.Partial, Detail = "An older gap of the process before was not filled." };
        if (recovery.Recovery == PbxGapRecovery.Recovered)
            _connection.Pipeline.Calls.RegainSight();
        var isContinued = _wasConnected || downSince is not null;
        if (isContinued && recovery.Recovery != PbxGapRecovery.Recovered)
            _connection.Pipeline.Calls.HearAgain(Now);
        if (downSince is not null)
            ReportDowntime(downSince.Value, recovery);
        else if (_wasConnected && _connection.Subscriptions.Live.Any())
            ReportGap(_lostFrom, recovery, _connection.Gaps.CanFill, _connection.Gaps.Fill);
        Activity.Write("Connected.");
        _connection.Pipeline.EmitConnection(nameof(PbxConnectionState.Connected));
        if (wanted is not null && (_connection.Work.IsUnanswered || (isContinued && recovery.Recovery != PbxGapRecovery.Recovered)))
            _connection.Work.AskFor(wanted);
        _wasConnected = true;
        _connection.HasConnected();
    }

    /// <summary>The time since an earlier process stopped, in which none ran.</summary>
    private void ReportDowntime(DateTimeOffset since, LinkRecovery recovery)
    {
        since = since.ToLocalTime();
        var detail = $"No process listened from {since:yyyy-MM-dd HH:mm:ss} to {Now:yyyy-MM-dd HH:mm:ss}.";
        var told = recovery with
        {
            Reason = recovery.Reason == PbxGapReason.LinkLost ? PbxGapReason.NotRunning : recovery.Reason,
            Detail = recovery.Detail is null ? detail : $"{detail} {recovery.Detail}",
        };
        ReportGap(since, told, _connection.Records.CanAsk, _connection.Gaps.FillLater);
    }

    private void ReportGap(DateTimeOffset from, LinkRecovery recovery, bool canFill, Action<PbxGap, PbxGapRecovery> fill)
    {
        var isFilled = recovery.Recovery != PbxGapRecovery.Recovered && canFill;
        var gap = new PbxGap
        {
            Connection = _connection.Name,
            From = from,
            To = Now,
            Reason = recovery.Reason,
            Recovery = isFilled ? PbxGapRecovery.Pending : recovery.Recovery,
            EventsLost = recovery.EventsLost,
            Detail = recovery.Detail,
        };
        Status.AddGap(gap);
        Activity.Write($"Gap: {gap}.", gap.Recovery == PbxGapRecovery.Recovered ? ActivityLevel.Information : ActivityLevel.Warning);
        _connection.Pipeline.EmitConnection("Gap", gap: gap);
        if (isFilled)
            fill(gap, recovery.Recovery);
    }

    /// <summary>The session ends a link.</summary>
    public void Close(int link, PbxException fault)
    {
        foreach (var open in (OpenLink?[])[_active, _candidate])
        {
            if (open?.Link.Id != link)
                continue;
            open.ClosedFor ??= fault;
            open.Link.Abort(fault);
        }
    }

    /// <summary>A link has ended.</summary>
    public void Closed(ILink link, PbxException? fault)
    {
        if (_connection.IsOver || !IsCurrent(link))
            return;
        if (_retiring.Remove(link))
        {
            _connection.Session.LinkClosed(link.Id);
            return;
        }

        // The server may have closed before the link heard why it is to end: what the session said is the cause.
        fault = (ReferenceEquals(_active?.Link, link) ? _active : _candidate)?.ClosedFor ?? fault ?? Faults.ServerClosed(Driver.Server);
        if (!fault.IsRoutine)
            Status.LastError = fault;
        Activity.Write($"Link lost: {fault.Message}", fault.IsRoutine ? ActivityLevel.Information : ActivityLevel.Warning);
        _connection.Trace?.Remark(link.Id, $"closed {fault.Message}");
        CloseInBackground(link);
        _connection.Session.LinkClosed(link.Id);
        if (_candidate is { } candidate && ReferenceEquals(candidate.Link, link))
        {
            _readyTimer.Cancel();
            _candidate = null;
            AttemptFailed(fault);
            return;
        }

        var lost = _active!;
        _active = null;
        _lostFrom = link.LastReceivedAt ?? lost.ReadyAt;
        _connection.LinkLost(fault);
        if (fault.IsPermanent)
        {
            _connection.End(PbxConnectionState.Faulted, fault);
            return;
        }
        Status.State = PbxConnectionState.Reconnecting;
        _connection.Pipeline.EmitConnection(nameof(PbxConnectionState.Reconnecting), fault.IsRoutine ? null : fault);
        if (Now - lost.ReadyAt >= GoodLink)
            _backoffStep = 0;
        if (_candidate is null && !_isAttempting)
            ScheduleAttempt(fault);
    }

    // ---- the end -----------------------------------------------------------------------------------------------------

    /// <summary>The connection is over: says goodbye on every link.</summary>
    public void End()
    {
        foreach (var open in (OpenLink?[])[_active, _candidate])
        {
            if (open is not null)
                CloseInBackground(open.Link);
        }
        _active = _candidate = null;
    }

    /// <summary>Ends when every link is closed.</summary>
    public Task AllClosed() => Task.WhenAll(_closings);

    private void CloseInBackground(ILink link)
    {
        _closings.RemoveAll(t => t.IsCompleted);
        _closings.Add(CloseAsync());

        async Task CloseAsync()
        {
            using var limit = new CancellationTokenSource(FarewellTimeout, _connection.Clock);
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

    private sealed record OpenLink(ILink Link, LinkTarget Target)
    {
        public DateTimeOffset ReadyAt { get; set; }

        /// <summary>Why the session ended it; null while it did not.</summary>
        public PbxException? ClosedFor { get; set; }
    }
}
