using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>What the session asks for.</summary>
internal sealed partial class ConnectionSupervisor
{
    private const int ExcerptBytes = 200;

    public DateTimeOffset Now => _now;

    public string NewId() => Guid.NewGuid().ToString("N");

    public void Send(int link, OutFrame frame)
    {
        var open = _active?.Link.Id == link ? _active : _candidate?.Link.Id == link ? _candidate : null;
        if (open is null)
            return;
        _trace?.Record(link, "out", frame.Kind, frame.Payload, frame.AckId);
        open.Link.Send(frame);
    }

    public void SetTimer(string timer, TimeSpan delay) => _timers.Set(timer, delay);

    public void CancelTimer(string timer) => _timers.Cancel(timer);

    public void Emit(PbxEvent pbxEvent, CallUpdate? call = null) => Emit(pbxEvent, call, null);

    public void Emit(PbxEvent pbxEvent, CallUpdate? call, QueueUpdate? queue)
    {
        pbxEvent.Provider = Provider;
        pbxEvent.Connection = _name;
        pbxEvent.ReceivedAt = _now;
        if (pbxEvent.Time == default)
            pbxEvent.Time = _now;
        if (!pbxEvent.Synthesized)
            Status.CountReceived();
        if (call is not null)
            Calls.Apply(pbxEvent, call);
        if (queue is not null || pbxEvent.Gap is not null || pbxEvent.Call is { Queue: not null })
            Queues.Apply(pbxEvent, queue);
        Log.Append(pbxEvent);
    }

    public PbxCall? FindCall(string callId) => Calls.Find(callId);

    public void CountDuplicate() => Status.CountDropped();

    public void ReportUnreadable(ReadOnlySpan<byte> frame, string why)
    {
        Status.CountDropped();

        // Told once for each kind of fault: a server that sends the same nonsense every second must not fill the buffer.
        if (_reportedFaults.Count >= 100 || !_reportedFaults.Add(why))
            return;
        var excerpt = Encoding.UTF8.GetString(frame[..Math.Min(frame.Length, ExcerptBytes)]);
        var error = Faults.Unreadable(_driver.Server, why, excerpt);
        Status.LastError = error;
        Activity.Write(error.Message);
        EmitConnectionEvent("UnreadableFrame", error);
    }

    public void Warn(PbxException warning)
    {
        Status.LastError = warning;
        Activity.Write(warning.Message);
        EmitConnectionEvent("Warning", warning);
    }

    void ISessionHost.Log(string text) => Activity.Write(text);

    public void Rotate()
    {
        if (_active is null)
            return;
        _rotates = true;
        Activity.Write("Opening a second link to take over from this one.");
        BeginAttempt();
    }

    public void RenewCredential()
    {
        if (_isRenewing)
            return;
        _isRenewing = true;
        var attempt = _attempt;
        _renewal = Task.Run(async () =>
        {
            PbxException? failure = null;
            try
            {
                // A driver is promised that it prepares and renews one after the other.
                await attempt.ConfigureAwait(false);
                await _driver.RenewCredentialAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                failure = e as PbxException ?? Faults.Unexpected("renewing the token", e);
            }
            Post(() =>
            {
                _isRenewing = false;
                if (!_isOver)
                    _session.CredentialRenewed(failure);
            });
        });
    }

    public void RequestSnapshots()
    {
        if (_isAsking)
            return;
        _isAsking = true;
        _snapshots = Task.Run(async () =>
        {
            try
            {
                await foreach (var snapshot in _driver.GetSnapshotsAsync(_stopping.Token).ConfigureAwait(false))
                    Post(() => SnapshotReceived(snapshot));
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The connection ends; nobody needs the rest.
            }
            catch (Exception e)
            {
                var failure = e as PbxException ?? Faults.Unexpected("asking for the present state", e);
                Post(() =>
                {
                    if (!_isOver)
                        Warn(failure);
                });
            }
            Post(() => _isAsking = false);
        });
    }

    private void SnapshotReceived(Snapshot snapshot)
    {
        if (!_isOver)
            _session.SnapshotReceived(snapshot);
    }

    public void Confirm(PbxSubscription subscription, string? confirmation)
    {
        Activity.Write($"Subscription {subscription} is confirmed.");
        Subscriptions.Confirm(subscription, confirmation, _now);
    }

    public void Reject(PbxSubscription subscription, PbxException error)
    {
        Activity.Write($"Subscription {subscription} is refused: {error.Message}");
        if (!Subscriptions.Reject(subscription, error))
            Warn(error);
    }

    public void RequestAccepted(int token, string requestId) => _requests.Find(token)?.Accept(requestId);

    public void RequestReplied(int token, PbxReply reply, bool isLast)
    {
        reply.Connection = _name;
        _requests.Find(token)?.Reply(reply, isLast);
        if (isLast)
            _requests.Remove(token);
    }

    public void RequestFailed(int token, PbxException error)
    {
        _requests.Find(token)?.Fail(error);
        _requests.Remove(token);
    }

    // ---- what users ask for; all on the loop -----------------------------------------------------------------------

    public void Subscribe(PbxSubscription subscription, TaskCompletionSource<PbxSubscription> waiter)
    {
        ThrowIfOver();
        Activity.Write($"Subscribing: {subscription}.");
        Subscriptions.Add(subscription, waiter);
        try
        {
            _session.Subscribe(subscription);
        }
        catch (Exception)
        {
            Subscriptions.Remove(subscription);
            throw;
        }
    }

    public void Unsubscribe(PbxSubscription subscription)
    {
        if (_isOver || !Subscriptions.Remove(subscription))
            return;
        Activity.Write($"Unsubscribing: {subscription}.");
        var wasRejected = subscription.State == PbxSubscriptionState.Rejected;
        subscription.State = PbxSubscriptionState.Cancelled;
        if (!wasRejected)
            _session.Unsubscribe(subscription);
    }

    public int SendRequest(PendingRequest request)
    {
        ThrowIfOver();
        if (_active is null)
            throw Faults.RequestLinkLost(_driver.Server, Status.LastError);
        var token = _requests.Add(request);
        try
        {
            _session.SendRequest(token, request.Request);
        }
        catch (Exception)
        {
            _requests.Remove(token);
            throw;
        }
        return token;
    }

    public void ForgetRequest(int token)
    {
        _requests.Remove(token);
        if (!_isOver)
            _session.ForgetRequest(token);
    }

    public void SendReply(PbxEvent request, ReadOnlyMemory<byte> json)
    {
        ThrowIfOver();
        if (_active is null)
            throw Faults.RequestLinkLost(_driver.Server, Status.LastError);
        _session.SendReply(request, json);
    }

    private void ThrowIfOver()
    {
        if (_isOver)
            throw Faults.IsOver(_name, Status.LastError);
    }
}
