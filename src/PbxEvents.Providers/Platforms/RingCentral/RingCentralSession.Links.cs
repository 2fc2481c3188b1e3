using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>From the first frame of a link to the day it is replaced.</summary>
internal sealed partial class RingCentralSession
{
    /// <summary>What waits for an earlier process's subscriptions; beyond that it is passed on at once.</summary>
    private const int MaxHeld = 1000;

    private void Dispatch(RingCentralLink on, ReadOnlyMemory<byte> payload)
    {
        switch (_frame.Type)
        {
            case "ServerNotification":
                NotificationReceived(on, payload);
                break;
            case "ClientRequest":
                KeepToken(on);

                // A reply that nobody waits for came after its time.
                on.Exchange.Received(_frame.MessageId, new RingCentralReply(_frame.Status, _frame.Body, _frame.Headers, _frame.IsMultipart));
                break;
            case "Heartbeat":
                KeepToken(on);
                break;
            case "ConnectionDetails":
                DetailsReceived(on);
                break;
            case "Error":
                ErrorReceived(on);
                break;
            default:
                KeepToken(on);
                Host.Emit(new PbxEvent { Category = PbxCategory.Unknown, Name = _frame.Type ?? "frame", Payload = payload });
                break;
        }
    }

    // ---- the beginning of a session ----------------------------------------------------------------------------------

    private void DetailsReceived(RingCentralLink on)
    {
        if (on.Phase != RingCentralPhase.AwaitingDetails)
        {
            KeepToken(on);
            return;
        }
        var details = ConnectionDetails.Read(_frame.Body);
        Host.CancelTimer($"{FirstFrameTimer}{on.Id}");
        Host.SetTimer($"{HeartbeatTimer}{on.Id}", _timing.HeartbeatAfter);
        on.Token = _frame.RecoveryToken;
        on.RecoveryTime = details.RecoveryTime ?? DefaultRecoveryTime;
        on.BufferSize = details.BufferSize ?? DefaultBufferSize;
        if (details.MaxActiveRequests is > 0 and var most)
            on.Exchange.MaxActive = most;
        if (on.IsRotation)
        {
            Begin(on);
            return;
        }
        var lost = _lost;
        _lost = null;
        if (details.IsRecovered && lost is not null)
            GoOn(on, lost);
        else
            StartOver(on, lost, details);
    }

    /// <summary>Section 6: the subscription is alive, and what was missed follows. A second POST would replace it.</summary>
    private void GoOn(RingCentralLink on, LostSession lost)
    {
        Host.Log("The session is recovered; what was missed follows.");
        on.Wire = lost.Wire;
        on.Recovery = null;
        on.Phase = RingCentralPhase.Verifying;
        _tally.BeginRecovery();
        if (_inheritedFrom is not null)
        {
            _subscriber.Inherit(lost.Wire.Filters);
            Host.SetTimer(InheritTimer, _timing.Inherit);
        }
        _subscriber.Verify(on, left => Verified(on, left));
    }

    private void Verified(RingCentralLink on, PbxGapRecovery left)
    {
        _tally.EndReplay(on.BufferSize);
        if (left == PbxGapRecovery.Lost)
        {
            _tally.Forget();
            on.Recovery = new LinkRecovery(PbxGapRecovery.Lost, null, "The session was recovered without its subscription.");
            ForgetInherited();
        }
        else if (left == PbxGapRecovery.Partial)
        {
            _tally.Forget();
            on.Recovery = new LinkRecovery(PbxGapRecovery.Partial, null, "The session was recovered with fewer filters than before.");
        }
        Begin(on);
    }

    private void StartOver(RingCentralLink on, LostSession? lost, ConnectionDetails details)
    {
        _tally.Forget();
        _tally.Begin(on.Token?.Sequence);
        ForgetInherited();
        var detail = details.RecoveryState is not null
            ? $"RingCentral could not recover the session{(details.RecoveryErrorCode is { } code ? $" ({code})" : "")}."
            : "The session was a new one.";
        if (lost is not null)
            Host.Log(detail);
        on.Recovery = new LinkRecovery(PbxGapRecovery.Lost, null, detail);
        Begin(on);
    }

    private void Begin(RingCentralLink on)
    {
        on.Phase = RingCentralPhase.Subscribing;
        _subscriber.Sync(on);
    }

    private void LinkSettled(RingCentralLink on)
    {
        if (on.Phase != RingCentralPhase.Subscribing)
            return;
        on.Phase = RingCentralPhase.Ready;
        if (on.IsRotation)
        {
            // What the old link still carries is read to its end; it has nothing to do with the numbers of this one.
            _tally.Forget();
            _tally.Begin(on.Token?.Sequence);
        }
        _active = on;
        _lost = null;
        var recovery = (on.Recovery ?? _tally.Take()) with { LostFrom = _inheritedFrom };
        _inheritedFrom = null;
        var calls = _subscriber.Filters.Where(f => f.BringsCalls).ToArray();
        var wanted = new SnapshotScope(
            calls.Any(f => f.Extension is null),
            [.. calls.Where(f => f.Extension is not null).Select(f => f.Extension!).Distinct()],
            _events.OpenCalls);
        Host.LinkReady(on.Id, recovery, wanted);
    }

    // ---- what comes in -----------------------------------------------------------------------------------------------

    private void NotificationReceived(RingCentralLink on, ReadOnlyMemory<byte> payload)
    {
        var isNew = true;
        if (_frame.Body.IsEmpty)
            Host.ReportUnreadable(payload.Span, "A notification without a body.");
        else if (_subscriber.IsInheriting)
            Hold(_frame.Body);
        else
            isNew = _events.Received(_frame.Body);
        if (!on.IsRotation || ReferenceEquals(on, _active))
            _tally.SawNotification(_frame.RecoveryToken?.Sequence, isNew);
        TakeToken(on);
    }

