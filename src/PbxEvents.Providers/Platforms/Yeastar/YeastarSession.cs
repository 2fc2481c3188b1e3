using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// Yeastar on the socket: the list of topics, the heartbeat, the change of tokens, events (yeastar.md sections 4 to 6).
/// </summary>
internal sealed class YeastarSession : PlatformSession
{
    /// <summary>Section 4: 25 to 30 s, whatever else happens.</summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(25);

    /// <summary>Section 4: no frame for so long after a heartbeat means dead.</summary>
    private static readonly TimeSpan PulseTimeout = TimeSpan.FromSeconds(15);

    /// <summary>The guide names no time for the answer to a list; it is as quick as a heartbeat's.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Between two renewals while no link opens. Each costs two calls, and only while the PBX is there.</summary>
    private static readonly TimeSpan RenewPause = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(10);

    private static readonly FieldNames Names = new();
    private static readonly Field Type = Names.Add("type"), Msg = Names.Add("msg"), ErrCode = Names.Add("errcode"), ErrMsg = Names.Add("errmsg");
    private static readonly ReadOnlyMemory<byte> Heartbeat = "heartbeat"u8.ToArray();

    private readonly string _server;
    private readonly string _clientId;
    private readonly JsonFields _envelope;
    private readonly YeastarEvents _events;
    private readonly YeastarCalls _calls;
    private readonly TopicTable<int> _topics;
    private readonly HashSet<int> _accepted = [];
    private readonly Dictionary<int, YeastarWire> _wires = [];
    private readonly KeyedTimers<YeastarWire> _heartbeatTimers;
    private readonly KeyedTimers<YeastarWire> _pulseTimers;
    private readonly KeyedTimers<YeastarWire> _answerTimers;
    private readonly SessionTimer _rotateTimer;
    private readonly SessionTimer _quietTimer;
    private readonly SessionTimer _overlapTimer;
    private YeastarWire? _active;
    private bool _isOpening;
    private bool _wasReady;
    private bool _mustRenew;
    private bool _hasRenewed;
    private DateTimeOffset _renewedAt;

    /// <summary>True when the PBX has called a token expired, or refused a list, since a link was ready: the next time is the end.</summary>
    private bool _wasExpired;
    private bool _wasRefused;
    private bool _hasHeard;
    private bool _hasWarnedOfQuiet;

    /// <param name="host">Where everything goes that comes out.</param>
    /// <param name="server">Host and port.</param>
    /// <param name="clientId">Whose tokens open the links.</param>
    /// <param name="zone">The PBX's time zone.</param>
    public YeastarSession(ISessionHost host, string server, string clientId, TimeZoneInfo zone)
        : base(host)
    {
        var pool = new Utf8Pool();
        _server = server;
        _clientId = clientId;
        _envelope = new JsonFields(Names, pool);
        _topics = new TopicTable<int>(host);
        _events = new YeastarEvents(host, pool, _topics.IsWanted, server, zone);
        _calls = _events.Calls;
        _heartbeatTimers = new KeyedTimers<YeastarWire>(host, HeartbeatDue);
        _pulseTimers = new KeyedTimers<YeastarWire>(host, PulseMissing);
        _answerTimers = new KeyedTimers<YeastarWire>(host, AnswerMissing);
        _rotateTimer = host.NewTimer(host.Rotate);
        _quietTimer = host.NewTimer(WarnOfQuiet);
        _overlapTimer = host.NewTimer(_events.EndOverlap);
    }

    /// <summary>
    /// A link that does not open, or is told that its token is dead, gets one fresh token; after that only patience helps
    /// (section 4.1). In a long outage the fresh one may end in its turn, so it is renewed now and then.
    /// </summary>
    /// <inheritdoc/>
    public override LinkPlan PlanLink(bool isRotation)
    {
        var renews = _mustRenew || (_isOpening && (!_hasRenewed || Host.Now - _renewedAt >= RenewPause));
        if (renews)
            (_hasRenewed, _renewedAt) = (true, Host.Now);
        _mustRenew = false;
        _isOpening = true;
        return new LinkPlan(isRotation, RenewCredential: renews);
    }

