using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>OneCloud on the socket: one subscription for each stream, each with the token (onecloud.md sections 3 to 6).</summary>
internal sealed class OneCloudSession : TopicSession<OneCloudTopic>
{
    /// <summary>So many links in a row are given up because of an error after their confirmations.</summary>
    private const int MaxRecycles = 3;

    /// <summary>Section 3: no confirmation within 10 to 15 s means an expired token.</summary>
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(12);

    /// <summary>An error that names no stream may come before the confirmations of the streams that are well.</summary>
    private static readonly TimeSpan ErrorGrace = TimeSpan.FromSeconds(1);

    /// <summary>Errors further apart than this have nothing to do with each other.</summary>
    private static readonly TimeSpan SettledLink = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RenewRetry = TimeSpan.FromSeconds(30);

    private readonly string _server;
    private readonly PbxConnectOptions _options;
    private readonly OneCloudStreams _streams;
    private readonly OneCloudEvents _events;
    private readonly SessionTimer _renewTimer;
    private readonly SessionTimer _errorTimer;
    private readonly KeyedTimers<OneCloudTopic> _confirmTimers;
    private readonly Utf8Pool _pool = new();

    /// <summary>What was sent on the present link.</summary>
    private readonly Dictionary<OneCloudTopic, Attempt> _attempts = [];
    private readonly Dictionary<long, OneCloudTopic> _acks = [];

    /// <summary>What the link still brings although nobody wants it: there is no unsubscribe (section 3).</summary>
    private readonly HashSet<OneCloudTopic> _abandoned = [];
    private readonly HashSet<OneCloudTopic> _warnedOf = [];
    private OneCloudTicket? _ticket;
    private bool _isConfirmedOnLink;
    private bool _warnedOfDomain;
    private bool _needsToken;
    private DateTimeOffset _recycledAt;
    private int _recycles;
    private long _lastAckId;

    /// <summary>The last attempt that was confirmed on this link, and when.</summary>
    private (long Number, DateTimeOffset At) _answered;
    private int _sent;
    private int _accepted;
    private string? _errorWords;

    /// <param name="host">Where everything goes that comes out.</param>
    /// <param name="server">Host and port, for people.</param>
    /// <param name="options">The user's options.</param>
    public OneCloudSession(ISessionHost host, string server, PbxConnectOptions options)
        : base(host)
    {
        _server = server;
        _options = options;
        _streams = new OneCloudStreams(Topics, _abandoned);
        _events = new OneCloudEvents(host, _pool, _streams, options.TimeZone ?? TimeZoneInfo.Utc);
        _renewTimer = host.NewTimer(host.RenewCredential);
        _errorTimer = host.NewTimer(ErrorGraceElapsed);
        _confirmTimers = new KeyedTimers<OneCloudTopic>(host, ConfirmTimeElapsed);
    }

    /// <summary>The newest ticket. There is one before anything is sent.</summary>
    private OneCloudTicket Ticket => _ticket!;

    /// <inheritdoc/>
    public override LinkPlan PlanLink(bool isRotation) => new(isRotation, RenewCredential: _needsToken);

    /// <inheritdoc/>
    public override void CredentialRenewed(LinkTicket ticket)
    {
        _ticket = (OneCloudTicket)ticket;
        if (Link == 0)
            return;
        ScheduleRenewal();
        foreach (var (topic, _) in Doubted())
            Ask(topic, isRetry: true);
    }

    /// <inheritdoc/>
    public override void CredentialFailed(PbxException failure)
    {
        if (Link == 0)
            return;
        if (!failure.IsPermanent)
        {
            // What waits for the token waits on; the platform may block this address, so not at once again.
            Host.Log($"The token could not be renewed: {failure.Message}");
            _renewTimer.Set(failure.RetryAfter ?? RenewRetry);
            return;
        }
        var doubted = Doubted();
        if (doubted.Length == 0)
            Host.Warn(failure);
        foreach (var (topic, attempt) in doubted)
            Fail(topic, attempt.WasRefused, wasRenewed: false);
    }

