using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// RingCentral on the socket: one session with one subscription, recovered after every loss (ringcentral.md sections 4 to 6
/// and 11). What is replayed comes before the link is called ready, so the gap is told with what became of it.
/// </summary>
internal sealed partial class RingCentralSession : ProtocolSession
{
    private const string FirstFrameTimer = "first frame ";
    private const string HeartbeatTimer = "heartbeat ";
    private const string RenewTimer = "renew";
    private const string InheritTimer = "inherit";

    /// <summary>What the platform's samples show, for servers that leave a figure out (section 5.1).</summary>
    private const int DefaultBufferSize = 100;

    private static readonly TimeSpan DefaultRecoveryTime = TimeSpan.FromSeconds(180);

    private readonly RingCentralDriver _driver;
    private readonly RingCentralTiming _timing;
    private readonly RingCentralFrame _frame;
    private readonly RingCentralEvents _events;
    private readonly RingCentralSubscriber _subscriber;
    private readonly RingCentralRequests _requests;
    private readonly RecoveryTally _tally = new();
    private readonly List<ReadOnlyMemory<byte>> _held = [];
    private readonly Dictionary<int, RingCentralLink> _links = [];

    private RingCentralLink? _active;
    private LostSession? _lost;
    private DateTimeOffset? _inheritedFrom;
    private bool _isRenewing;

    public RingCentralSession(ISessionHost host, RingCentralDriver driver, RingCentralTiming timing)
        : base(host)
    {
        _driver = driver;
        _timing = timing;
        var pool = new Utf8Pool();
        _frame = new RingCentralFrame(pool);
        _events = new RingCentralEvents(host, pool, tracksPresence: () => !_subscriber!.Filters.Any(f => f.BringsCalls));
        _requests = new RingCentralRequests(host);
        _subscriber = new RingCentralSubscriber(host, driver.Server, timing)
        {
            Settled = LinkSettled,
            RenewToken = Renew,
            Changed = Remember,
        };
    }

    /// <inheritdoc/>
    public override LinkPlan PlanLink(bool isRotation)
    {
        if (isRotation)
            return new LinkPlan(IsRotation: true);

        // Section 6, step 3. With another OAuth session the platform would refuse (section 11 H).
        var isInTime = _lost is { } lost && lost.Grant == _driver.GrantNumber && Host.Now - lost.At < lost.RecoveryTime;
        return new LinkPlan(ResumeToken: isInTime ? _lost!.Token.Token : null);
    }

    /// <inheritdoc/>
    public override void LinkOpened(int link, LinkTarget target, LinkTicket ticket)
    {
        if (_driver.TakeInherited() is { SubscriptionId: not null } inherited)
            Inherit(inherited);
        _links[link] = new RingCentralLink(link, new RingCentralExchange(Host, link), _driver.GrantNumber, isRotation: _active is not null)
        {
            LastFrameAt = Host.Now,
        };
        Host.SetTimer($"{FirstFrameTimer}{link}", _timing.FirstFrame);
        SetRenewTimer();
    }

    /// <inheritdoc/>
    public override void LinkClosed(int link)
    {
        if (!_links.Remove(link, out var gone))
            return;
        Host.CancelTimer($"{FirstFrameTimer}{link}");
        Host.CancelTimer($"{HeartbeatTimer}{link}");
        Host.CancelTimer($"{RingCentralSubscriber.RetryTimerPrefix}{link}");
        gone.Exchange.Clear();
        _requests.Clear(gone.Exchange);
        if (ReferenceEquals(gone, _active))
            _active = null;

        // A link that never came so far says nothing about the session that is waited for; nor does one beside the active one.
        if (gone.Phase == RingCentralPhase.AwaitingDetails || _active is not null)
            return;
        _lost = gone is { Wire: not null, Token: not null }
            ? new LostSession(gone.Token, gone.Wire, gone.Grant, gone.RecoveryTime, Host.Now)
            : null;
    }

