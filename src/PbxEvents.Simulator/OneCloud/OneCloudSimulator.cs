using System.Collections.Concurrent;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;
using PbxEvents.Simulator.SocketIo;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>OneCloud's server side: token endpoint, look-up of the socket's hosts, the six streams (onecloud.md), and the call records.</summary>
public sealed class OneCloudSimulator : SocketIoSimulator
{
    /// <summary>The fault that ends every subscription with <c>subscription_error</c> and leaves the links open.</summary>
    public const string SubscriptionErrorFault = "SubscriptionError";

    /// <summary>The scenario in which a person moves an answered call to another device of the same extension.</summary>
    internal const string MovedScenario = "Moved";

    private static readonly Scenario[] OwnScenarios =
    [
        // OneCloud tells nothing of registrations and trunks, and has no requests between clients. A menu's records belong to no
        // stream, and no record is known that shows a park slot, a pick-up or a conference.
        .. ScenarioBook.All.Where(s => s.Name is not ("Registration" or "TrunkDown" or "TrunkUp" or "Request" or "MenuAbandoned" or "Parked"
            or "PickedUp" or "Conference")),
        new(MovedScenario, c =>
        [
            new CallOffered(), new LegOffered(1, c.Extension), new LegRinging(1), new LegAnswered(1), new CallTransferred(1, 2, IsAttended: false),
            new LegOffered(2, c.Extension, Device: 2), new LegEnded(1, EndReason.Transferred), new LegRinging(2), new LegAnswered(2),
            new LegEnded(2, EndReason.Hangup), new CallEnded(EndReason.Hangup, ByCaller: false),
        ]),
    ];

    private readonly ConcurrentDictionary<SocketIoSocket, OneCloudClient> _clients = new();
    private readonly OneCloudSimulatorOptions _options;
    private readonly OneCloudAccount _account;
    private readonly OneCloudAccounts _accounts;
    private readonly OneCloudRenderer _renderer;
    private string? _accessToken;

    internal OneCloudSimulator(SimulatorOptions options)
        : base(options)
    {
        _options = options as OneCloudSimulatorOptions ?? new OneCloudSimulatorOptions(options);
        var domain = options.Domain ?? "simulator.example";
        _account = new OneCloudAccount(options.UserName ?? $"1001@{domain}", Password, domain, "simulator-client", Ids.Hex("client secret", 20));
        _accounts = new OneCloudAccounts(Tokens, _options, _account)
        {
            Asked = (grant, error) =>
                Record(error is null ? SimulatorLogKind.Authenticated : SimulatorLogKind.AuthenticationRefused, grant, error ?? _account.UserName),
        };
        _accounts.Map(Routes, () => _options.HostAnswer ?? $$"""{"config-name":"PORTAL_SOCKET_HOSTNAME","config-value":"{{Server.Authority}}"}""");
        _renderer = new OneCloudRenderer(domain, Clock);
        new OneCloudHistory(domain, _account.UserName.Split('@')[0], Calls, Directory)
            .Map(Routes, _accounts.IsGood, () => Faults.RefusesRecords, _options.Scope);
    }

    /// <inheritdoc/>
    public override string Provider => "OneCloud";

    /// <inheritdoc/>
    public override string UserName => _account.UserName;

    /// <summary>The domain. A client learns it at login; with a ready token it must be given.</summary>
    public override string Domain => _account.Domain;

    /// <inheritdoc/>
    public override string ClientId => _account.ClientId;

    /// <inheritdoc/>
    public override string ClientSecret => _account.ClientSecret;

    /// <summary>A ready token; a new one when the last was ended.</summary>
    public override string AccessToken => _accessToken = _accounts.IsValid(_accessToken) ? _accessToken! : _accounts.Issue();

    /// <inheritdoc/>
    public override IReadOnlyList<string> FaultNames { get; } = [.. SimulatorFaults.Names, SimulatorFaults.NoRecords, SimulatorFaults.LateRecords, SubscriptionErrorFault];

    private protected override IEnumerable<(SimulatorLink Link, string Topic)> HeldTopics =>
        _clients.Values.SelectMany(c => c.Streams.Select(s => ((SimulatorLink)c.Socket, s.ToString())));

    private protected override IReadOnlyList<Scenario> Scenarios => OwnScenarios;

    /// <summary>Sends an event, whatever its name and payload, to the clients that are subscribed to a stream.</summary>
    /// <param name="name">The event's name on the socket.</param>
    /// <param name="json">Its payload as JSON.</param>
    /// <param name="type">The stream's type.</param>
    /// <param name="filter">The stream's filter; empty for none.</param>
    /// <param name="subtype">The stream's subtype; empty for none.</param>
    /// <param name="cancellationToken">Stops waiting for room in a client's queue.</param>
    /// <returns>The log's entry.</returns>
    public Task<SimulatorLogEntry> SendEventAsync(
        string name, string json, string type, string filter = "", string subtype = "", CancellationToken cancellationToken = default) =>
        SendAsync(new OneCloudEvent(name, PbxCategory.Unknown, json, [new OneCloudStream(type, filter, subtype)]), null, cancellationToken);

