using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>Attempts, links, losses and gaps.</summary>
internal sealed partial class ConnectionSupervisor
{
    private void BeginAttempt()
    {
        if (_isOver || _isAttempting || _candidate is not null)
            return;
        _isAttempting = true;
        var plan = _session.PlanLink(_active is not null);
        var linkId = ++_lastLinkId;
        var renewal = _renewal;
        _attempt = Task.Run(async () =>
        {
            // A driver is promised that it prepares and renews one after the other.
            await renewal.ConfigureAwait(false);
            await AttemptAsync(linkId, plan, _stopping.Token).ConfigureAwait(false);
        });
    }

    /// <summary>Runs beside the loop: token, addresses, then link after link until one opens.</summary>
    private async Task AttemptAsync(int linkId, LinkPlan plan, CancellationToken cancellationToken)
    {
        PbxException? fault = null;
        try
        {
            var targets = await _driver.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
            var tried = new List<string>();
            foreach (var target in targets)
            {
                Activity.Write($"Opening {target.Display}.");
                var link = _links.Create(linkId, target, this);
                try
                {
                    await link.OpenAsync(cancellationToken).ConfigureAwait(false);
                    Post(() => LinkOpened(new OpenLink(link, target)));
                    return;
                }
                catch (Exception e)
                {
                    await link.DisposeAsync().ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                    var failure = e as PbxException ?? Faults.Unexpected($"opening {target.Display}", e);
                    Activity.Write($"{target.Display} did not open: {failure.Message}");

                    // Of several addresses the first one's fault is told, unless a later one is clearer: a certificate that is
                    // not accepted says more than a closed port.
                    if (fault is null || failure.IsPermanent || (failure.Kind == PbxErrorKind.TlsFailed && fault.Kind != failure.Kind))
                        fault = failure;
                    tried.Add(target.Display);
                    if (failure.IsPermanent)
                        break;
                }
            }
            fault = fault is null ? Faults.NoTarget(_name) : Faults.WithTried(fault, tried);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            fault = e as PbxException ?? Faults.Unexpected("preparing the connection", e);
        }
        Post(() =>
        {
            _isAttempting = false;
            AttemptFailed(fault);
        });
    }

    private void LinkOpened(OpenLink open)
    {
        _isAttempting = false;
        if (_isOver)
        {
            CloseInBackground(open.Link);
            return;
        }
        Activity.Write($"Link to {open.Target.Display} is open; authenticating and subscribing.");
        _trace?.Remark(open.Link.Id, $"open {open.Target.Display}{(open.Target.Tag is { } tag ? $" {tag}" : "")}");
        _candidate = open;
        _timers.Set(TimerNames.Ready, ReadyTimeout);
        _session.LinkOpened(open.Link.Id, open.Target);
        open.Link.Start();
    }

    public void LinkReady(int link, LinkRecovery recovery)
    {
        if (_candidate is not { } ready || ready.Link.Id != link)
            return;
        _timers.Cancel(TimerNames.Ready);
        ready.IsReady = true;
        ready.ReadyAt = _now;
        var replaced = _active;
        _active = ready;
        _candidate = null;
        _rotates = false;
        _attemptsInRow = 0;
        Status.ActiveLink = ready.Link;
        Status.State = PbxConnectionState.Connected;
        Status.ConnectedAt = _now;
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
        if (recovery.Recovery == PbxGapRecovery.Recovered)
            Calls.RegainSight();
        var isContinued = _wasConnected || recovery.LostFrom is not null;
        if (recovery.LostFrom is not null || (_wasConnected && HasSubscriptions))
            ReportGap(recovery);
        Activity.Write("Connected.");
        EmitConnectionEvent(nameof(PbxConnectionState.Connected), null);
        if (isContinued && recovery.Recovery != PbxGapRecovery.Recovered)
            RequestSnapshots();
        _wasConnected = true;
        _connected.TrySetResult();
    }

    private void ReportGap(LinkRecovery recovery)
    {
        var gap = new PbxGap
        {
            Connection = _name,
            From = recovery.LostFrom ?? _lostFrom,
            To = _now,
            Reason = recovery.Reason,
            Recovery = recovery.Recovery,
            EventsLost = recovery.EventsLost,
            Detail = recovery.Detail,
        };
        Status.AddGap(gap);
        Activity.Write($"Gap: {gap}.");
        EmitConnectionEvent("Gap", null, gap);
    }

    public void CloseLink(int link, PbxException fault)
    {
        foreach (var open in (OpenLink?[])[_active, _candidate])
        {
            if (open?.Link.Id != link)
                continue;
            open.ClosedFor ??= fault;
            open.Link.Abort(fault);
        }
    }

    private void LinkClosed(ILink link, PbxException? fault)
    {
        if (_isOver || !IsCurrent(link))
            return;
        if (_retiring.Remove(link))
        {
            _session.LinkClosed(link.Id);
            return;
        }

        // The server may have closed before the link heard why it is to end: what the session said is the cause.
        fault = (ReferenceEquals(_active?.Link, link) ? _active : _candidate)?.ClosedFor ?? fault ?? Faults.ServerClosed(_driver.Server);
        if (!fault.IsRoutine)
            Status.LastError = fault;
        Activity.Write($"Link lost: {fault.Message}");
        _trace?.Remark(link.Id, $"closed {fault.Message}");
        CloseInBackground(link);
        _session.LinkClosed(link.Id);
        if (_candidate is { } candidate && ReferenceEquals(candidate.Link, link))
        {
            _timers.Cancel(TimerNames.Ready);
            _candidate = null;
            AttemptFailed(fault);
            return;
        }

        var lost = _active!;
        _active = null;
        Status.ActiveLink = null;
        Status.ConnectedAt = null;
        _lostFrom = link.LastReceivedAt ?? lost.ReadyAt;
        Calls.LoseSight();
        Subscriptions.LinkLost();
        _requests.FailAll(Faults.RequestLinkLost(_driver.Server, fault));
        if (fault.IsPermanent)
        {
            End(PbxConnectionState.Faulted, fault);
            return;
        }
        Status.State = PbxConnectionState.Reconnecting;
        EmitConnectionEvent(nameof(PbxConnectionState.Reconnecting), fault.IsRoutine ? null : fault);
        if (_now - lost.ReadyAt >= GoodLink)
            _backoffStep = 0;
        if (_candidate is null && !_isAttempting)
            ScheduleAttempt(fault);
    }

    private void AttemptFailed(PbxException fault)
    {
        if (_isOver)
            return;
        Status.LastError = fault;
        if (fault.IsPermanent)
        {
            End(PbxConnectionState.Faulted, fault);
            return;
        }

        // A first attempt that fails is told at once: the one who typed the host name is waiting. Only a server that asks
        // for patience gets it, as long as the user's time-out lasts; one that asks for more is told of at once too.
        var asksForPatience = fault.RetryAfter is { } wait ? wait < _options.Timeout : fault.Kind == PbxErrorKind.RateLimited;
        if (!_wasConnected && !asksForPatience)
        {
            End(PbxConnectionState.Faulted, Faults.NotRepeated(fault));
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
        if (_active is null && _options.MaxReconnectAttempts is { } most && _attemptsInRow > most)
        {
            End(PbxConnectionState.Faulted, Faults.GaveUp(_driver.Server, most, fault));
            return;
        }
        var delay = _driver.Backoff.Delay(_backoffStep, _random(), fault.RetryAfter);
        Activity.Write($"Next attempt ({_attemptsInRow}) in {delay.TotalSeconds:0.0} s.");
        _timers.Set(TimerNames.Attempt, delay);
    }
}
