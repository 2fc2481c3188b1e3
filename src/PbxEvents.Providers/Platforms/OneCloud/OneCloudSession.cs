using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// OneCloud on the socket: one subscription for each stream, each with the token (onecloud.md sections 3 to 6). Frames are
/// Socket.IO events, <c>["name",{...}]</c>.
/// </summary>
internal sealed class OneCloudSession : ProtocolSession
{
    /// <summary>Section 3: no confirmation within 10 to 15 s means an expired token.</summary>
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(12);

    /// <summary>An error that names no stream may come before the confirmations of the streams that are well.</summary>
    private static readonly TimeSpan ErrorGrace = TimeSpan.FromSeconds(1);

    /// <summary>Errors further apart than this have nothing to do with each other.</summary>
    private static readonly TimeSpan SettledLink = TimeSpan.FromMinutes(1);

    /// <summary>So many links in a row are given up because of an error after their confirmations.</summary>
    private const int MaxRecycles = 3;

    private static readonly TimeSpan RenewRetry = TimeSpan.FromSeconds(30);

    private const string RenewTimer = "renew";
    private const string ErrorTimer = "error";
    private const string ConfirmTimerPrefix = "confirm ";

    private readonly OneCloudDriver _driver;
    private readonly PbxConnectOptions _options;
    private readonly TopicTable<OneCloudTopic> _topics;
    private readonly OneCloudStreams _streams;
    private readonly OneCloudEvents _events;
    private readonly Utf8Pool _pool = new();

    /// <summary>What was sent on the present link.</summary>
    private readonly Dictionary<OneCloudTopic, Attempt> _attempts = [];
    private readonly Dictionary<long, OneCloudTopic> _acks = [];
    private readonly Dictionary<string, OneCloudTopic> _confirmTimers = new(StringComparer.Ordinal);

    /// <summary>What the link still brings although nobody wants it: there is no unsubscribe (section 3).</summary>
    private readonly HashSet<OneCloudTopic> _abandoned = [];
    private readonly HashSet<OneCloudTopic> _confirmedOnce = [];
    private readonly HashSet<OneCloudTopic> _warnedOf = [];
    private int _link;
    private bool _isReady;
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

    public OneCloudSession(ISessionHost host, OneCloudDriver driver, PbxConnectOptions options)
        : base(host)
    {
        _driver = driver;
        _options = options;
        _topics = new TopicTable<OneCloudTopic>(host);
        _streams = new OneCloudStreams(_topics, _abandoned);
        _events = new OneCloudEvents(host, _pool, _streams, options.TimeZone ?? TimeZoneInfo.Utc);
    }

    /// <inheritdoc/>
    public override LinkPlan PlanLink(bool isRotation) => new(isRotation, RenewCredential: _needsToken);

