using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// TelecomX on the socket: authenticate, subscribe, events, requests (telecomx.md sections 3 to 8). Frames are Socket.IO
/// events, <c>["name",{...}]</c>.
/// </summary>
internal sealed class TelecomXSession : ProtocolSession
{
    /// <summary>Section 6: no refusal is documented, only silence.</summary>
    private static readonly TimeSpan AuthenticateTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Section 6: 10 to 15 s for each channel.</summary>
    private static readonly TimeSpan SubscribeTimeout = TimeSpan.FromSeconds(15);

    private const string AuthenticateTimer = "authenticate";
    private const string SubscribeTimerPrefix = "subscribe ";

    private readonly TelecomXDriver _driver;
    private readonly PbxConnectOptions _options;
    private readonly TopicTable<string> _channels;
    private readonly TelecomXEvents _events;
    private readonly TelecomXRequests _requests;
    private readonly Utf8Pool _pool = new();
    private readonly HashSet<string> _confirmedOnce = new(StringComparer.Ordinal);
    private int _link;
    private bool _isAuthenticated;
    private bool _isReady;
    private bool _hasRenewed;

    /// <summary>True from a link that was given up for a channel that stood before, until one is ready.</summary>
    private bool _hasRecycled;

    public TelecomXSession(ISessionHost host, TelecomXDriver driver, PbxConnectOptions options)
        : base(host)
    {
        _driver = driver;
        _options = options;
        _channels = new TopicTable<string>(host);
        _events = new TelecomXEvents(host, _pool, tracksCarrierCalls: () => !_channels.Wanted.Any(BringsPbxCalls), SeesSetUps);
        _requests = new TelecomXRequests(host, _pool);
    }

    /// <inheritdoc/>
    public override LinkPlan PlanLink(bool isRotation) => new(isRotation, RenewCredential: _hasRecycled);

    /// <inheritdoc/>
    public override void LinkOpened(int link, LinkTarget target, LinkTicket ticket)
    {
        _link = link;
        _isAuthenticated = _isReady = _hasRenewed = false;
        _channels.Reset();
        Authenticate();
    }

    /// <inheritdoc/>
    public override void LinkClosed(int link)
    {
        if (link != _link)
            return;
        Host.CancelTimer(AuthenticateTimer);
        foreach (var channel in _channels.Wanted)
            Host.CancelTimer(SubscribeTimerPrefix + channel);
        _isAuthenticated = _isReady = false;
        _requests.Clear();
    }