    /// <inheritdoc/>
    public override void LinkOpened(int link, LinkTarget target, LinkTicket ticket)
    {
        _isOpening = false;
        var wire = new YeastarWire(link, ((YeastarTicket)ticket).RenewAt);
        _wires[link] = wire;
        _heartbeatTimers.Set(wire, HeartbeatInterval);
        if (_active is null)
            _topics.Reset();
        else
            _events.BeginOverlap(_active.Link, link);

        // Without a wish there is nothing to say: an empty list would be the first thing the PBX hears of this client.
        if (_topics.Wanted.Any())
            SendList(wire);
        else
            BecomeReady(wire);
    }

    /// <inheritdoc/>
    public override void LinkClosed(int link)
    {
        if (!_wires.Remove(link, out var wire))
            return;
        CancelTimers(wire);
        if (_events.LinkClosed(link, wire.IsReady))
            MarkEndOfOverlap();
        if (!ReferenceEquals(wire, _active))
            return;
        _active = null;
        _rotateTimer.Cancel();
        _quietTimer.Cancel();

        // A link that was about to take over has the only word on the topics now.
        _topics.Reset();
        foreach (var other in _wires.Values)
            MarkSent(other);
    }

    /// <inheritdoc/>
    public override void Subscribe(PbxSubscription subscription)
    {
        var topics = YeastarTopics.Resolve(subscription.Filter);
        if (subscription.Filter.Topic.Count > 0)
            subscription.EventTopics = [.. topics.Select(YeastarTopics.NameOf)];
        foreach (var queue in subscription.Filter.Queue)
            _events.Queues.Add(queue);
        _topics.Add(subscription, topics);
        SendChanges();
    }

    /// <inheritdoc/>
    public override void Unsubscribe(PbxSubscription subscription)
    {
        _topics.Remove(subscription);
        SendChanges();
    }

    /// <inheritdoc/>
    public override void Closing() => _calls.Closing();

    /// <inheritdoc/>
    protected override void ReadFrame(int link, in Frame frame)
    {
        if (!_wires.TryGetValue(link, out var wire))
            return;
        _pulseTimers.Cancel(wire);
        var text = frame.Payload.Span.Trim(" \t\r\n"u8);
        if (text.SequenceEqual("heartbeat"u8))
            return;
        if (text.SequenceEqual("heartbeat response"u8))
            PulseReceived(wire);
        else
            MessageReceived(wire, frame.Payload);
    }

    /// <inheritdoc/>
    protected override void ReadSnapshot(in Snapshot snapshot) => _calls.SnapshotReceived(snapshot);

    // ---- frames ----------------------------------------------------------------------------------------------------

    private void MessageReceived(YeastarWire wire, ReadOnlyMemory<byte> frame)
    {
        if (!_envelope.Read(frame))
        {
            Host.ReportUnreadable(frame.Span, "It is no object.");
        }
        else if (_envelope.Text(Type) is { } name)
        {
            var id = (int)Math.Clamp(_envelope.Number(Type) ?? 0, 0, int.MaxValue);
            NoteHeard(id);
            _events.Received(wire.Link, new YeastarMessage(name, id, ReadPayload(frame)));
        }
        else if (_envelope.Number(ErrCode) is { } code)
        {
            CodeReceived(wire, code, _envelope.Text(ErrMsg));
        }
        else
        {
            Host.ReportUnreadable(frame.Span, "It is neither an event nor an answer.");
        }
    }

