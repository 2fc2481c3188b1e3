using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;
using PbxEvents.Simulator.SocketIo;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>TelecomX's server side: login, socket, snapshots, call records, requests between clients (telecomx.md).</summary>
public sealed class TelecomXSimulator : SocketIoSimulator
{
    /// <summary>The fault that answers the next Count logins (default 1) with 403 <c>blacklisted</c>.</summary>
    public const string BlacklistFault = "Blacklist";

    private readonly ConcurrentDictionary<SocketIoSocket, TelecomXClient> _clients = new();
    private readonly TelecomXSimulatorOptions _options;
    private readonly TelecomXIdentity _user;
    private readonly TelecomXPbx _pbx;
    private readonly TelecomXAccounts _accounts;
    private readonly TelecomXRenderer _renderer;
    private readonly TelecomXPartners _partners;
    private string? _accessToken;
    private int _lastEvent;

    internal TelecomXSimulator(SimulatorOptions options)
        : base(Check(options))
    {
        _options = options as TelecomXSimulatorOptions ?? new TelecomXSimulatorOptions(options);
        UserName = options.UserName ?? "user@simulator.example";
        _pbx = new TelecomXPbx(Ids, options.Domain ?? Ids.Hex("customer", 24), Directory, _options.UsesIds);
        _user = new TelecomXIdentity(_pbx.EmployeeOf("1001"), _pbx.Customer, _options.AccessLevel);
        _accounts = new TelecomXAccounts(Tokens, _options, _user, UserName, Password, Clock)
        {
            LoggedIn = (name, error) =>
                Record(error is null ? SimulatorLogKind.Authenticated : SimulatorLogKind.AuthenticationRefused, "login", error ?? name),
        };
        _accounts.Map(Routes);
        new TelecomXSnapshots(_pbx, _accounts, () => ActiveCalls, AllClients).Map(Routes);
        new TelecomXHistory(_pbx, _accounts, Calls, Faults, _options.RecordsNameSession, Clock).Map(Routes);
        _renderer = new TelecomXRenderer(_pbx);
        _partners = new TelecomXPartners(_pbx, AllClients, RunInBackground, time => PauseAsync(time, Stopping));
    }

    /// <inheritdoc/>
    public override string Provider => "TelecomX";

    /// <inheritdoc/>
    public override string UserName { get; }

    /// <summary>The customer's id. A client learns it at login; with a ready token it must be given.</summary>
    public override string Domain => _pbx.Customer;

    /// <summary>A machine token with the user's rights; a new one when the last was ended.</summary>
    public override string AccessToken => _accessToken = _accounts.Identify(_accessToken) is null ? _accounts.Issue(_user) : _accessToken!;

    /// <inheritdoc/>
    public override IReadOnlyList<string> FaultNames { get; } = [.. SimulatorFaults.Names, SimulatorFaults.NoRecords, SimulatorFaults.LateRecords, BlacklistFault];

    /// <summary>The id of the user's employee.</summary>
    public string Employee => _user.Employee;

    /// <summary>The id of the employee whose built-in client answers requests, with one instance.</summary>
    public string PartnerEmployee => _pbx.EmployeeOf("1002");

    /// <summary>The id of the employee for whom two built-in instances answer requests.</summary>
    public string TwinPartnerEmployee => _pbx.EmployeeOf("1003");

    private protected override IEnumerable<(SimulatorLink Link, string Topic)> HeldTopics =>
        _clients.Values.SelectMany(c => c.Channels.Select(n => ((SimulatorLink)c.Socket, n)));

    // No event tells of a park slot or a pick-up, and the only conferences are rooms that people call.
    private protected override IReadOnlyList<Scenario> Scenarios { get; } =
        [.. ScenarioBook.All.Where(s => s.Name is not ("Parked" or "PickedUp" or "Conference"))];

    /// <summary>Makes a machine token.</summary>
    /// <param name="accessLevel">Its rights.</param>
    /// <param name="employee">Whose it is; null for the user's.</param>
    /// <param name="customer">The customer; null for the simulated one.</param>
    /// <returns>The token.</returns>
    public string CreateToken(string accessLevel, string? employee = null, string? customer = null) =>
        _accounts.Issue(new TelecomXIdentity(employee ?? _user.Employee, customer ?? _pbx.Customer, accessLevel));

