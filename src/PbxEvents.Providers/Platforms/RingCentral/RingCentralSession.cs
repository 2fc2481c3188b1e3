using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// RingCentral on the socket: one session with one subscription, recovered after every loss (ringcentral.md sections 4 to 6
/// and 11). What is replayed comes before the link is called ready, so the gap is told with what became of it.
/// </summary>
internal sealed class RingCentralSession : PlatformSession
{
    /// <summary>What the platform's samples show, for servers that leave a figure out (section 5.1).</summary>
    private const int DefaultBufferSize = 100;

    private static readonly TimeSpan DefaultRecoveryTime = TimeSpan.FromSeconds(180);

    private readonly string _server;
    private readonly RingCentralTiming _timing;
    private readonly Action<KeptSession>? _keep;
    private readonly RingCentralFrame _frame;
    private readonly RingCentralEvents _events;
    private readonly RingCentralSubscriber _subscriber;
    private readonly RingCentralRequests _requests;
    private readonly RingCentralLiveness _liveness;
    private readonly RingCentralInheritance _inheritance;
    private readonly RecoveryTally _tally = new();
    private readonly Dictionary<int, RingCentralLink> _links = [];
    private readonly SessionTimer _renewTimer;

    private RingCentralLink? _active;
    private KeptSession? _lost;
    private bool _isRenewing;
    private volatile bool _wantsOthersCalls;

    /// <param name="host">Where everything goes that comes out.</param>
    /// <param name="server">Host and port, for people.</param>
    /// <param name="timing">Times and limits.</param>
    /// <param name="keep">Keeps what a later process needs to go on with the session; null when none is to go on.</param>
    /// <param name="sessionIds">Gets the older ids of calls.</param>
    public RingCentralSession(
        ISessionHost host, string server, RingCentralTiming timing, Action<KeptSession>? keep, LiveCallIds sessionIds)
        : base(host)
    {
        _server = server;
        _timing = timing;
        _keep = keep;
        var pool = new Utf8Pool();
        _frame = new RingCentralFrame(pool);
        _events = new RingCentralEvents(host, pool, sessionIds, tracksPresence: () => !_subscriber!.Filters.Any(f => f.BringsCalls));
        _requests = new RingCentralRequests(host);
        _subscriber = new RingCentralSubscriber(host, server, timing) { Settled = LinkSettled, RenewToken = Renew, Changed = Keep };
        _liveness = new RingCentralLiveness(host, server, timing);
        _inheritance = new RingCentralInheritance(host, _events, _subscriber, timing.Inherit, SyncAll);
        _renewTimer = host.NewTimer(Renew);
    }

    /// <summary>True when calls of others than the token's user are subscribed to. Any thread.</summary>
    public bool WantsOthersCalls => _wantsOthersCalls;

    /// <summary>Section 6, step 3.</summary>
    /// <inheritdoc/>
    public override LinkPlan PlanLink(bool isRotation) => new(isRotation, isRotation ? null : _lost);

    /// <inheritdoc/>
    public override void LinkOpened(int link, LinkTarget target, LinkTicket ticket)
    {
        var login = (RingCentralTicket)ticket;
        if (login.Inherited is { } inherited)
        {
            _inheritance.IsAwaited = true;
            _lost = inherited;
        }
        var on = new RingCentralLink(link, new RingCentralExchange(Host, link), login.Grant, isRotation: _active is not null);
        _links[link] = on;
        _liveness.Opened(on);
        SetRenewTimer(login);
    }

    /// <inheritdoc/>
    public override void LinkClosed(int link)
    {
        if (!_links.Remove(link, out var gone))
            return;
        _liveness.Closed(gone);
        _subscriber.Closed(gone);
        gone.Exchange.Clear();
        _requests.Clear(gone.Exchange);
        if (ReferenceEquals(gone, _active))
            _active = null;

        // A link that never came so far says nothing about the session that is waited for; nor does one beside the active one.
        if (gone.Phase == RingCentralPhase.AwaitingDetails || _active is not null)
            return;
        _lost = gone is { Wire: not null, Token: { } token }
            ? new KeptSession(token, gone.Wire, gone.RecoveryTime, Host.Now, gone.Grant)
            : null;
    }

