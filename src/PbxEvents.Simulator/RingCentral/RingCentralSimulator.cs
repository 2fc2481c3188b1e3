using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>RingCentral's server side: OAuth, WebSocket tokens with their rate limit, sessions that can be recovered, REST (ringcentral.md), and the call log.</summary>
public sealed class RingCentralSimulator : PbxSimulator
{
    /// <summary>The fault that ends every session's link as the 24 h limit does, with WSG-903.</summary>
    public const string AbsoluteTimeoutFault = "AbsoluteTimeout";

    /// <summary>The fault that ends every session's link as silence does, with WSG-902.</summary>
    public const string IdleTimeoutFault = "IdleTimeout";

    /// <summary>The fault that answers the next Count recoveries (default 1) with Failed.</summary>
    public const string FailRecoveryFault = "FailRecovery";

    /// <summary>The fault that answers the next Count recovery tokens (default 1) with WSG-400.</summary>
    public const string BadRecoveryTokenFault = "BadRecoveryToken";

    /// <summary>The fault that ends every OAuth session with its refresh tokens.</summary>
    public const string RevokeSessionsFault = "RevokeSessions";

    /// <summary>The fault that ends every subscription without a word.</summary>
    public const string LoseSubscriptionFault = "LoseSubscription";

    internal const string Account = "900001";
    private const string OwnExtension = "1001";

    private readonly RingCentralAccounts _accounts;
    private readonly RingCentralGateway _gateway;
    private readonly RingCentralRenderer _renderer;
    private readonly Action _forgetTokens;
    private string? _accessToken;
    private int _lastId;

    internal RingCentralSimulator(SimulatorOptions options)
        : base(options)
    {
        var own = options as RingCentralSimulatorOptions ?? new RingCentralSimulatorOptions(options);
        UserName = options.UserName ?? "simulator-app";
        Jwt = Ids.Hex("jwt", 60);
        _accounts = new RingCentralAccounts(Tokens, own, UserName, Password, Jwt, OwnExtension, SocketAddress, Clock)
        {
            Judged = (isGood, what, detail) => Record(isGood ? SimulatorLogKind.Authenticated : SimulatorLogKind.AuthenticationRefused, what, detail),
        };
        var log = new RingCentralCallLog(Faults, Clock, own, Ids.Hex("call log", 8));
        _forgetTokens = log.ForgetTokens;
        _renderer = new RingCentralRenderer(Clock, log.Add);
        var rest = new RingCentralRest(_renderer, OwnExtension, r => _accounts.SessionOf(r) is not null, Clock, Directory);
        var services = new GatewayServices((kind, name, text, link) => Record(kind, name, text, link), RunInBackground, NewId, rest.Answer);
        _gateway = new RingCentralGateway(own, OwnExtension, Account, Faults, services, Clock);
        _accounts.Map(Routes);
        rest.Map(Routes);
        new RingCentralHistory(log, OwnExtension, own, Clock, Directory, rest.Known).Map(Routes, r => _accounts.SessionOf(r) is not null, () => Faults.RefusesRecords);
        Routes.Map("GET", "/ws", OpenSocket);
    }

    /// <inheritdoc/>
    public override string Provider => "RingCentral";

    /// <summary>The client id of the app.</summary>
    public override string UserName { get; }

    /// <inheritdoc/>
    public override string ClientId => UserName;

    /// <inheritdoc/>
    public override string ClientSecret => Password;

    /// <inheritdoc/>
    public override string Jwt { get; }

    /// <summary>A ready token in an OAuth session of its own; a new one when the last was ended.</summary>
    public override string AccessToken =>
        _accessToken = Tokens.Find(_accessToken, RingCentralAccounts.AccessKind) is null ? _accounts.IssueReady() : _accessToken!;

    /// <inheritdoc/>
    public override IReadOnlyList<string> FaultNames { get; } =
    [
        .. SimulatorFaults.Names, SimulatorFaults.NoRecords, SimulatorFaults.LateRecords, AbsoluteTimeoutFault, IdleTimeoutFault, FailRecoveryFault, BadRecoveryTokenFault, RevokeSessionsFault, LoseSubscriptionFault,
    ];

    private protected override IEnumerable<(SimulatorLink Link, string Topic)> HeldTopics => _gateway.Subscriptions;

    /// <summary>Phones and trunks, and requests between clients, are not among RingCentral's events.</summary>
    private protected override IReadOnlyList<Scenario> Scenarios { get; } =
        [.. ScenarioBook.All.Where(s => s.Name is not ("Registration" or "TrunkDown" or "TrunkUp" or "Request"
            or "MobileAnswered" or "ForwardedAnswered" or "ForwardedMissed"))];