    /// <summary>Sends any event of the catalogue, or one that is in none.</summary>
    /// <param name="type">The kind: PBX, CALL, REGISTER, CONFIG, TRUNK, REDIS.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="json">Its fields as a JSON object; <c>customer</c>, <c>eventId</c> and <c>pbxServer</c> are added when absent.</param>
    /// <param name="cancellationToken">Stops waiting for room in a client's queue.</param>
    /// <returns>The log's entry.</returns>
    /// <exception cref="JsonException">The fields are no JSON object.</exception>
    public Task<SimulatorLogEntry> SendEventAsync(string type, string name, string json = "{}", CancellationToken cancellationToken = default)
    {
        var fields = JsonNode.Parse(json) as JsonObject ?? throw new JsonException("An event's fields are a JSON object.");
        if (!fields.ContainsKey("customer"))
            fields["customer"] = _pbx.Customer;
        if (type == "PBX" && !fields.ContainsKey("eventId"))
            fields["eventId"] = Ids.Hex($"event {Interlocked.Increment(ref _lastEvent)}", 24);
        if (type == "PBX" && !fields.ContainsKey("pbxServer"))
            fields["pbxServer"] = TelecomXPbx.Host;
        return SendAsync(new TelecomXEvent(type, name, fields), cancellationToken);
    }

    private protected override string CreateCallId(SimulatedCall call) => TelecomXRenderer.SessionOf(call);

    private protected override async Task RenderAsync(SimulatedCall call, ScenarioStep step, CancellationToken cancellationToken)
    {
        if (step is PartnerRequest)
        {
            await SendPartnerRequestAsync(call, cancellationToken);
            return;
        }

        foreach (var telecomXEvent in _renderer.Render(call, step))
            await SendAsync(telecomXEvent, cancellationToken);
    }

    private protected override void OnConnected(SocketIoSocket socket) => _clients[socket] = new TelecomXClient(socket, Clock.GetUtcNow());

    private protected override void OnDisconnected(SocketIoSocket socket) => _clients.TryRemove(socket, out _);

    private protected override Task OnReceivedAsync(SocketIoEvent received)
    {
        if (!_clients.TryGetValue(received.Socket, out var client))
            return Task.CompletedTask;
        switch (received.Name)
        {
            case "authenticate":
                Authenticate(client, received.Data);
                break;
            case "subscribe":
                Subscribe(client, received.Data);
                break;
            case "unsubscribe":
                Unsubscribe(client, received.Data);
                break;
            case "request":
                Record(SimulatorLogKind.Request, "request", received.Data.Text("request") ?? "", client.Socket);
                _partners.Request(client, received);
                break;
            case "reply":
                Record(SimulatorLogKind.Request, "reply", received.Data.Text("requestId") ?? "", client.Socket);
                _partners.Reply(client, received.Data);
                break;
            default:
                Record(SimulatorLogKind.Unexpected, received.Name, "", client.Socket);
                break;
        }

        return Task.CompletedTask;
    }

    private protected override Task ApplyFaultAsync(SimulatorFault fault, CancellationToken cancellationToken)
    {
        if (fault.Name != BlacklistFault)
            return base.ApplyFaultAsync(fault, cancellationToken);
        _accounts.BlacklistNext(fault.Count ?? 1);
        return Task.CompletedTask;
    }

    private static SimulatorOptions Check(SimulatorOptions options) =>
        options is TelecomXSimulatorOptions { AccessLevel: var level } && !TelecomXIdentity.IsLevel(level)
            ? throw new PbxException(PbxErrorKind.InvalidOption, $"TelecomX has no access level '{level}'.",
                "Use NO_LOGIN, PERSONAL, VIEWER, MANAGER, OWNER, RESELLER, RESELLER_ADMIN or ADMIN.")
            { Target = level, IsPermanent = true }
            : options;

    private IReadOnlyList<TelecomXClient> AllClients() => [.. _clients.Values.OrderBy(c => c.Socket.Number)];