    /// <inheritdoc/>
    public override void FrameReceived(int link, in Contracts.Frame frame)
    {
        if (!_links.TryGetValue(link, out var on))
            return;
        on.LastFrameAt = Host.Now;
        on.AwaitsHeartbeat = false;
        try
        {
            if (_frame.Read(frame.Payload))
                Dispatch(on, frame.Payload);
            else
                Host.ReportUnreadable(frame.Payload.Span, "It is no array that begins with an object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second one is what .NET throws for text that is JSON by its form but holds half a character.
            Host.ReportUnreadable(frame.Payload.Span, $"It is not JSON ({e.Message})");
        }
        Remember(on);
    }

    /// <inheritdoc/>
    public override void TimerElapsed(string timer)
    {
        switch (timer)
        {
            case RenewTimer:
                Renew();
                return;
            case InheritTimer:
                _subscriber.DropInherited();
                ReleaseHeld();
                SyncAll();
                return;
        }
        if (RingCentralCalls.IsTimer(timer))
        {
            _events.TimerElapsed(timer);
            return;
        }
        var space = timer.LastIndexOf(' ');
        if (timer.StartsWith(RingCentralExchange.TimerPrefix, StringComparison.Ordinal))
        {
            if (LinkOf(timer[RingCentralExchange.TimerPrefix.Length..space]) is { } on)
                on.Exchange.TimerElapsed(timer[(space + 1)..]);
        }
        else if (LinkOf(timer[(space + 1)..]) is { } link)
        {
            LinkTimerElapsed(link, timer[..(space + 1)]);
        }
    }

    /// <inheritdoc/>
    public override void Subscribe(PbxSubscription subscription)
    {
        var filters = RingCentralFilter.Resolve(subscription.Filter);
        if (subscription.Filter.Topic.Count > 0)
            subscription.EventRule = e => filters.Any(f => f.Covers(e, _events.Owner));
        _subscriber.Add(subscription, filters);
        SyncAll();
        ReleaseHeld();
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
            throw RingCentralFaults.NotReady(_driver.Server);
        _requests.Send(_active.Exchange, token, request);
    }

    /// <inheritdoc/>
    public override void ForgetRequest(int token) => _requests.Forget(token);

    /// <inheritdoc/>
    public override void CredentialFailed(PbxException failure)
    {
        _isRenewing = false;
        RenewalFailed(failure);
    }

    /// <inheritdoc/>
    public override void CredentialRenewed(LinkTicket ticket)
    {
        _isRenewing = false;
        SetRenewTimer();
        foreach (var link in _links.Values.ToArray())
            if (link is { HasRenewed: true, IsChanging: true })
                _subscriber.Resume(link);

        // Section 2.2: the session on the link belongs to an OAuth session that nobody keeps alive any more.
        if (_active is { } active && active.Grant != _driver.GrantNumber)
        {
            Host.Log("The OAuth session is a new one; a second link takes over from this one.");
            Host.Rotate();
        }
        if (_active is not null)
            Remember(_active);
    }

    /// <inheritdoc/>
    public override void SnapshotReceived(in Snapshot snapshot)
    {
        try
        {
            _events.SnapshotReceived(snapshot);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second one is what .NET throws for text that is JSON by its form but holds half a character.
            Host.ReportUnreadable(snapshot.Payload.Span, $"The answer about a call is not JSON ({e.Message})");
        }
    }

    /// <summary>With <c>-RecoveryPath</c> the subscription stays: the next process goes on with it.</summary>
    /// <inheritdoc/>
    public override void Closing()
    {
        ReleaseHeld(isForced: true);
        if (_active is null)
            return;
        if (_driver.KeepsSession)
            Remember(_active);
        else
            RingCentralSubscriber.End(_active);
    }

    private RingCentralLink? LinkOf(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? _links.GetValueOrDefault(id) : null;

    private void SyncAll()
    {
        foreach (var link in _links.Values.ToArray())
            _subscriber.Sync(link);
    }

    /// <summary>What must be kept of a session to recover it.</summary>
    private sealed record LostSession(
        RecoveryToken Token, WireSubscription Wire, int Grant, TimeSpan RecoveryTime, DateTimeOffset At);
}
