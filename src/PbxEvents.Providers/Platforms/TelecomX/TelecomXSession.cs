using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>TelecomX on the socket: authenticate, channels, events, requests (telecomx.md sections 3 to 8).</summary>
internal sealed class TelecomXSession : TopicSession<string>
{
    /// <summary>Section 6: no refusal is documented, only silence.</summary>
    private static readonly TimeSpan AuthenticateTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Section 6: 10 to 15 s for each channel.</summary>
    private static readonly TimeSpan SubscribeTimeout = TimeSpan.FromSeconds(15);

    private readonly string _server;
    private readonly PbxConnectOptions _options;
    private readonly TelecomXEvents _events;
    private readonly TelecomXRequests _requests;
    private readonly SessionTimer _authenticateTimer;
    private readonly KeyedTimers<string> _subscribeTimers;
    private readonly Utf8Pool _pool = new();
    private TelecomXTicket? _ticket;
    private bool _hasRenewed;

    /// <param name="host">Where everything goes that comes out.</param>
    /// <param name="server">Host and port, for people.</param>
    /// <param name="options">The user's options.</param>
    /// <param name="keys">Where the legs of calls are kept, for the call records.</param>
    public TelecomXSession(ISessionHost host, string server, PbxConnectOptions options, TelecomXKeys keys)
        : base(host)
    {
        _server = server;
        _options = options;
        _events = new TelecomXEvents(host, _pool, keys, tracksCarrierCalls: () => !Topics.Wanted.Any(BringsPbxCalls), SeesSetUps);
        _requests = new TelecomXRequests(host, _pool);
        _authenticateTimer = host.NewTimer(AuthenticationRefused);
        _subscribeTimers = new KeyedTimers<string>(host, SubscribeTimeElapsed);
    }

    /// <summary>Nothing is replayed (section 6).</summary>
    protected override SnapshotRequest Wanted => TelecomXStates.All;

    /// <summary>What came with the link. There is one before anything is sent.</summary>
    private TelecomXTicket Ticket => _ticket!;

    /// <inheritdoc/>
    public override void CredentialRenewed(LinkTicket ticket)
    {
        _ticket = (TelecomXTicket)ticket;
        if (!IsAuthenticated && Link != 0)
            Authenticate();
    }

    /// <inheritdoc/>
    public override void CredentialFailed(PbxException failure)
    {
        if (!IsAuthenticated && Link != 0)
            Host.CloseLink(Link, failure);
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
            if (TelecomXCatalogue.All.Find(name) is null && !(channels.Contains("ADMIN") && TelecomXTopics.AdminTypes.Contains(name)))
                throw PlatformFaults.UnknownEvent("TelecomX", name);
        }
        if (filter.Topic.Count > 0)
            subscription.EventTopics = channels.SelectMany(TelecomXTopics.ArrivesAs).Distinct().ToArray();