    /// <summary>Sends any notification to the sessions whose filters ask for it.</summary>
    /// <param name="name">What it is about: the filter's path without account and extension, such as <c>message-store/instant</c>.</param>
    /// <param name="json">Its body as a JSON object.</param>
    /// <param name="category">Its category, for the log.</param>
    /// <param name="extension">The extension concerned; null for none.</param>
    /// <param name="cancellationToken">Stops waiting for room in a client's queue.</param>
    /// <returns>The log's entry.</returns>
    /// <exception cref="System.Text.Json.JsonException">The body is no JSON object.</exception>
    public Task<SimulatorLogEntry> SendNotificationAsync(
        string name, string json, PbxCategory category, string? extension = null, CancellationToken cancellationToken = default)
    {
        var body = JsonNode.Parse(json) as JsonObject ?? throw new System.Text.Json.JsonException("A notification's body is a JSON object.");
        return SendAsync(new RingCentralNotification(name, category, body) { Extension = extension }, cancellationToken);
    }

    private protected override string CreateCallId(SimulatedCall call) => RingCentralRenderer.SessionOf(call);

    private protected override async Task RenderAsync(SimulatedCall call, ScenarioStep step, CancellationToken cancellationToken)
    {
        foreach (var notification in _renderer.Render(call, step))
        {
            // Presence follows every change of a call; only those who ask for it have it in the log.
            if (notification.Category != PbxCategory.Presence || _gateway.IsWanted(notification))
                await SendAsync(notification, cancellationToken);
        }
    }

    private protected override ServerResponse RateLimited(ServerRequest request, TimeSpan retryAfter) =>
        RingCentralErrors.Http(429, "CMN-301", "Request rate exceeded", retryAfter);

    private protected override Task ForgetSessionsAsync()
    {
        _gateway.Forget();
        _forgetTokens();
        return Task.CompletedTask;
    }

    private protected override Task ApplyFaultAsync(SimulatorFault fault, CancellationToken cancellationToken)
    {
        switch (fault.Name)
        {
            case AbsoluteTimeoutFault:
                _gateway.EndLinks("WSG-903", "Absolute timeout");
                break;
            case IdleTimeoutFault:
                _gateway.EndLinks("WSG-902", "Idle timeout");
                break;
            case FailRecoveryFault:
                _gateway.FailRecoveries(fault.Count ?? 1);
                break;
            case BadRecoveryTokenFault:
                _gateway.RefuseTokens(fault.Count ?? 1);
                break;
            case RevokeSessionsFault:
                _accounts.RevokeAll();
                break;
            case LoseSubscriptionFault:
                _gateway.LoseSubscriptions();
                break;
            case SimulatorFaults.ExpireToken:
                // A refresh token lives for days; what expires is the access token.
                Tokens.Expire(t => t.Kind == RingCentralAccounts.AccessKind);
                break;
            default:
                return base.ApplyFaultAsync(fault, cancellationToken);
        }

        return Task.CompletedTask;
    }

    private string NewId() => Ids.Hex($"id {Interlocked.Increment(ref _lastId)}", 24);

    private Uri SocketAddress() => new UriBuilder(Server) { Scheme = Server.Scheme == "https" ? "wss" : "ws", Path = "/ws" }.Uri;

    private ServerResponse OpenSocket(ServerRequest request)
    {
        if (!request.IsWebSocket)
            return RingCentralErrors.Http(400, "CMN-101", "A WebSocket is expected");
        if (_accounts.TakeSocketToken(request.Parameter("access_token")) is not { } session)
        {
            Record(SimulatorLogKind.AuthenticationRefused, "socket", "");
            return RingCentralErrors.Http(401, "OAU-128", "The WebSocket token is not valid");
        }

        var resume = request.Parameter("wsc") is { Length: > 0 } token ? token : null;
        return AcceptLink(link => _gateway.Opened(link, session, resume), ReceiveAsync, _gateway.Closed);
    }

    private Task ReceiveAsync(PlainSocket link, ReceivedMessage message)
    {
        _gateway.Received(link, message.Text);
        return Task.CompletedTask;
    }

    private Task<SimulatorLogEntry> SendAsync(RingCentralNotification notification, CancellationToken cancellationToken)
    {
        var uuid = NewId();
        var simulated = new SimulatedEvent(notification.Name, notification.Category, notification.Body.ToJsonString())
        {
            EventId = uuid,
            CallId = notification.CallId,
            Topics = [$"/restapi/v1.0/account/~/{notification.Name}"],
        };
        return PublishAsync(simulated, entry => _gateway.Deliver(uuid, notification, entry), cancellationToken);
    }
}