    private void ErrorReceived(RingCentralLink on)
    {
        var status = _frame.Status is 0 ? 400 : _frame.Status;
        if (on.Exchange.Received(_frame.MessageId, new RingCentralReply(status, _frame.Body, _frame.Headers, _frame.IsMultipart)))
            return;
        var error = RingCentralError.Read(_frame.Body);
        var fault = RingCentralFaults.FromErrorFrame(_driver.Server, error);
        if (on.Phase == RingCentralPhase.AwaitingDetails)
        {
            // Section 11 C: the recovery token is of no use; start over without it.
            _lost = null;
            _tally.Forget();
            Host.CloseLink(on.Id, fault);
        }
        else if (error.Code is "WSG-902" or "WSG-903")
        {
            Host.CloseLink(on.Id, fault);
        }
        else
        {
            Host.Warn(fault);
        }
    }

    private void KeepToken(RingCentralLink on)
    {
        if (_frame.RecoveryToken is { } token && (!on.IsRotation || ReferenceEquals(on, _active)))
            _tally.Saw(token.Sequence);
        TakeToken(on);
    }

    /// <summary>Section 5: any frame may carry one; the greatest sequence is the newest.</summary>
    private void TakeToken(RingCentralLink on)
    {
        if (_frame.RecoveryToken is { } token && (on.Token is null || token.Sequence >= on.Token.Sequence))
            on.Token = token;
    }

    // ---- liveness ----------------------------------------------------------------------------------------------------

    private void LinkTimerElapsed(RingCentralLink on, string timer)
    {
        switch (timer)
        {
            case FirstFrameTimer:
                Host.CloseLink(on.Id, RingCentralFaults.NoFirstFrame(_driver.Server, _timing.FirstFrame));
                break;
            case RingCentralSubscriber.RetryTimerPrefix:
                _subscriber.Resume(on);
                break;
            case HeartbeatTimer:
                LookForLife(on);
                break;
        }
    }

    private void LookForLife(RingCentralLink on)
    {
        var silence = Host.Now - on.LastFrameAt;
        if (on.AwaitsHeartbeat)
            Host.CloseLink(on.Id, RingCentralFaults.Silent(_driver.Server, _timing.HeartbeatReply));
        else if (silence >= _timing.HeartbeatAfter)
            SendHeartbeat(on);
        else
            Host.SetTimer($"{HeartbeatTimer}{on.Id}", _timing.HeartbeatAfter - silence);
    }

    private void SendHeartbeat(RingCentralLink on)
    {
        on.AwaitsHeartbeat = true;
        Host.SetTimer($"{HeartbeatTimer}{on.Id}", _timing.HeartbeatReply);
        Host.Send(on.Id, new OutFrame(FrameKind.Text, JsonPayload.Write(w =>
        {
            w.WriteStartArray();
            w.WriteStartObject();
            w.WriteString("type", "Heartbeat");
            w.WriteString("messageId", Host.NewId());
            w.WriteEndObject();
            w.WriteEndArray();
        })));
    }

    // ---- tokens ------------------------------------------------------------------------------------------------------

    private void SetRenewTimer()
    {
        if (_driver.RenewIn is { } time)
            Host.SetTimer(RenewTimer, time);
    }

    private void Renew()
    {
        if (_isRenewing)
            return;
        _isRenewing = true;
        Host.RenewCredential();
    }

    private void RenewalFailed(PbxException failure)
    {
        foreach (var link in _links.Values.ToArray())
            if (failure.IsPermanent || link is { HasRenewed: true, IsChanging: true })
                Host.CloseLink(link.Id, failure);
        Host.Log($"The token was not renewed: {failure.Message}");
        Host.SetTimer(RenewTimer, failure.RetryAfter ?? _timing.RetryPause);
    }

    // ---- over a restart of the process -------------------------------------------------------------------------------

    private void Inherit(RecoveryState state)
    {
        _inheritedFrom = state.LastFrameAt;
        _lost = new LostSession(
            new RecoveryToken(state.Token, state.Sequence),
            new WireSubscription(state.SubscriptionId!, state.Filters.ToHashSet(StringComparer.Ordinal)),
            _driver.GrantNumber,
            TimeSpan.FromSeconds(state.RecoverySeconds),
            Host.Now);
    }

    private void ForgetInherited()
    {
        Host.CancelTimer(InheritTimer);
        _subscriber.DropInherited();
        ReleaseHeld();
    }

    private void Hold(ReadOnlyMemory<byte> notification)
    {
        _held.Add(notification);
        if (_held.Count > MaxHeld)
            ReleaseHeld(isForced: true);
    }

    /// <summary>
    /// What was replayed for an earlier process comes out when its subscriptions are there again, so that their actions see
    /// it; or when the time for that is over.
    /// </summary>
    private void ReleaseHeld(bool isForced = false)
    {
        if (_held.Count == 0 || (_subscriber.IsInheriting && !isForced))
            return;
        var notifications = _held.ToArray();
        _held.Clear();
        foreach (var notification in notifications)
        {
            try
            {
                _events.Received(notification);
            }
            catch (JsonException e)
            {
                Host.ReportUnreadable(notification.Span, $"It is not JSON ({e.Message})");
            }
        }
    }

    private void Remember(RingCentralLink on)
    {
        if (!_driver.KeepsSession || on.Token is null || on.Phase == RingCentralPhase.AwaitingDetails || (on.IsRotation && !ReferenceEquals(on, _active)))
            return;
        _driver.Remember(on.Token, on.LastFrameAt, on.RecoveryTime, on.Wire?.Id, on.Wire is { } wire ? [.. wire.Filters] : []);
    }
}