    private protected override string CreateCallId(SimulatedCall call) => OneCloudRecords.OriginOf(call);

    private protected override async Task RenderAsync(SimulatedCall call, ScenarioStep step, CancellationToken cancellationToken)
    {
        foreach (var oneCloudEvent in _renderer.Render(call, step))
            await SendAsync(oneCloudEvent, call, cancellationToken);
    }

    private protected override void OnConnected(SocketIoSocket socket) => _clients[socket] = new OneCloudClient(socket);

    private protected override void OnDisconnected(SocketIoSocket socket) => _clients.TryRemove(socket, out _);

    private protected override async Task OnReceivedAsync(SocketIoEvent received)
    {
        if (!_clients.TryGetValue(received.Socket, out var client))
            return;
        // Ten thousand subscriptions in one go: their confirmations must not overrun the queue. Its end counts as room.
        await client.Socket.WaitForRoomAsync(CancellationToken.None);
        if (received.Name == "subscribe")
            Subscribe(client, received);
        else
            Record(SimulatorLogKind.Unexpected, received.Name, "", client.Socket);
    }

    private protected override Task ApplyFaultAsync(SimulatorFault fault, CancellationToken cancellationToken)
    {
        if (fault.Name != SubscriptionErrorFault)
            return base.ApplyFaultAsync(fault, cancellationToken);
        foreach (var client in _clients.Values)
        {
            client.Clear();
            client.Socket.Emit("subscription_error", """{"message":"token expired"}""");
        }

        return Task.CompletedTask;
    }

    /// <summary>Section 2: over the limit everything is 403, without a word.</summary>
    private protected override ServerResponse RateLimited(ServerRequest request, TimeSpan retryAfter) => ServerResponse.Plain(403, "Forbidden");

    private void Subscribe(OneCloudClient client, SocketIoEvent received)
    {
        var answer = Faults.TakeSubscribe();
        var stream = OneCloudStream.Read(received.Data);
        var name = stream?.ToString() ?? received.Data.Text("type") ?? "";
        var problem = answer.Kind != SubscribeKind.Normal ? answer.Kind.ToString()
            : stream is null ? "no such stream"
            : received.Data.Text("domain") != Domain ? "foreign domain"
            : _accounts.IsValid(received.Data.Text("bearer")) ? null
            : "bad token";
        if (problem is not null)
        {
            Record(SimulatorLogKind.SubscribeRefused, name, problem, client.Socket);
            if (answer.Kind == SubscribeKind.Refused || (problem == "bad token" && !_options.RefusesSilently))
            {
                client.Socket.Emit("subscription_error", """{"message":"invalid token"}""");
            }

            return;
        }

        After(answer.Delay, Confirm);

        void Confirm()
        {
            client.Subscribe(stream!);
            Record(SimulatorLogKind.Subscribed, name, "", client.Socket);
            var ways = _options.Confirmation;
            if (ways.HasFlag(OneCloudConfirmation.Callback))
                received.Ack("""{"status":"ok"}""");
            if (ways.HasFlag(OneCloudConfirmation.Subscribed))
                client.Socket.Emit("subscribed");
            if (ways.HasFlag(OneCloudConfirmation.Ack))
                client.Socket.Emit("ack");
            if (ways.HasFlag(OneCloudConfirmation.Status))
                client.Socket.Emit("status", $$"""{"status":{{SocketIoText.Quote(stream!.Confirmation(Domain))}}}""");
        }
    }

    private Task<SimulatorLogEntry> SendAsync(OneCloudEvent oneCloudEvent, SimulatedCall? call, CancellationToken cancellationToken)
    {
        var simulated = new SimulatedEvent(oneCloudEvent.Name, oneCloudEvent.Category, oneCloudEvent.Json)
        {
            CallId = call?.CallId is { Length: > 0 } id ? id : null,
            Topics = [.. oneCloudEvent.Streams.Select(s => s.ToString())],
        };
        return PublishAsync(simulated, () => FramesOf(oneCloudEvent), cancellationToken);
    }

    private IEnumerable<(SimulatorLink Link, string Text)> FramesOf(OneCloudEvent oneCloudEvent)
    {
        foreach (var client in _clients.Values.OrderBy(c => c.Socket.Number))
        {
            for (var i = client.CopiesOf(oneCloudEvent); i > 0; i--)
                yield return (client.Socket, SocketIoText.Event(oneCloudEvent.Name, oneCloudEvent.Json));
        }
    }
}