    /// <summary>
    /// Section 5: <c>msg</c> is a string that holds JSON, or an object, whatever the type. A frame whose <c>msg</c> is neither
    /// is passed on whole.
    /// </summary>
    private ReadOnlyMemory<byte> ReadPayload(ReadOnlyMemory<byte> frame)
    {
        var msg = _envelope.Json(Msg);
        if (_envelope.IsStructure(Msg))
            return msg;
        if (msg.IsEmpty || msg.Span[0] != (byte)'"')
            return frame;
        var reader = new Utf8JsonReader(msg.Span);
        reader.Read();
        var buffer = new byte[msg.Length];
        var length = reader.CopyString(buffer);
        var text = new ReadOnlyMemory<byte>(buffer, 0, length);
        return text.Span.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..] ? text : frame;
    }

    /// <summary>A frame with a code and without a type: there is no request id, so it answers what was sent last (section 4).</summary>
    private void CodeReceived(YeastarWire wire, long code, string? text)
    {
        if (wire.IsRetired)
            return;
        if (code == YeastarFaults.TokenExpired)
        {
            TokenEnded(wire);
        }
        else if (wire.IsAwaiting && code == YeastarFaults.Success)
        {
            ListAccepted(wire, text);
        }
        else if (wire.IsAwaiting)
        {
            ListFailed(wire, YeastarFaults.ListRefused(_server, code, text, wire.Sent!));
        }
        else if (code != YeastarFaults.Success)
        {
            var fault = YeastarFaults.FromCode(code, text, _server, _clientId, "delivering events");
            if (fault.IsPermanent)
                Host.CloseLink(wire.Link, fault);
            else
                Host.Warn(fault);
        }
    }

    private void TokenEnded(YeastarWire wire)
    {
        var isRefusedFresh = _wasExpired && !wire.IsReady && _active is null;
        _wasExpired |= _active is null || ReferenceEquals(wire, _active);
        _mustRenew = true;
        Host.CloseLink(wire.Link, isRefusedFresh
            ? YeastarFaults.FromCode(YeastarFaults.TokenExpired, "TOKEN EXPIRED", _server, _clientId, "opening the event link")
            : YeastarFaults.TokenEnded(_server));
    }

    // ---- heartbeat -------------------------------------------------------------------------------------------------

    private void HeartbeatDue(YeastarWire wire)
    {
        _heartbeatTimers.Set(wire, HeartbeatInterval);
        SendHeartbeat(wire);
    }

    private void SendHeartbeat(YeastarWire wire)
    {
        Host.Send(wire.Link, new OutFrame(FrameKind.Text, Heartbeat));
        wire.PulsesDue++;
        _pulseTimers.Set(wire, PulseTimeout);
    }

    private void PulseMissing(YeastarWire wire) => Host.CloseLink(wire.Link, YeastarFaults.Deaf(_server, PulseTimeout));

    private void PulseReceived(YeastarWire wire)
    {
        wire.PulsesDue = Math.Max(0, wire.PulsesDue - 1);
        if (wire.PulsesDue > 0 || wire.IsRetired)
            return;
        _overlapTimer.Cancel();
        _events.EndOverlap();
    }

    /// <summary>
    /// The link that took over may be behind: it has brought everything that the old one has when it answers a heartbeat that
    /// was sent after the old one's end.
    /// </summary>
    private void MarkEndOfOverlap()
    {
        _overlapTimer.Set(PulseTimeout);
        foreach (var wire in _wires.Values)
        {
            if (!wire.IsRetired)
                SendHeartbeat(wire);
        }
    }

    private void CancelTimers(YeastarWire wire)
    {
        _heartbeatTimers.Cancel(wire);
        _pulseTimers.Cancel(wire);
        _answerTimers.Cancel(wire);
    }

    // ---- topics ----------------------------------------------------------------------------------------------------

    /// <summary>A later list replaces the earlier (section 4), so every list holds everything.</summary>
    private void SendList(YeastarWire wire)
    {
        wire.Sent = [.. _topics.Wanted];
        wire.IsAwaiting = true;
        MarkSent(wire);
        _answerTimers.Set(wire, AnswerTimeout);
        Host.Send(wire.Link, new OutFrame(FrameKind.Text, JsonPayload.Write(w =>
        {
            w.WriteStartObject();
            w.WriteStartArray("topic_list");
            foreach (var topic in wire.Sent)
                w.WriteNumberValue(topic);
            w.WriteEndArray();
            w.WriteEndObject();
        })));
    }

    private void MarkSent(YeastarWire wire)
    {
        var unsent = _topics.Unsent;
        foreach (var topic in wire.Sent ?? [])
        {
            if (unsent.Contains(topic))
                _topics.MarkSent(topic);
        }
    }

    /// <summary>What is wanted has changed. A list that is on its way is answered first: answers have no id.</summary>
    private void SendChanges()
    {
        foreach (var wire in _wires.Values)
        {
            if (!wire.IsRetired && !wire.IsAwaiting && !HasAll(wire))
                SendList(wire);
        }
    }

    private bool HasAll(YeastarWire wire) => _topics.Wanted.ToHashSet().SetEquals(wire.Sent ?? []);

    private void ListAccepted(YeastarWire wire, string? text)
    {
        _answerTimers.Cancel(wire);
        wire.IsAwaiting = false;
        if (_active is null || ReferenceEquals(wire, _active))
            _calls.ListeningSince = Host.Now;
        foreach (var topic in wire.Sent!)
        {
            _accepted.Add(topic);
            _topics.Confirm(topic, text);
        }
        if (!HasAll(wire))
            SendList(wire);
        else if (!wire.IsReady)
            BecomeReady(wire);
        WatchForQuiet();
    }

    private void AnswerMissing(YeastarWire wire) => ListFailed(wire, YeastarFaults.NoAnswer(_server, AnswerTimeout));

    /// <summary>
    /// A list was refused, or met with silence. The topics that were never accepted are to blame, and their subscriptions are
    /// refused; without such topics it is the link that is to blame.
    /// </summary>
    private void ListFailed(YeastarWire wire, PbxException fault)
    {
        _answerTimers.Cancel(wire);
        wire.IsAwaiting = false;
        var suspects = wire.Sent!.Where(t => !_accepted.Contains(t)).ToArray();
        if (suspects.Length == 0 && wire.Sent!.Count > 0)
        {
            RecycleRefused(wire, fault);
            return;
        }
        foreach (var topic in suspects)
            _topics.Refuse(topic, fault);
        if (!HasAll(wire))
            SendList(wire);
        else if (!wire.IsReady)
            BecomeReady(wire);
    }

    /// <summary>What was accepted before is refused now: one fresh token, then no more (section 8, row H).</summary>
    private void RecycleRefused(YeastarWire wire, PbxException fault)
    {
        var isRefusal = fault.Kind == PbxErrorKind.SubscriptionRefused;
        var isLast = isRefusal && _wasRefused && _active is null;
        _wasRefused |= isRefusal;
        _mustRenew = isRefusal || !_hasRenewed;
        Host.CloseLink(wire.Link, isLast ? fault : YeastarFaults.Recycled(fault));
    }

    // ---- the life of a link ----------------------------------------------------------------------------------------

    private void BecomeReady(YeastarWire wire)
    {
        var isTakeOver = _active is not null;
        if (_active is { } replaced)
        {
            replaced.IsRetired = true;
            CancelTimers(replaced);
        }
        _active = wire;
        wire.IsReady = true;
        _hasRenewed = _mustRenew = _wasExpired = _wasRefused = false;
        var bringsCalls = _topics.IsWanted(YeastarTopics.CallState);
        if (!isTakeOver && _wasReady)
            _calls.LinkRestored(willBeAsked: bringsCalls);
        _wasReady = true;
        var untilRotation = wire.RenewAt - Host.Now;
        _rotateTimer.Set(untilRotation > TimeSpan.Zero ? untilRotation : TimeSpan.Zero);
        WatchForQuiet();

        // Nothing is replayed (section 4), but calls in progress can be asked for (section 6.4).
        Host.LinkReady(wire.Link, bringsCalls
            ? new LinkRecovery(PbxGapRecovery.Partial, Detail: "The calls in progress are queried.")
            : LinkRecovery.None,
            bringsCalls ? new YeastarCallQuery(_calls.Open) : null);
    }

    private void NoteHeard(int id)
    {
        if (_hasHeard || !YeastarTopics.Switches.ContainsKey(id))
            return;
        _hasHeard = true;
        _quietTimer.Cancel();
    }

    private void WatchForQuiet()
    {
        if (!_hasHeard && !_hasWarnedOfQuiet && _active is { IsAwaiting: false } && _topics.Wanted.Any(YeastarTopics.Switches.ContainsKey))
            _quietTimer.Set(QuietTime);
    }

    private void WarnOfQuiet()
    {
        if (_hasHeard || _hasWarnedOfQuiet || _active is null)
            return;
        _hasWarnedOfQuiet = true;
        Host.Warn(YeastarFaults.Quiet(_server, QuietTime, _topics.Wanted));
    }
}