        foreach (var channel in channels)
        {
            // A channel is asked for once, with all that anybody wants of it. Whether the server adds a second wish to the
            // first or replaces it, nothing that was wanted before is lost that way.
            if (WantedEvents(channel) is { } wanted && !Covers(wanted, filter.EventName))
                Topics.MarkUnsent(channel);
        }
        Topics.Add(subscription, channels);
        if (!IsAuthenticated)
            return;
        SendUnsent();
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    public override void Unsubscribe(PbxSubscription subscription)
    {
        foreach (var channel in Topics.Remove(subscription))
            GiveBack(channel);
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    public override void SendRequest(int token, PbxRequest request) => _requests.Send(Link, token, request);

    /// <inheritdoc/>
    public override void ForgetRequest(int token) => _requests.Forget(token);

    /// <inheritdoc/>
    public override void SendReply(PbxEvent request, ReadOnlyMemory<byte> json) => _requests.SendReply(Link, request, json);

    /// <inheritdoc/>
    public override void Closing()
    {
        if (!IsAuthenticated)
            return;
        foreach (var channel in Topics.Wanted)
            SendUnsubscribe(channel);
    }

    /// <inheritdoc/>
    protected override void Opened(LinkTarget target, LinkTicket ticket)
    {
        _ticket = (TelecomXTicket)ticket;
        _hasRenewed = false;
        Authenticate();
    }

    /// <inheritdoc/>
    protected override void Closed()
    {
        _authenticateTimer.Cancel();
        _subscribeTimers.CancelAll();
        _requests.Clear();
    }

    /// <inheritdoc/>
    protected override void ReadFrame(int link, in Frame frame)
    {
        if (frame.Kind == FrameKind.Ack)
            _requests.AckReceived(frame);
        else if (frame.Kind == FrameKind.Text)
            EventReceived(frame.Payload);
    }

    /// <inheritdoc/>
    protected override void ReadSnapshot(in Snapshot snapshot) => TelecomXEvents.EmitSnapshot(Host, snapshot);

    private void EventReceived(ReadOnlyMemory<byte> payload)
    {
        if (!SocketIoEvent.TryRead(payload, _pool, out var name, out var reader))
        {
            Host.ReportUnreadable(payload.Span, "It is no event.");
            return;
        }
        switch (name)
        {
            case "authenticated":
                AuthenticationAccepted();
                break;
            case "subscribed":
                Subscribed(payload, ref reader);
                break;
            case "unsubscribed":
                break;
            case "unauthorized" or "error" or "connect_error" when !IsAuthenticated:
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
        _authenticateTimer.Set(AuthenticateTimeout);
        Send(SocketIoEvent.Write("authenticate", w =>
        {
            w.WriteString("token", Ticket.Token.Reveal());
            w.WriteString("client", _options.Application);
            w.WriteString("instanceId", _options.InstanceId);
        }));
    }

    private void AuthenticationAccepted()
    {
        if (IsAuthenticated)
            return;
        _authenticateTimer.Cancel();
        Host.Log("Authenticated.");
        Authenticated();
    }

    private void AuthenticationRefused()
    {
        _authenticateTimer.Cancel();
        if (_hasRenewed)
        {
            Host.CloseLink(Link, TelecomXFaults.NotAuthenticated(_server, AuthenticateTimeout));
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
        if (!Topics.IsWanted(channel))
            return null;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var user in Topics.UsersOf(channel))
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

    private static bool BringsPbxCalls(string channel) => channel is "PBX" or "ADMIN" or "ADMIN:PBX";

    /// <summary>True when some channel brings the start of every call: names that a user gave may leave it out.</summary>
    private bool SeesSetUps() => Topics.Wanted.Any(c =>
        BringsPbxCalls(c) && WantedEvents(c) is { } wanted && (wanted.Count == 0 || wanted.Contains("CALL_START") || wanted.Contains("PBX")));

    /// <inheritdoc/>
    protected override void SendUnsent()
    {
        // Section 6: the server would only stay silent.
        foreach (var channel in Topics.Unsent)
        {
            if (!TelecomXTopics.Reaches(Ticket.AccessLevel, TelecomXTopics.LevelOf(channel)))
                Refuse(channel, TelecomXFaults.LevelTooLow(channel, Ticket.AccessLevel!));
        }
        foreach (var channel in Topics.Unsent)
        {
            var events = WantedEvents(channel)!;
            Topics.MarkSent(channel);
            _subscribeTimers.Set(channel, SubscribeTimeout);
            SendAbout(channel, "subscribe", w =>
            {
                if (events.Count == 0)
                    return;
                w.WriteStartArray(channel == "ADMIN" ? "types" : "events");
                foreach (var name in events.Order(StringComparer.Ordinal))
                    w.WriteStringValue(name);
                w.WriteEndArray();
            });
        }
    }

    private void SendUnsubscribe(string channel) => SendAbout(channel, "unsubscribe", _ => { });

    private void SendAbout(string channel, string name, Action<Utf8JsonWriter> writeMore) => Send(SocketIoEvent.Write(name, w =>
    {
        w.WriteString("type", channel);
        if (!TelecomXTopics.IsAdmin(channel))
            w.WriteString("customer", Ticket.Customer);
        writeMore(w);
    }));

    private void Subscribed(ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        var channel = _events.ReadChannel(payload, ref reader);

        // Without a name, which no sample shows, it can only mean the one that waits longest.
        channel ??= Topics.Unanswered is [var oldest, ..] ? oldest : null;
        if (channel is null || !Topics.Confirm(channel, $"subscribed {channel}"))
            return;
        _subscribeTimers.Cancel(channel);
        ReadyIfSettled();
    }

    private void SubscribeTimeElapsed(string channel)
    {
        if (RecycleFor(channel, TelecomXFaults.NotRestored(_server, channel, SubscribeTimeout)))
            return;
        Refuse(channel, TelecomXFaults.NotConfirmed(channel, Ticket.Customer, Ticket.AccessLevel, SubscribeTimeout));
        ReadyIfSettled();
    }

    /// <summary>Refuses what needs a channel, and gives back the other channels that it alone had.</summary>
    private void Refuse(string channel, PbxException error)
    {
        foreach (var orphan in Topics.Refuse(channel, error))
            GiveBack(orphan);
    }

    private void GiveBack(string channel)
    {
        _subscribeTimers.Cancel(channel);
        if (IsAuthenticated)
            SendUnsubscribe(channel);
    }
}