    /// <inheritdoc/>
    public override void Subscribe(PbxSubscription subscription)
    {
        var filters = RingCentralTopics.Resolve(subscription.Filter);
        if (subscription.Filter.Topic.Count > 0)
            subscription.EventRule = e => filters.Any(f => f.Covers(e, _events.Owner));
        _subscriber.Add(subscription, filters);
        SyncAll();
        _inheritance.ReleaseIfClaimed();
    }

    /// <inheritdoc/>
    public override void Unsubscribe(PbxSubscription subscription)
    {
        _subscriber.Remove(subscription);
        SyncAll();
    }

    /// <inheritdoc/>
    public override void SendRequest(int token, PbxRequest request)
    {
        if (_active is null)
            throw RingCentralFaults.NotReady(_server);
        _requests.Send(_active.Exchange, token, request);
    }

    /// <inheritdoc/>
    public override void ForgetRequest(int token) => _requests.Forget(token);

    /// <summary>With <c>-StatePath</c> the subscription stays: the next process goes on with it.</summary>
    /// <inheritdoc/>
    public override void Closing()
    {
        _inheritance.Release();
        if (_active is null)
            return;
        if (_keep is not null)
            Keep(_active);
        else
            RingCentralSubscriber.End(_active);
    }

    // ---- what comes in -----------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    protected override void ReadFrame(int link, in Contracts.Frame frame)
    {
        if (!_links.TryGetValue(link, out var on))
            return;
        _liveness.Heard(on);
        if (_frame.Read(frame.Payload))
            Dispatch(on, frame.Payload);
        else
            Host.ReportUnreadable(frame.Payload.Span, "It is no array that begins with an object.");
        Keep(on);
    }

    /// <inheritdoc/>
    protected override void ReadSnapshot(in Snapshot snapshot) => _events.SnapshotReceived(snapshot);

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

    private void NotificationReceived(RingCentralLink on, ReadOnlyMemory<byte> payload)
    {
        var isNew = true;
        if (_frame.Body.IsEmpty)
            Host.ReportUnreadable(payload.Span, "A notification without a body.");
        else if (_subscriber.IsInheriting)
            _inheritance.Hold(_frame.Body);
        else
            isNew = _events.Received(_frame.Body);
        if (!IsBeside(on))
            _tally.SawNotification(_frame.RecoveryToken?.Sequence, isNew);
        TakeToken(on);
    }

