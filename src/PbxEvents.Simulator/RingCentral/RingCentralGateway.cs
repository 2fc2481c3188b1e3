using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>What the gateway asks of the simulator that it belongs to.</summary>
/// <param name="Record">Adds a line to the log.</param>
/// <param name="RunInBackground">Runs something beside everything else.</param>
/// <param name="NewId">A new id.</param>
/// <param name="Rest">Answers a REST request: method, path, query.</param>
internal sealed record GatewayServices(
    Action<SimulatorLogKind, string, string, SimulatorLink> Record,
    Action<Func<Task>> RunInBackground,
    Func<string> NewId,
    Func<string, string, (int Status, JsonNode? Body)> Rest);

/// <summary>
/// The WebSocket gateway: sessions, recovery, the subscription, REST over the socket, time-outs (ringcentral.md sections 4 to
/// 6). Safe from any thread.
/// </summary>
/// <param name="options">Sizes and times.</param>
/// <param name="owner">The subscriber's own extension.</param>
/// <param name="account">The account's id.</param>
/// <param name="faults">The faults that last.</param>
/// <param name="services">The simulator.</param>
/// <param name="clock">The clock.</param>
internal sealed class RingCentralGateway(
    RingCentralSimulatorOptions options, string owner, string account, FaultState faults, GatewayServices services, TimeProvider clock)
{
    private const string SubscriptionPath = "/restapi/v1.0/subscription";

    private readonly Dictionary<string, GatewaySession> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<PlainSocket, GatewaySession> _byLink = [];
    private readonly Dictionary<PlainSocket, DateTimeOffset> _touched = [];
    private readonly object _lock = new();
    private int _recoveriesToFail;
    private int _tokensToRefuse;

    /// <summary>What the sessions with a link are subscribed to.</summary>
    public IReadOnlyList<(SimulatorLink Link, string Topic)> Subscriptions
    {
        get
        {
            lock (_lock)
            {
                return [.. _sessions.Values.Where(s => s.Link is not null)
                    .SelectMany(s => s.Filters.Except(s.Disabled).Select(f => ((SimulatorLink)s.Link!, f.Text)))];
            }
        }
    }

    /// <summary>The next recoveries are answered with Failed.</summary>
    public void FailRecoveries(int count)
    {
        lock (_lock)
            _recoveriesToFail = count;
    }

    /// <summary>The next recovery tokens are answered with WSG-400.</summary>
    public void RefuseTokens(int count)
    {
        lock (_lock)
            _tokensToRefuse = count;
    }

    /// <summary>A server that was restarted knows no session.</summary>
    public void Forget()
    {
        lock (_lock)
            _sessions.Clear();
    }

    /// <summary>Every subscription ends without a word, as one that has expired.</summary>
    public void LoseSubscriptions()
    {
        lock (_lock)
        {
            foreach (var session in _sessions.Values)
                Clear(session);
        }
    }

    /// <summary>Ends every session's link with an error.</summary>
    /// <param name="code">The code.</param>
    /// <param name="message">What it means.</param>
    public void EndLinks(string code, string message)
    {
        lock (_lock)
        {
            foreach (var link in _byLink.Keys)
                End(link, code, message);
        }
    }

    /// <summary>A link is open: the first frame goes out, and what was missed.</summary>
    /// <param name="link">The link.</param>
    /// <param name="oauthSession">Whose token opened it.</param>
    /// <param name="resume">The recovery token; null for none.</param>
    public void Opened(PlainSocket link, string oauthSession, string? resume)
    {
        lock (_lock)
        {
            if (resume is null)
            {
                Start(link, oauthSession, null, null);
            }
            else if (_tokensToRefuse > 0 || !TryReadToken(resume, out var key, out var sequence))
            {
                _tokensToRefuse = Math.Max(0, _tokensToRefuse - 1);
                services.Record(SimulatorLogKind.AuthenticationRefused, "recovery", "WSG-400", link);
                End(link, "WSG-400", "Malformed recovery token");
                return;
            }
            else
            {
                Recover(link, oauthSession, key, sequence);
            }
        }

        services.RunInBackground(() => WatchAsync(link));
    }

    /// <summary>A link is gone; its session waits for another.</summary>
    /// <param name="link">The link.</param>
    public void Closed(PlainSocket link)
    {
        lock (_lock)
        {
            if (!_byLink.Remove(link, out var session) || session.Link != link)
                return;
            session.Link = null;
            session.LostAt = clock.GetUtcNow();
        }
    }

    /// <summary>A frame came in.</summary>
    /// <param name="link">The link.</param>
    /// <param name="text">The frame.</param>
    public void Received(PlainSocket link, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 && root[0].ValueKind == JsonValueKind.Object)
            {
                Handle(link, root[0], root.GetArrayLength() > 1 ? root[1] : default);
                return;
            }
        }
        catch (JsonException)
        {
            // Answered below, together with JSON that is no frame.
        }

        services.Record(SimulatorLogKind.Unexpected, "frame", text.Length > 200 ? text[..200] : text, link);
        link.Post(Frame("Error", services.NewId(), 400, RingCentralErrors.Body("WSG-400", "Malformed frame"), null), faults.Delay);
    }

    /// <summary>The frames that a notification becomes, and who gets them. A session without a link keeps its own.</summary>
    /// <param name="uuid">The notification's id.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="entry">Its place in the log.</param>
    public IReadOnlyList<(SimulatorLink Link, string Text)> Deliver(string uuid, RingCentralNotification notification, SimulatorLogEntry entry)
    {
        var frames = new List<(SimulatorLink, string)>();
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            foreach (var session in _sessions.Values.ToList())
            {
                if (session.Link is null && now - session.LostAt > options.RecoveryTimeout)
                {
                    _sessions.Remove(session.Key);
                    continue;
                }

                var path = session.Filters.Except(session.Disabled).Select(f => f.PathOf(notification, account, owner)).FirstOrDefault(p => p is not null);
                if (path is null)
                    continue;
                var text = NotificationFrame(session, session.Next(), uuid, path, notification, now);
                session.Keep(text, entry);
                if (session.Link is { } link)
                    frames.Add((link, text));
            }
        }

        return frames;
    }

    /// <summary>True when anybody asks for a notification.</summary>
    /// <param name="notification">The notification.</param>
    public bool IsWanted(RingCentralNotification notification)
    {
        lock (_lock)
            return _sessions.Values.Any(s => s.Filters.Any(f => f.PathOf(notification, account, owner) is not null));
    }

    private static bool TryReadToken(string token, out string key, out long sequence)
    {
        var dot = token.LastIndexOf('.');
        key = dot < 0 ? "" : token[..dot];
        sequence = 0;
        return key.Length > 0 && key.All(char.IsAsciiHexDigit) && long.TryParse(token[(dot + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out sequence);
    }

    private static string Frame(string type, string id, int status, JsonNode? body, JsonObject? wsc, JsonObject? headers = null)
    {
        var meta = new JsonObject { ["type"] = type, ["messageId"] = id, ["status"] = status, ["headers"] = headers ?? [] };
        if (wsc is not null)
            meta["wsc"] = wsc;
        var frame = new JsonArray(meta);
        if (body is not null)
            frame.Add(body);
        return frame.ToJsonString();
    }

    private static JsonObject Token(GatewaySession session, long sequence) => new() { ["token"] = session.TokenAt(sequence), ["sequence"] = sequence };

    private static void Clear(GatewaySession session)
    {
        session.SubscriptionId = null;
        session.Filters = session.Disabled = [];
    }

    // ---- sessions --------------------------------------------------------------------------------------------------

    private void Recover(PlainSocket link, string oauthSession, string key, long sequence)
    {
        var session = _sessions.GetValueOrDefault(key);
        var isExpired = session is { Link: null } && clock.GetUtcNow() - session.LostAt > options.RecoveryTimeout;
        var problem = session is null || session.SubscriptionId is null ? "WSG-1005"
            : session.OAuthSession != oauthSession ? "WSG-1003"
            : isExpired || _recoveriesToFail > 0 ? ""
            : null;
        if (problem is not null || session is null)
        {
            _recoveriesToFail = Math.Max(0, _recoveriesToFail - 1);
            services.Record(SimulatorLogKind.AuthenticationRefused, "recovery", $"Failed {problem}".TrimEnd(), link);
            if (session is not null && problem != "WSG-1003")
                _sessions.Remove(key);
            Start(link, oauthSession, "Failed", problem);
            return;
        }

        if (session.Link is { } old)
        {
            _byLink.Remove(old);
            old.Drop();
        }

        session.Link = link;
        _byLink[link] = session;
        var replayed = session.After(sequence);
        var missed = session.Sequence - sequence;
        services.Record(SimulatorLogKind.Authenticated, "recovery", $"Successful missed {missed} lost {missed - replayed.Count}", link);
        link.Post(Details(session, sequence, "Successful", null), faults.Delay);
        foreach (var kept in replayed)
            kept.Entry.FollowReplay(link.Number, link.Post(kept.Text, faults.Delay));
    }

    private void Start(PlainSocket link, string oauthSession, string? state, string? code)
    {
        var session = new GatewaySession(services.NewId(), oauthSession, options.RecoveryBufferSize) { Link = link };
        _sessions[session.Key] = session;
        _byLink[link] = session;
        link.Post(Details(session, session.Sequence, state, code), faults.Delay);
    }

    private string Details(GatewaySession session, long sequence, string? state, string? code)
    {
        var body = new JsonObject
        {
            ["creationTime"] = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture),
            ["maxConnectionsPerSession"] = 50,
            ["recoveryBufferSize"] = options.RecoveryBufferSize,
            ["recoveryTimeout"] = options.RecoveryTimeout.TotalSeconds,
            ["idleTimeout"] = options.IdleTimeout.TotalSeconds,
            ["absoluteTimeout"] = options.AbsoluteTimeout.TotalSeconds,
            ["maxActiveRequests"] = options.MaxActiveRequests,
        };
        if (state is not null)
            body["recoveryState"] = state;
        if (!string.IsNullOrEmpty(code))
            body["recoveryErrorCode"] = code;
        return Frame("ConnectionDetails", services.NewId(), 200, body, Token(session, sequence));
    }

    private void End(PlainSocket link, string code, string message)
    {
        link.Post(Frame("Error", services.NewId(), 400, RingCentralErrors.Body(code, message), null), TimeSpan.Zero);
        link.Close(1000, code);
    }

    private async Task WatchAsync(PlainSocket link)
    {
        var openedAt = clock.GetUtcNow();
        link.Channel.PingReceived = () => Touch(link);
        Touch(link);
        try
        {
            while (true)
            {
                TimeSpan idle, age;
                lock (_lock)
                {
                    if (!_byLink.ContainsKey(link))
                        return;
                    idle = options.IdleTimeout - (clock.GetUtcNow() - _touched[link]);
                    age = options.AbsoluteTimeout - (clock.GetUtcNow() - openedAt);
                    if (idle <= TimeSpan.Zero || age <= TimeSpan.Zero)
                    {
                        End(link, age <= TimeSpan.Zero ? "WSG-903" : "WSG-902", age <= TimeSpan.Zero ? "Absolute timeout" : "Idle timeout");
                        return;
                    }
                }

                await clock.WaitInFullAsync(idle < age ? idle : age, link.Channel.Link.Closed);
            }
        }
        catch (OperationCanceledException)
        {
            // The link ended before either time was over.
        }
        finally
        {
            lock (_lock)
                _touched.Remove(link);
        }
    }

    private void Touch(PlainSocket link)
    {
        lock (_lock)
            _touched[link] = clock.GetUtcNow();
    }

    // ---- frames ----------------------------------------------------------------------------------------------------

    private void Handle(PlainSocket link, JsonElement meta, JsonElement body)
    {
        Touch(link);
        var id = Text(meta, "messageId") ?? "";
        switch (Text(meta, "type"))
        {
            case "Heartbeat":
                services.Record(SimulatorLogKind.Request, "Heartbeat", "", link);
                link.Post(new JsonArray(new JsonObject { ["type"] = "Heartbeat", ["messageId"] = id }).ToJsonString(), faults.Delay);
                break;
            case "ClientRequest":
                Request(link, id, Text(meta, "method") ?? "", (Text(meta, "path") ?? "").TrimEnd('/'), body);
                break;
            default:
                services.Record(SimulatorLogKind.Unexpected, Text(meta, "type") ?? "frame", "", link);
                break;
        }
    }

    private void Request(PlainSocket link, string id, string method, string path, JsonElement body)
    {
        services.Record(SimulatorLogKind.Request, $"{method} {path}", body.ValueKind == JsonValueKind.Undefined ? "" : body.GetRawText(), link);
        lock (_lock)
        {
            if (!_byLink.TryGetValue(link, out var session))
                return;
            if (++session.ActiveRequests > options.MaxActiveRequests)
            {
                services.Record(SimulatorLogKind.Unexpected, "too many requests", $"{session.ActiveRequests}", link);
                Reply(link, session, id, 429, RingCentralErrors.Body("CMN-301", "Too many active requests"), TimeSpan.Zero);
                return;
            }

            if (!path.StartsWith(SubscriptionPath, StringComparison.Ordinal))
            {
                var (status, answer) = services.Rest(method, path);
                Reply(link, session, id, status, answer, TimeSpan.Zero);
                return;
            }

            var fault = method is "POST" or "PUT" ? faults.TakeSubscribe() : default;
            if (fault.Kind == SubscribeKind.Silent)
            {
                services.Record(SimulatorLogKind.SubscribeRefused, path, "silent", link);
                return;
            }

            var reply = fault.Kind == SubscribeKind.Refused
                ? Refuse(link, "", 403, "CMN-401", "In order to call this API endpoint, application needs a permission")
                : Subscription(link, session, method, path[SubscriptionPath.Length..].TrimStart('/'), body);
            Reply(link, session, id, reply.Status, reply.Body, fault.Delay);
        }
    }

    private void Reply(PlainSocket link, GatewaySession session, string id, int status, JsonNode? body, TimeSpan delay)
    {
        var headers = new JsonObject { ["RCRequestId"] = services.NewId() };
        if (session.SubscriptionId is { } subscription)
            headers["WSG-SubscriptionId"] = subscription;
        var frame = Frame("ClientRequest", id, status, body, Token(session, session.Sequence), headers);
        if (delay > TimeSpan.Zero)
            services.RunInBackground(LaterAsync);
        else
            _ = PostAsync();

        async Task LaterAsync()
        {
            await Task.Delay(delay, clock, link.Channel.Link.Closed);
            await PostAsync();
        }

        async Task PostAsync()
        {
            await link.Post(frame, faults.Delay);
            lock (_lock)
                session.ActiveRequests--;
        }
    }

    // ---- the subscription --------------------------------------------------------------------------------------------

    private (int Status, JsonNode? Body) Subscription(PlainSocket link, GatewaySession session, string method, string id, JsonElement body)
    {
        if (method == "POST" && id.Length == 0)
            return Subscribe(link, session, body, isNew: true);
        if (id.Length == 0 || id != session.SubscriptionId)
            return (404, RingCentralErrors.Body("SUB-507", "The subscription has expired"));
        switch (method)
        {
            case "PUT":
                return Subscribe(link, session, body, isNew: false);
            case "GET":
                return (200, Describe(session));
            case "DELETE":
                services.Record(SimulatorLogKind.Unsubscribed, id, "", link);
                Clear(session);
                return (204, null);
            default:
                return (405, RingCentralErrors.Body("CMN-101", "Method not allowed"));
        }
    }

    private (int Status, JsonNode? Body) Subscribe(PlainSocket link, GatewaySession session, JsonElement body, bool isNew)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("eventFilters", out var wanted) || wanted.ValueKind != JsonValueKind.Array
            || wanted.GetArrayLength() == 0)
        {
            return Refuse(link, "", 400, "SUB-508", "Parameter [eventFilters] is invalid");
        }

        var filters = new List<GatewayFilter>();
        foreach (var text in wanted.EnumerateArray().Select(w => w.ToString()))
        {
            if (GatewayFilter.Parse(text, out var problem) is not { } filter)
                return Refuse(link, text, problem == "SUB-408" ? 403 : 400, problem, $"Event filter [{text}] is not valid");
            filters.Add(filter);
        }

        // A second POST replaces the first without a word (section 5.2).
        if (isNew)
            Clear(session);
        session.SubscriptionId ??= services.NewId();
        foreach (var filter in filters.Where(f => session.Filters.All(o => o.Text != f.Text)))
            services.Record(SimulatorLogKind.Subscribed, filter.Text, session.SubscriptionId, link);
        session.Filters = filters;
        session.Disabled = [.. filters.Where(f => options.DisabledFilters.Contains(f.Text))];
        return (200, Describe(session));
    }

    private JsonObject Describe(GatewaySession session) => new()
    {
        ["id"] = session.SubscriptionId,
        ["uri"] = $"https://platform.example.test{SubscriptionPath}/{session.SubscriptionId}",
        ["status"] = "Active",
        ["eventFilters"] = new JsonArray([.. session.Filters.Except(session.Disabled).Select(f => (JsonNode)f.Text)]),
        ["disabledFilters"] = new JsonArray([.. session.Disabled.Select(f => (JsonNode)new JsonObject
        {
            ["filter"] = f.Text,
            ["reason"] = "CMN-401",
            ["message"] = "Permission is missing",
        })]),
        ["creationTime"] = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture),
        ["expiresIn"] = 604800,
        ["deliveryMode"] = new JsonObject { ["transportType"] = "WebSocket", ["encryption"] = false },
    };

    private (int Status, JsonNode? Body) Refuse(PlainSocket link, string what, int status, string code, string message)
    {
        services.Record(SimulatorLogKind.SubscribeRefused, what, code, link);
        return (status, RingCentralErrors.Body(code, message));
    }

    private string NotificationFrame(
        GatewaySession session, long sequence, string uuid, string path, RingCentralNotification notification, DateTimeOffset now)
    {
        var body = new JsonObject
        {
            ["uuid"] = uuid,
            ["event"] = path,
            ["timestamp"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["subscriptionId"] = session.SubscriptionId,
            ["ownerId"] = owner,
            ["body"] = notification.Body.DeepClone(),
        };
        return Frame("ServerNotification", uuid, 200, body, options.TokensOnNotifications ? Token(session, sequence) : null,
            new JsonObject { ["RCRequestId"] = services.NewId() });
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