    /// <inheritdoc/>
    public override void LinkOpened(int link, LinkTarget target, LinkTicket ticket)
    {
        _link = link;
        _isReady = _isConfirmedOnLink = _needsToken = false;
        _sent = _accepted = 0;
        _answered = default;
        _attempts.Clear();
        _acks.Clear();
        _confirmTimers.Clear();
        _abandoned.Clear();
        _topics.Reset();
        _streams.Changed();
        _driver.Reached();
        WarnOfDomain();
        ScheduleRenewal();

        // On connect, and nowhere else: the events page's example subscribes twice in v2 clients (section 8).
        SendUnsent();
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    public override void LinkClosed(int link)
    {
        if (link != _link)
            return;
        _link = 0;
        _isReady = false;
        Host.CancelTimer(RenewTimer);
        Host.CancelTimer(ErrorTimer);
        foreach (var topic in _attempts.Keys)
            Host.CancelTimer(ConfirmTimerPrefix + topic);
        _attempts.Clear();
    }

    /// <inheritdoc/>
    public override void FrameReceived(int link, in Frame frame)
    {
        try
        {
            if (frame.Kind == FrameKind.Ack)
                AckReceived(frame.AckId);
            else if (frame.Kind == FrameKind.Text)
                EventReceived(frame.Payload);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second one is what .NET throws for text that is JSON by its form but holds half a character.
            Host.ReportUnreadable(frame.Payload.Span, $"It is not JSON ({e.Message})");
        }
    }

    /// <inheritdoc/>
    public override void TimerElapsed(string timer)
    {
        switch (timer)
        {
            case RenewTimer:
                Host.RenewCredential();
                break;
            case ErrorTimer:
                foreach (var topic in _topics.Unanswered)
                    Doubt(topic, wasRefused: true);
                break;
            case not null when OneCloudCalls.IsTimer(timer):
                _events.TimerElapsed(timer);
                break;
            default:
                if (_confirmTimers.TryGetValue(timer!, out var late) && _topics.IsUnanswered(late))
                    ConfirmTimeElapsed(late);
                break;
        }
    }

    /// <inheritdoc/>
    public override void CredentialRenewed(LinkTicket ticket)
    {
        if (_link == 0)
            return;
        ScheduleRenewal();
        foreach (var (topic, _) in Doubted())
            Send(topic, isRetry: true);
    }

    /// <inheritdoc/>
    public override void CredentialFailed(PbxException failure)
    {
        if (_link == 0)
            return;
        if (!failure.IsPermanent)
        {
            // What waits for the token waits on; the platform may block this address, so not at once again.
            Host.Log($"The token could not be renewed: {failure.Message}");
            Host.SetTimer(RenewTimer, failure.RetryAfter ?? RenewRetry);
            return;
        }
        var doubted = Doubted();
        if (doubted.Length == 0)
            Host.Warn(failure);
        foreach (var (topic, attempt) in doubted)
            Fail(topic, attempt.WasRefused, wasRenewed: false);
    }

    private KeyValuePair<OneCloudTopic, Attempt>[] Doubted() =>
        [.. _attempts.Where(a => a.Value.IsDoubted && _topics.IsWanted(a.Key))];

    /// <inheritdoc/>
    public override void Subscribe(PbxSubscription subscription)
    {
        var filter = subscription.Filter;
        var topics = OneCloudTopics.Resolve(filter);
        if (filter.Topic.Count > 0)
            subscription.EventTopics = filter.Topic.SelectMany(OneCloudTopics.ArrivesAs).Distinct().ToArray();
        _topics.Add(subscription, topics);
        if (_link == 0)
            return;
        foreach (var topic in topics.Where(_abandoned.Remove))
        {
            // The link has brought it all the time; a second subscription would bring it twice.
            _topics.MarkSent(topic);
            _topics.Confirm(topic, "still in place");
        }
        _streams.Changed();
        SendUnsent();
    }

    /// <inheritdoc/>
    public override void Unsubscribe(PbxSubscription subscription)
    {
        foreach (var topic in _topics.Remove(subscription))
        {
            Host.CancelTimer(ConfirmTimerPrefix + topic);
            _abandoned.Add(topic);
        }
        _streams.Changed();
        ReadyIfSettled();
    }

    private void EventReceived(ReadOnlyMemory<byte> payload)
    {
        var reader = new Utf8JsonReader(payload.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            Host.ReportUnreadable(payload.Span, "It is no event.");
            return;
        }
        var name = reader.ValueIsEscaped ? reader.GetString()! : _pool.Get(reader.ValueSpan);
        reader.Read();
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

    private void SendUnsent()
    {
        foreach (var topic in _topics.Unsent)
            Send(topic, isRetry: false);
    }

    private void Send(OneCloudTopic topic, bool isRetry)
    {
        WarnOfScope(topic);
        _topics.MarkSent(topic);
        var ackId = ++_lastAckId;
        _attempts[topic] = new Attempt(ackId, _driver.TokenNumber, isRetry);
        _sent++;
        var timer = ConfirmTimerPrefix + topic;
        _confirmTimers[timer] = topic;
        Host.SetTimer(timer, ConfirmTimeout);
        Host.Log($"Subscribing to {topic}{(isRetry ? " again" : "")}.");
        _acks[ackId] = topic;
        Host.Send(_link, new OutFrame(FrameKind.Text, SocketIoEvent.Write("subscribe", w =>
        {
            w.WriteString("application", _options.Application);
            w.WriteString("bearer", _driver.Token.Access.Reveal());
            w.WriteString("domain", _driver.Domain);
            w.WriteString("type", topic.Type);
            w.WriteOptional("filter", topic.WireFilter(_driver.Domain));
            w.WriteOptional("subtype", topic.Subtype);
        }), ackId));
    }

    private void StatusReceived(string words)
    {
        if (OneCloudStatus.Read(words) is not { } status)
        {
            _accepted++;
            return;
        }
        if (FindUnanswered(status) is { } topic)
            Confirm(topic, words);
        else
            Host.Log($"A confirmation that nobody waits for: {words}");
    }

    /// <summary>The stream that waits for its answer and that the platform's words name; null when there is none.</summary>
    private OneCloudTopic? FindUnanswered(OneCloudStatus status)
    {
        // As a rule the platform says back what it was told. Only where it writes the letters in another way are all that
        // wait compared.
        var said = new OneCloudTopic(status.Type, OneCloudTopic.NumberIn(status.Filter), status.Subtype.Length == 0 ? null : status.Subtype);
        if (_topics.IsUnanswered(said))
            return said;
        foreach (var topic in _topics.Unanswered)
            if (status.Names(topic, _driver.Domain))
                return topic;
        return null;
    }

    private void AckReceived(long ackId)
    {
        if (_acks.Remove(ackId, out var topic) && _attempts.TryGetValue(topic, out var attempt))
            attempt.IsAcknowledged = true;
    }

    private void Confirm(OneCloudTopic topic, string words)
    {
        Host.CancelTimer(ConfirmTimerPrefix + topic);
        if (_attempts.TryGetValue(topic, out var attempt))
        {
            attempt.IsDoubted = false;
            _answered = (attempt.Number, Host.Now);
        }
        _isConfirmedOnLink = true;
        _confirmedOnce.Add(topic);
        _topics.Confirm(topic, words);
        ReadyIfSettled();
    }

    private void ConfirmTimeElapsed(OneCloudTopic topic)
    {
        // A server that confirms without saying what, and has done so for all that was sent, has confirmed this one.
        var attempt = _attempts[topic];
        if (attempt.IsAcknowledged || _accepted >= _sent)
            Confirm(topic, "subscribed");
        else if (_answered.Number < attempt.Number && _answered.At + ConfirmTimeout is var due && due > Host.Now)
            // It is still at what was sent before: to send this again would double it.
            Host.SetTimer(ConfirmTimerPrefix + topic, due - Host.Now);
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
        else if (_topics.Unanswered.Count > 0)
            Host.SetTimer(ErrorTimer, ErrorGrace);
        else if (_isReady && MayRecycle())
            Recycle(words);
        else
            Host.Warn(OneCloudFaults.UnexplainedError(_driver.Server, words));
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
        Host.CloseLink(_link, OneCloudFaults.SubscriptionsLost(_driver.Server, words));
    }

    // ---- doubt: once with a fresh token, then a clear word (sections 3 and 6) -----------------------------------------

    private void Doubt(OneCloudTopic topic, bool wasRefused)
    {
        var attempt = _attempts[topic];
        if (attempt.IsDoubted)
            return;
        Host.CancelTimer(ConfirmTimerPrefix + topic);
        if (attempt.IsRetry)
        {
            Fail(topic, wasRefused, wasRenewed: true);
            return;
        }
        if (attempt.TokenNumber != _driver.TokenNumber)
        {
            Send(topic, isRetry: true);
            return;
        }
        attempt.IsDoubted = true;
        attempt.WasRefused = wasRefused;
        Host.Log($"{topic} is {(wasRefused ? "refused" : "not confirmed")}; getting a fresh token.");
        Host.RenewCredential();
    }

    private void Fail(OneCloudTopic topic, bool wasRefused, bool wasRenewed)
    {
        // While a lost link is restored and the server has taken nothing at all, it is not about this one subscription.
        if (!_isReady && !_isConfirmedOnLink && _confirmedOnce.Contains(topic))
        {
            Host.CloseLink(_link, wasRefused
                ? OneCloudFaults.TokenRefused(_driver.Server, _errorWords)
                : OneCloudFaults.Silent(_driver.Server, ConfirmTimeout));
            return;
        }
        _attempts.Remove(topic);
        _topics.Refuse(topic, wasRefused
            ? OneCloudFaults.Refused(topic, _errorWords)
            : OneCloudFaults.NotConfirmed(topic, _driver.Domain, _driver.Token, ConfirmTimeout, wasRenewed));
        _streams.Changed();
        ReadyIfSettled();
    }

    // ---- the rest --------------------------------------------------------------------------------------------------

    private void ReadyIfSettled()
    {
        if (_link == 0 || _isReady || !_topics.IsSettled)
            return;
        _isReady = true;

        // Nothing is replayed, and no look-up of the present state is documented.
        Host.LinkReady(_link, LinkRecovery.None);
    }

    /// <summary>A live subscription keeps its token; the fresh one is for the next link (section 6).</summary>
    private void ScheduleRenewal()
    {
        if (_driver.Token.RenewAt is not { } at)
            return;
        var delay = at - Host.Now;
        Host.SetTimer(RenewTimer, delay > RenewRetry ? delay : RenewRetry);
    }

    private void WarnOfDomain()
    {
        if (_warnedOfDomain || _driver.Token.Domain is not { Length: > 0 } tokens || tokens.Equals(_driver.Domain, StringComparison.OrdinalIgnoreCase))
            return;
        _warnedOfDomain = true;
        Host.Warn(OneCloudFaults.OtherDomain(_driver.Domain, tokens));
    }

    /// <summary>Section 6: with too small a scope a confirmation may come and events do not.</summary>
    private void WarnOfScope(OneCloudTopic topic)
    {
        var token = _driver.Token;
        if (topic.Filter is null || token.Uid is not { } uid || !string.Equals(token.Scope, "Basic User", StringComparison.OrdinalIgnoreCase)
            || uid.Split('@')[0] == topic.Filter || !_warnedOf.Add(topic))
        {
            return;
        }
        Host.Warn(OneCloudFaults.OtherExtension(topic, token));
    }

    /// <summary>A server may quote what it was sent.</summary>
    private string? Mask(string? words) => words?.Replace(_driver.Token.Access.Reveal(), "********", StringComparison.Ordinal);

    /// <summary>The words of a control event: a text, or an object's member that holds one. Null when there are none.</summary>
    private static string? ReadWords(Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        using var document = JsonDocument.ParseValue(ref reader);
        foreach (var name in (string[])["status", "message", "error", "reason"])
            if (Catalogue.Text(document.RootElement, name) is { } words)
                return words;
        return null;
    }

    /// <summary>One subscription on the wire.</summary>
    /// <param name="number">Its number; it grows in the order of sending.</param>
    /// <param name="tokenNumber">The token it was sent with.</param>
    /// <param name="isRetry">True for the second try.</param>
    private sealed class Attempt(long number, int tokenNumber, bool isRetry)
    {
        public long Number => number;

        public int TokenNumber => tokenNumber;

        public bool IsRetry => isRetry;

        /// <summary>The server took it, in a way that does not say that it is in place.</summary>
        public bool IsAcknowledged { get; set; }

        /// <summary>It waits for a fresh token.</summary>
        public bool IsDoubted { get; set; }

        public bool WasRefused { get; set; }
    }
}