    private void ErrorReceived(RingCentralLink on)
    {
        var status = _frame.Status is 0 ? 400 : _frame.Status;
        if (on.Exchange.Received(_frame.MessageId, new RingCentralReply(status, _frame.Body, _frame.Headers, _frame.IsMultipart)))
            return;
        var error = RingCentralError.Read(_frame.Body);
        var fault = RingCentralFaults.FromErrorFrame(_server, error);
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

    // ---- the beginning of a session ----------------------------------------------------------------------------------

    private void DetailsReceived(RingCentralLink on)
    {
        if (on.Phase != RingCentralPhase.AwaitingDetails)
        {
            KeepToken(on);
            return;
        }
        var details = ConnectionDetails.Read(_frame.Body);
        _liveness.Greeted(on);
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
        if (details.IsRecovered && lost?.Wire is { } wire)
            GoOn(on, wire);
        else
            StartOver(on, lost, details);
    }

    /// <summary>Section 6: the subscription is alive, and what was missed follows. A second POST would replace it.</summary>
    private void GoOn(RingCentralLink on, WireSubscription wire)
    {
        Host.Log("The session is recovered; the missed events follow.");
        on.Wire = wire;
        on.Recovery = null;
        on.Phase = RingCentralPhase.Verifying;
        _tally.BeginRecovery();
        if (_inheritance.IsAwaited)
            _inheritance.Begin(wire.Filters);
        _subscriber.Verify(on, left => Verified(on, left));
    }

    private void Verified(RingCentralLink on, PbxGapRecovery left)
    {
        _tally.EndReplay(on.BufferSize);
        if (left == PbxGapRecovery.Lost)
        {
            _tally.Forget();
            on.Recovery = new LinkRecovery(PbxGapRecovery.Lost, null, "The session was recovered without its subscription.");
            _inheritance.End();
        }
        else if (left == PbxGapRecovery.Partial)
        {
            _tally.Forget();
            on.Recovery = new LinkRecovery(PbxGapRecovery.Partial, null, "The session was recovered with fewer filters than before.");
        }
        Begin(on);
    }

    private void StartOver(RingCentralLink on, KeptSession? lost, ConnectionDetails details)
    {
        _tally.Forget();
        _tally.Begin(on.Token?.Sequence);
        _inheritance.End();
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
        var recovery = on.Recovery ?? _tally.Take();
        _inheritance.IsAwaited = false;
        var calls = _subscriber.Filters.Where(f => f.BringsCalls).ToArray();
        var wanted = new SnapshotScope(
            calls.Any(f => f.Extension is null),
            [.. calls.Where(f => f.Extension is not null).Select(f => f.Extension!).Distinct()],
            _events.OpenCalls);
        Host.LinkReady(on.Id, recovery, wanted);
    }

    private void SyncAll()
    {
        _wantsOthersCalls = _subscriber.Filters.Any(f => f.BringsCalls && f.Extension != "~" && (f.Extension is null || f.Extension != _events.Owner));
        foreach (var link in _links.Values.ToArray())
            _subscriber.Sync(link);
    }

    // ---- the recovery token ------------------------------------------------------------------------------------------

    /// <summary>True for a link that is to take over and has not yet: the session that counts is another one's.</summary>
    private bool IsBeside(RingCentralLink on) => on.IsRotation && !ReferenceEquals(on, _active);

    private void KeepToken(RingCentralLink on)
    {
        if (_frame.RecoveryToken is { } token && !IsBeside(on))
            _tally.Saw(token.Sequence);
        TakeToken(on);
    }

    /// <summary>Section 5: any frame may carry one; the greatest sequence is the newest.</summary>
    private void TakeToken(RingCentralLink on)
    {
        if (_frame.RecoveryToken is { } token && (on.Token is null || token.Sequence >= on.Token.Sequence))
            on.Token = token;
    }

    private void Keep(RingCentralLink on)
    {
        if (_keep is not null && on.Token is not null && on.Phase != RingCentralPhase.AwaitingDetails && !IsBeside(on))
            _keep(new KeptSession(on.Token, on.Wire, on.RecoveryTime, on.LastFrameAt, on.Grant));
    }

    // ---- the access token --------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public override void CredentialRenewed(LinkTicket ticket)
    {
        var login = (RingCentralTicket)ticket;
        _isRenewing = false;
        SetRenewTimer(login);
        foreach (var link in _links.Values.ToArray())
        {
            if (link is { HasRenewed: true, IsChanging: true })
                _subscriber.Resume(link);
        }

        // Section 2.2: the session on the link belongs to an OAuth session that nobody keeps alive any more.
        if (_active is { } active && active.Grant != login.Grant)
        {
            Host.Log("The OAuth session is a new one; a second link takes over from this one.");
            Host.Rotate();
        }
        if (_active is not null)
            Keep(_active);
    }

    /// <inheritdoc/>
    public override void CredentialFailed(PbxException failure)
    {
        _isRenewing = false;
        foreach (var link in _links.Values.ToArray())
        {
            if (failure.IsPermanent || link is { HasRenewed: true, IsChanging: true })
                Host.CloseLink(link.Id, failure);
        }
        Host.Log($"The token was not renewed: {failure.Message}");
        _renewTimer.Set(failure.RetryAfter ?? _timing.RetryPause);
    }

    private void SetRenewTimer(RingCentralTicket login)
    {
        if (login.RenewIn(Host.Now) is { } time)
            _renewTimer.Set(time);
    }

    private void Renew()
    {
        if (_isRenewing)
            return;
        _isRenewing = true;
        Host.RenewCredential();
    }
}