    /// <inheritdoc/>
    public override void FrameReceived(int link, in Frame frame)
    {
        try
        {
            if (frame.Kind == FrameKind.Ack)
                _requests.AckReceived(frame);
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
        if (timer == AuthenticateTimer)
        {
            AuthenticationRefused();
            return;
        }
        var channel = timer[SubscribeTimerPrefix.Length..];
        if (!_isReady && !_hasRecycled && _confirmedOnce.Contains(channel))
        {
            // It stood on an earlier link, so one silence is not taken for a no: once with a fresh token on a new link.
            _hasRecycled = true;
            Host.CloseLink(_link, TelecomXFaults.NotRestored(_driver.Server, channel, SubscribeTimeout));
            return;
        }
        Refuse(channel, TelecomXFaults.NotConfirmed(channel, _driver.Customer, _driver.AccessLevel, SubscribeTimeout));
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    public override void CredentialRenewed(LinkTicket ticket)
    {
        if (!_isAuthenticated && _link != 0)
            Authenticate();
    }

    /// <inheritdoc/>
    public override void CredentialFailed(PbxException failure)
    {
        if (!_isAuthenticated && _link != 0)
            Host.CloseLink(_link, failure);
    }

    /// <inheritdoc/>
    public override void Subscribe(PbxSubscription subscription)
    {
        var filter = subscription.Filter;
        var channels = TelecomXTopics.Resolve(filter);
        foreach (var name in filter.EventName)
        {
            // Messages between clients (section 8) stand in no catalogue.
            if (filter.Type is PbxSubscriptionType.Message && name is "REQUEST" or "REPLY")
                continue;
            if (TelecomXCatalogue.Instance.Find(name) is null && !(channels.Contains("ADMIN") && TelecomXTopics.AdminTypes.Contains(name)))
                throw TelecomXFaults.UnknownEvent(name);
        }
        if (filter.Topic.Count > 0)
            subscription.EventTopics = channels.SelectMany(TelecomXTopics.ArrivesAs).Distinct().ToArray();

        foreach (var channel in channels)
        {
            // A channel is asked for once, with all that anybody wants of it. Whether the server adds a second wish to the
            // first or replaces it, nothing that was wanted before is lost that way.
            if (WantedEvents(channel) is { } wanted && !Covers(wanted, filter.EventName))
                _channels.MarkUnsent(channel);
        }
        _channels.Add(subscription, channels);
        if (!_isAuthenticated)
            return;
        SendUnsent();
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    public override void Unsubscribe(PbxSubscription subscription)
    {
        foreach (var channel in _channels.Remove(subscription))
        {
            Host.CancelTimer(SubscribeTimerPrefix + channel);
            if (_isAuthenticated)
                SendUnsubscribe(channel);
        }
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    public override void SendRequest(int token, PbxRequest request) => _requests.Send(_link, token, request);

    /// <inheritdoc/>
    public override void ForgetRequest(int token) => _requests.Forget(token);

    /// <inheritdoc/>
    public override void SendReply(PbxEvent request, ReadOnlyMemory<byte> json) => _requests.SendReply(_link, request, json);

    /// <inheritdoc/>
    public override void SnapshotReceived(in Snapshot snapshot) => TelecomXEvents.EmitSnapshot(Host, snapshot);

    /// <inheritdoc/>
    public override void Closing()
    {
        if (!_isAuthenticated)
            return;
        foreach (var channel in _channels.Wanted)
            SendUnsubscribe(channel);
    }

    /// <summary>True when some channel brings the start of every call: names that a user gave may leave it out.</summary>
    private bool SeesSetUps() => _channels.Wanted.Any(c =>
        BringsPbxCalls(c) && WantedEvents(c) is { } wanted && (wanted.Count == 0 || wanted.Contains("CALL_START") || wanted.Contains("PBX")));

    private static bool BringsPbxCalls(string channel) => channel is "PBX" or "ADMIN" or "ADMIN:PBX";

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
            case "authenticated":
                Authenticated();
                break;
            case "subscribed":
                Subscribed(payload, ref reader);
                break;
            case "unsubscribed":
                break;
            case "unauthorized" or "error" or "connect_error" when !_isAuthenticated:
                AuthenticationRefused();
                break;
            case "REPLY":
                _requests.ReplyReceived(payload, ref reader);
                break;
            case "REQUEST":
                _requests.RequestReceived(payload, ref reader);
                break;
            default:
                _events.Received(name, payload, ref reader);
                break;
        }
    }

    // ---- authentication --------------------------------------------------------------------------------------------

    private void Authenticate()
    {
        Host.Log("Authenticating.");
        Host.SetTimer(AuthenticateTimer, AuthenticateTimeout);
        Send(JsonPayload.WriteEvent("authenticate", w =>
        {
            w.WriteString("token", _driver.Token.Reveal());
            w.WriteString("client", _options.Application);
            w.WriteString("instanceId", _options.InstanceId);
        }));
    }

    private void Authenticated()
    {
        if (_isAuthenticated)
            return;
        Host.CancelTimer(AuthenticateTimer);
        _isAuthenticated = true;
        Host.Log("Authenticated.");
        SendUnsent();
        ReadyIfSettled();
    }

    private void AuthenticationRefused()
    {
        Host.CancelTimer(AuthenticateTimer);
        if (_hasRenewed)
        {
            Host.CloseLink(_link, TelecomXFaults.NotAuthenticated(_driver.Server, AuthenticateTimeout));
            return;
        }
        _hasRenewed = true;
        Host.Log("No answer to 'authenticate'; checking the token.");
        Host.RenewCredential();
    }

    // ---- channels --------------------------------------------------------------------------------------------------

    /// <summary>The events that are wanted of a channel; empty for all of them; null when the channel is not wanted.</summary>
    private HashSet<string>? WantedEvents(string channel)
    {
        if (!_channels.IsWanted(channel))
            return null;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var user in _channels.UsersOf(channel))
        {
            // A kind is cut out of its channel here; only names that the user gave narrow what the server sends.
            if (user.Filter.EventName.Count == 0)
                return [];
            wanted.UnionWith(user.Filter.EventName.Select(n => n.ToUpperInvariant()));
        }
        return wanted;
    }

    private static bool Covers(HashSet<string> wanted, IReadOnlyList<string> names) =>
        wanted.Count == 0 || (names.Count > 0 && names.All(n => wanted.Contains(n.ToUpperInvariant())));

    private void SendUnsent()
    {
        // Section 6: the server would only stay silent.
        foreach (var channel in _channels.Unsent)
        {
            if (!TelecomXTopics.Reaches(_driver.AccessLevel, TelecomXTopics.LevelOf(channel)))
                Refuse(channel, TelecomXFaults.LevelTooLow(channel, _driver.AccessLevel!));
        }
        foreach (var channel in _channels.Unsent)
        {
            var events = WantedEvents(channel)!;
            _channels.MarkSent(channel);
            Host.SetTimer(SubscribeTimerPrefix + channel, SubscribeTimeout);
            Send(JsonPayload.WriteEvent("subscribe", w =>
            {
                w.WriteString("type", channel);
                if (!TelecomXTopics.IsAdmin(channel))
                    w.WriteString("customer", _driver.Customer);
                if (events.Count == 0)
                    return;
                w.WriteStartArray(channel == "ADMIN" ? "types" : "events");
                foreach (var name in events.Order(StringComparer.Ordinal))
                    w.WriteStringValue(name);
                w.WriteEndArray();
            }));
        }
    }

    /// <summary>Refuses what needs a channel, and gives back the other channels that it alone had.</summary>
    private void Refuse(string channel, PbxException error)
    {
        foreach (var orphan in _channels.Refuse(channel, error))
        {
            Host.CancelTimer(SubscribeTimerPrefix + orphan);
            SendUnsubscribe(orphan);
        }
    }

    private void SendUnsubscribe(string channel) => Send(JsonPayload.WriteEvent("unsubscribe", w =>
    {
        w.WriteString("type", channel);
        if (!TelecomXTopics.IsAdmin(channel))
            w.WriteString("customer", _driver.Customer);
    }));

    private void Subscribed(ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        var channel = _events.ReadChannel(payload, ref reader);

        // Without a name, which no sample shows, it can only mean the one that waits longest.
        channel ??= _channels.Unanswered is [var oldest, ..] ? oldest : null;
        if (channel is null || !_channels.Confirm(channel, $"subscribed {channel}"))
            return;
        _confirmedOnce.Add(channel);
        Host.CancelTimer(SubscribeTimerPrefix + channel);
        ReadyIfSettled();
    }

    private void ReadyIfSettled()
    {
        if (!_isAuthenticated || _isReady || !_channels.IsSettled)
            return;
        _isReady = true;
        _hasRecycled = false;

        // Nothing is replayed (section 6).
        Host.LinkReady(_link, LinkRecovery.None, TelecomXStates.All);
    }

    private void Send(ReadOnlyMemory<byte> payload) => Host.Send(_link, new OutFrame(FrameKind.Text, payload));
}