    private void Authenticate(TelecomXClient client, JsonElement data)
    {
        if (_accounts.Identify(data.Text("token")) is { } identity && identity.Reaches("PERSONAL"))
        {
            client.Authenticated(identity, data);
            Record(SimulatorLogKind.Authenticated, "authenticate", $"{identity.AccessLevel} {client.Application} {client.InstanceId}".TrimEnd(), client.Socket);
            client.Socket.Emit("authenticated");
            return;
        }

        Record(SimulatorLogKind.AuthenticationRefused, "authenticate", "", client.Socket);
        if (_options.Refusal == "disconnect")
            client.Socket.Disconnect();
        else if (_options.Refusal is { } name)
            client.Socket.Emit(name, """{"message":"invalid_token"}""");
    }

    private void Subscribe(TelecomXClient client, JsonElement data)
    {
        var channel = data.Text("type") ?? "";
        var answer = Faults.TakeSubscribe();
        var problem = answer.Kind != SubscribeKind.Normal ? answer.Kind.ToString() : ProblemOf(client, channel, data.Text("customer"));
        if (problem is not null)
        {
            // No refusal is documented: the confirmation stays away (telecomx.md section 6).
            Record(SimulatorLogKind.SubscribeRefused, channel, problem, client.Socket);
            return;
        }

        After(answer.Delay, Confirm);

        void Confirm()
        {
            client.Subscribe(channel, data.Text("customer"), Names(data.Member(channel == "ADMIN" ? "types" : "events")));
            Record(SimulatorLogKind.Subscribed, channel, data.GetRawText(), client.Socket);
            client.Socket.Emit("subscribed", $$"""{"type":{{SocketIoText.Quote(channel)}}}""");
        }
    }

    private static string? ProblemOf(TelecomXClient client, string channel, string? customer)
    {
        if (client.Identity is not { } identity)
            return "not authenticated";
        var level = channel switch
        {
            "PBX" or "CONFIG" or "CONFIG-NOT-IPTV" => "PERSONAL",
            "REGISTER" or "CALL" => "VIEWER",
            "ADMIN" or "ADMIN:CONFIG" or "ADMIN:CALL" or "ADMIN:REGISTER" or "ADMIN:PBX" or "ADMIN:REALTIME" => "ADMIN",
            _ => null,
        };
        if (level is null)
            return "no such channel";
        if (!identity.Reaches(level))
            return $"{identity.AccessLevel} is below {level}";
        return level == "ADMIN" || customer == identity.Customer ? null : "foreign customer";
    }

    private static HashSet<string>? Names(JsonElement list) => list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!)]
        : null;

    private void Unsubscribe(TelecomXClient client, JsonElement data)
    {
        var channel = data.Text("type");
        client.Unsubscribe(channel);
        Record(SimulatorLogKind.Unsubscribed, channel ?? "all", "", client.Socket);
        client.Socket.Emit("unsubscribed");
    }

    private Task<SimulatorLogEntry> SendAsync(TelecomXEvent telecomXEvent, CancellationToken cancellationToken)
    {
        var json = telecomXEvent.ToJson(_options.Envelope);
        var simulated = new SimulatedEvent(telecomXEvent.Name, telecomXEvent.Category, json)
        {
            EventId = (string?)telecomXEvent.Fields["eventId"],
            Topics = [telecomXEvent.Type, $"ADMIN:{telecomXEvent.Type}", "ADMIN"],
            CallId = (string?)telecomXEvent.Fields["sessionId"] ?? (string?)telecomXEvent.Fields["callid"],
        };
        return PublishAsync(simulated, () => FramesOf(telecomXEvent, json), cancellationToken);
    }

    private IEnumerable<(SimulatorLink Link, string Text)> FramesOf(TelecomXEvent telecomXEvent, string json)
    {
        foreach (var client in AllClients())
        {
            if (client.ChannelOf(telecomXEvent) is { } channel)
            {
                yield return (client.Socket, SocketIoText.Event(_options.UsesChannelNames ? channel : telecomXEvent.Type, json));
            }
        }
    }

    private async Task SendPartnerRequestAsync(SimulatedCall call, CancellationToken cancellationToken)
    {
        var id = call.Hex("request", 12);
        var json = _partners.FromPartner(_user.Employee, id).ToJsonString();
        await PublishAsync(
            new SimulatedEvent("REQUEST", PbxCategory.Message, json) { EventId = id },
            () => AllClients().Where(c => c.Identity?.Employee == _user.Employee).Select(c => ((SimulatorLink)c.Socket, SocketIoText.Event("REQUEST", json))),
            cancellationToken);
    }
}