    /// <inheritdoc/>
    public override void Subscribe(PbxSubscription subscription)
    {
        var filter = subscription.Filter;
        var topics = OneCloudTopics.Resolve(filter);
        if (filter.Topic.Count > 0)
            subscription.EventTopics = filter.Topic.SelectMany(OneCloudTopics.ArrivesAs).Distinct().ToArray();
        Topics.Add(subscription, topics);
        if (Link == 0)
            return;
        foreach (var topic in topics.Where(_abandoned.Remove))
        {
            // The link has brought it all the time; a second subscription would bring it twice.
            Topics.MarkSent(topic);
            Topics.Confirm(topic, "still in place");
        }
        _streams.Changed();
        SendUnsent();
    }

    /// <inheritdoc/>
    public override void Unsubscribe(PbxSubscription subscription)
    {
        foreach (var topic in Topics.Remove(subscription))
            Abandon(topic);
        _streams.Changed();
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    protected override void Opened(LinkTarget target, LinkTicket ticket)
    {
        _ticket = (OneCloudTicket)ticket;
        _isConfirmedOnLink = _needsToken = false;
        _sent = _accepted = 0;
        _answered = default;
        _acks.Clear();
        _abandoned.Clear();
        _streams.Changed();
        WarnOfDomain();
        ScheduleRenewal();

        // On connect, and nowhere else: the events page's example subscribes twice in v2 clients (section 8).
        Authenticated();
    }

    /// <inheritdoc/>
    protected override void Closed()
    {
        _renewTimer.Cancel();
        _errorTimer.Cancel();
        _confirmTimers.CancelAll();
        _attempts.Clear();
    }

    /// <inheritdoc/>
    protected override void ReadFrame(int link, in Frame frame)
    {
        if (frame.Kind == FrameKind.Ack)
            AckReceived(frame.AckId);
        else if (frame.Kind == FrameKind.Text)
            EventReceived(frame.Payload);
    }

    private void EventReceived(ReadOnlyMemory<byte> payload)
    {
        if (!SocketIoEvent.TryRead(payload, _pool, out var name, out var reader))
        {
            Host.ReportUnreadable(payload.Span, "It is no event.");
            return;
        }
        switch (name)
        {
            case "status" when ReadWords(reader) is { } words && OneCloudStatus.IsConfirmation(words):
                StatusReceived(words);
                break;
            case "subscribed" or "ack":
                // Neither says which stream it means (section 3).
                _accepted++;
                break;
            case "subscription_error":
                ErrorReceived(ReadWords(reader));
                break;
            default:
                _events.Received(name, payload, ref reader);
                break;
        }
    }

    // ---- subscribing -----------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    protected override void SendUnsent()
    {
        foreach (var topic in Topics.Unsent)
            Ask(topic, isRetry: false);
    }

    private void Ask(OneCloudTopic topic, bool isRetry)
    {
        WarnOfScope(topic);
        Topics.MarkSent(topic);
        var ackId = ++_lastAckId;
        _attempts[topic] = new Attempt(ackId, Ticket, isRetry);
        _sent++;
        _confirmTimers.Set(topic, ConfirmTimeout);
        Host.Log($"Subscribing to {topic}{(isRetry ? " again" : "")}.");
        _acks[ackId] = topic;
        Send(SocketIoEvent.Write("subscribe", w =>
        {
            w.WriteString("application", _options.Application);
            w.WriteString("bearer", Ticket.Token.Reveal());
            w.WriteString("domain", Ticket.Domain);
            w.WriteString("type", topic.Type);
            w.WriteOptional("filter", topic.WireFilter(Ticket.Domain));
            w.WriteOptional("subtype", topic.Subtype);
        }), ackId);
    }

    private void StatusReceived(string words)
    {
        if (OneCloudStatus.Read(words) is not { } status)
        {
            _accepted++;
            return;
        }
        if (FindUnanswered(status) is { } topic)
            Confirmed(topic, words);
        else
            Host.Log($"An unexpected confirmation: {words}");
    }

    /// <summary>The stream that waits for its answer and that the platform's words name; null when there is none.</summary>
    private OneCloudTopic? FindUnanswered(OneCloudStatus status)
    {
        // As a rule the platform says back what it was told. Only where it writes the letters in another way are all that
        // wait compared.
        var said = new OneCloudTopic(status.Type, OneCloudTopic.NumberIn(status.Filter), status.Subtype.Length == 0 ? null : status.Subtype);
        if (Topics.IsUnanswered(said))
            return said;
        foreach (var topic in Topics.Unanswered)
        {
            if (status.Names(topic, Ticket.Domain))
                return topic;
        }
        return null;
    }

    private void AckReceived(long ackId)
    {
        if (_acks.Remove(ackId, out var topic) && _attempts.TryGetValue(topic, out var attempt))
            attempt.IsAcknowledged = true;
    }

    private void Confirmed(OneCloudTopic topic, string words)
    {
        _confirmTimers.Cancel(topic);
        if (_attempts.TryGetValue(topic, out var attempt))
        {
            attempt.IsDoubted = false;
            _answered = (attempt.Number, Host.Now);
        }
        _isConfirmedOnLink = true;
        Topics.Confirm(topic, words);
        ReadyIfSettled();
    }

    private void ConfirmTimeElapsed(OneCloudTopic topic)
    {
        // A server that confirms without saying what, and has done so for all that was sent, has confirmed this one.
        var attempt = _attempts[topic];
        if (attempt.IsAcknowledged || _accepted >= _sent)
            Confirmed(topic, "subscribed");
        else if (_answered.Number < attempt.Number && _answered.At + ConfirmTimeout is var due && due > Host.Now)
            // It is still at what was sent before: to send this again would double it.
            _confirmTimers.Set(topic, due - Host.Now);
        else
            Doubt(topic, wasRefused: false);
    }

    private void ErrorReceived(string? words)
    {
        words = Mask(words);
        Host.Log($"Subscription error{(words is null ? "." : $": {words}")}");
        _errorWords = words;
        if (words is not null && OneCloudStatus.Read(words) is { } status && FindUnanswered(status) is { } named)
            Doubt(named, wasRefused: true);
        else if (Topics.Unanswered.Count > 0)
            _errorTimer.Set(ErrorGrace);
        else if (IsReady && MayRecycle())
            Recycle(words);
        else
            Host.Warn(OneCloudFaults.UnexplainedError(_server, words));
    }

    private void ErrorGraceElapsed()
    {
        foreach (var topic in Topics.Unanswered)
            Doubt(topic, wasRefused: true);
    }

    /// <summary>A server that says it again and again on link after link means something else.</summary>
    private bool MayRecycle()
    {
        if (Host.Now - _recycledAt >= SettledLink)
            _recycles = 0;
        _recycledAt = Host.Now;
        return ++_recycles <= MaxRecycles;
    }

    /// <summary>Subscriptions that stood are gone. A new link brings each back once; sending them here again might double them.</summary>
    private void Recycle(string? words)
    {
        _needsToken = true;
        Host.CloseLink(Link, OneCloudFaults.SubscriptionsLost(_server, words));
    }

    // ---- doubt: once with a fresh token, then a clear word (sections 3 and 6) -----------------------------------------

    private void Doubt(OneCloudTopic topic, bool wasRefused)
    {
        var attempt = _attempts[topic];
        if (attempt.IsDoubted)
            return;
        _confirmTimers.Cancel(topic);
        if (attempt.IsRetry)
        {
            Fail(topic, wasRefused, wasRenewed: true);
            return;
        }
        if (!ReferenceEquals(attempt.Ticket, Ticket))
        {
            Ask(topic, isRetry: true);
            return;
        }
        attempt.IsDoubted = true;
        attempt.WasRefused = wasRefused;
        Host.Log($"{topic} is {(wasRefused ? "refused" : "not confirmed")}; getting a fresh token.");
        Host.RenewCredential();
    }

    private KeyValuePair<OneCloudTopic, Attempt>[] Doubted() => [.. _attempts.Where(a => a.Value.IsDoubted && Topics.IsWanted(a.Key))];

    private void Fail(OneCloudTopic topic, bool wasRefused, bool wasRenewed)
    {
        // While a lost link is restored and the server has taken nothing at all, it is not about this one subscription.
        if (!IsReady && !_isConfirmedOnLink && Topics.HasStood(topic))
        {
            Host.CloseLink(Link, wasRefused
                ? OneCloudFaults.TokenRefused(_server, _errorWords)
                : OneCloudFaults.Silent(_server, ConfirmTimeout));
            return;
        }

        // A link that went dead between two confirmations is silent as well.
        if (!wasRefused && RecycleFor(topic, OneCloudFaults.NotRestored(_server, topic, ConfirmTimeout)))
            return;
        _attempts.Remove(topic);
        var orphans = Topics.Refuse(topic, wasRefused
            ? OneCloudFaults.Refused(topic, _errorWords)
            : OneCloudFaults.NotConfirmed(topic, Ticket, ConfirmTimeout, wasRenewed));
        foreach (var orphan in orphans)
            Abandon(orphan);
        _streams.Changed();
        ReadyIfSettled();
    }

    // ---- the rest --------------------------------------------------------------------------------------------------

    /// <summary>Nobody wants it any more, and the link brings it to its end.</summary>
    private void Abandon(OneCloudTopic topic)
    {
        _confirmTimers.Cancel(topic);
        _abandoned.Add(topic);
    }

    /// <summary>A live subscription keeps its token; the fresh one is for the next link (section 6).</summary>
    private void ScheduleRenewal()
    {
        if (Ticket.RenewAt is not { } at)
            return;
        var delay = at - Host.Now;
        _renewTimer.Set(delay > RenewRetry ? delay : RenewRetry);
    }

    private void WarnOfDomain()
    {
        if (_warnedOfDomain || Ticket.OwnDomain is not { Length: > 0 } tokens || tokens.Equals(Ticket.Domain, StringComparison.OrdinalIgnoreCase))
            return;
        _warnedOfDomain = true;
        Host.Warn(OneCloudFaults.OtherDomain(Ticket.Domain, tokens));
    }

    /// <summary>Section 6: with too small a scope a confirmation may come and events do not.</summary>
    private void WarnOfScope(OneCloudTopic topic)
    {
        if (topic.Filter is null || Ticket.Uid is not { } uid || !string.Equals(Ticket.Scope, "Basic User", StringComparison.OrdinalIgnoreCase)
            || uid.Split('@')[0] == topic.Filter || !_warnedOf.Add(topic))
        {
            return;
        }
        Host.Warn(OneCloudFaults.OtherExtension(topic, Ticket));
    }

    /// <summary>A server may quote what it was sent.</summary>
    private string? Mask(string? words) => words?.Replace(Ticket.Token.Reveal(), "********", StringComparison.Ordinal);

    /// <summary>The words of a control event: a text, or an object's member that holds one. Null when there are none.</summary>
    private static string? ReadWords(Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        using var document = JsonDocument.ParseValue(ref reader);
        foreach (var name in (string[])["status", "message", "error", "reason"])
        {
            if (JsonMember.Text(document.RootElement, name) is { } words)
                return words;
        }
        return null;
    }

    /// <summary>One subscription on the wire.</summary>
    /// <param name="number">Its number; it grows in the order of sending.</param>
    /// <param name="ticket">What it was sent with.</param>
    /// <param name="isRetry">True for the second try.</param>
    private sealed class Attempt(long number, OneCloudTicket ticket, bool isRetry)
    {
        public long Number => number;

        public OneCloudTicket Ticket => ticket;

        public bool IsRetry => isRetry;

        /// <summary>The server took it, in a way that does not say that it is in place.</summary>
        public bool IsAcknowledged { get; set; }

        /// <summary>It waits for a fresh token.</summary>
        public bool IsDoubted { get; set; }

        public bool WasRefused { get; set; }
    }
}
