using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.PortSip;

/// <summary>
/// PortSIP's server side in its three versions: login and subscriptions on the WebSocket (portsip.md), and the call records of the REST
/// interface.
/// </summary>
public sealed class PortSipSimulator : PbxSimulator
{
    /// <summary>The fault that refuses the next Count logins (default 1).</summary>
    public const string RefuseLoginFault = "RefuseLogin";

    /// <summary>The fault that leaves the next Count logins (default 1) without an answer.</summary>
    public const string SilentLoginFault = "SilentLogin";

    // The event service has no voicemail, no word for a park slot or for a person who joins, no trunks and no requests between clients.
    private static readonly Scenario[] OwnScenarios =
    [
        .. ScenarioBook.All.Where(s => s.Name is not (
            "Voicemail" or "VoicemailNotLeft" or "Parked" or "Conference" or "TrunkDown" or "TrunkUp" or "Request")),
    ];

    /// <summary>The platform's own samples that are no JSON (portsip.md section 8), before everybody else's garbage.</summary>
    private static readonly string[] OwnGarbage =
    [
        """{"event_type":"queue_status","waiting_list":[{"position":"2","type":"normal/callback"}，"agents":[{"state":"QUEUE_CALL"}]]}""",
        """{"command":"subscribe","topics":["extension_events,"cdr_events"],"extensions":["102"]}""",
        """{"event_type":"extension_status","status":"none"}""",
        """{"event_type":"call_cdr","call_targets":{"callee":[]},"ended_time":{}}""",
        .. GarbageBook.Texts,
    ];

    private readonly ConcurrentDictionary<PlainSocket, PortSipClient> _clients = new();
    private readonly SemaphoreSlim _rendering = new(1, 1);
    private readonly PortSipSimulatorOptions _options;
    private readonly PortSipPbx _pbx;
    private readonly PortSipRenderer _renderer;
    private int _refusedLogins;
    private int _silentLogins;

    internal PortSipSimulator(SimulatorOptions options)
        : base(options)
    {
        _options = options as PortSipSimulatorOptions ?? new PortSipSimulatorOptions(options);
        _pbx = new PortSipPbx(Ids, options.Domain ?? "simulator.example", _options.Version, Directory);
        _renderer = new PortSipRenderer(_pbx, Clock);
        UserName = options.UserName ?? "administrator";
        ExtensionPassword = Ids.Hex("extension password", 20);
        SystemPassword = Ids.Hex("system password", 20);
        Routes.Map("GET", _options.Version == PortSipVersion.V22 ? "/wsi" : "/", request => request.IsWebSocket
            ? AcceptLink(link => _clients[link] = new PortSipClient(link), OnMessageAsync, link => _clients.TryRemove(link, out _))
            : ServerResponse.Json(400, """{"error":"no_websocket"}"""));
        var accounts = new PortSipAccounts(Tokens, _options)
        {
            IsUser = (name, domain, password) => RoleOf(name, domain, password) == PortSipRole.TenantAdministrator,
            Asked = (grant, name, isGood) => Record(isGood ? SimulatorLogKind.Authenticated : SimulatorLogKind.AuthenticationRefused, grant, name),
        };
        accounts.Map(Routes);
        new PortSipHistory(_pbx, Calls, Directory).Map(Routes, accounts.IsGood, () => Faults.RefusesRecords);
    }

    /// <inheritdoc/>
    public override string Provider => "PortSIP";

    /// <summary>The tenant's administrator.</summary>
    public override string UserName { get; }

    /// <summary>The tenant's SIP domain. An administrator of the system logs in without it.</summary>
    public override string Domain => _pbx.Domain;

    /// <summary>The tenant's id, for the global topics.</summary>
    public string TenantId => _pbx.TenantId;

    /// <summary>The SIP password of every extension: 1001 to 1004.</summary>
    public string ExtensionPassword { get; }

    /// <summary>The system's administrator (v22).</summary>
    public string SystemUserName { get; } = "system";

    /// <summary>The password that goes with <see cref="SystemUserName"/>.</summary>
    public string SystemPassword { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> FaultNames { get; } = [.. SimulatorFaults.Names, SimulatorFaults.NoRecords, SimulatorFaults.LateRecords, RefuseLoginFault, SilentLoginFault];

    private protected override IReadOnlyList<Scenario> Scenarios => OwnScenarios;

    private protected override IReadOnlyList<string> Garbage => OwnGarbage;

    private protected override IEnumerable<(SimulatorLink Link, string Topic)> HeldTopics =>
        _clients.Values.SelectMany(c => c.Topics.Select(t => ((SimulatorLink)c.Link, t)));

    /// <summary>Sends any event of the catalogue, or one that is in none, to the clients that are subscribed.</summary>
    /// <param name="topic">The topic, without <c>global_</c>.</param>
    /// <param name="json">The whole message as a JSON object with <c>event_type</c>; <c>tenant_id</c> is added when absent.</param>
    /// <param name="members">The extensions or queues it is about; empty for all that are subscribed to the topic.</param>
    /// <param name="cancellationToken">Stops waiting for room in a client's queue.</param>
    /// <returns>The log's entry.</returns>
    /// <exception cref="JsonException">The message is no JSON object.</exception>
    public Task<SimulatorLogEntry> SendEventAsync(
        string topic, string json, IReadOnlyList<string>? members = null, CancellationToken cancellationToken = default)
    {
        var fields = JsonNode.Parse(json) as JsonObject ?? throw new JsonException("A message is a JSON object.");
        if (!fields.ContainsKey("tenant_id"))
            fields["tenant_id"] = TenantId;
        return SendAsync(new PortSipMessage(topic, PbxCategory.Unknown, fields) { Members = members ?? [] }, null, cancellationToken);
    }

    private protected override string CreateCallId(SimulatedCall call) => PortSipRenderer.SessionOf(call);

    private protected override async Task RenderAsync(SimulatedCall call, ScenarioStep step, CancellationToken cancellationToken)
    {
        // What an extension does depends on all calls, so overlapping ones are rendered one after the other.
        await _rendering.WaitAsync(cancellationToken);
        try
        {
            foreach (var message in _renderer.Render(call, step, ActiveCalls, _options.SendsTargets))
                await SendAsync(message, null, cancellationToken);
        }
        finally
        {
            _rendering.Release();
        }
    }

    private protected override Task ApplyFaultAsync(SimulatorFault fault, CancellationToken cancellationToken)
    {
        switch (fault.Name)
        {
            case RefuseLoginFault:
                Volatile.Write(ref _refusedLogins, fault.Count ?? 1);
                return Task.CompletedTask;
            case SilentLoginFault:
                Volatile.Write(ref _silentLogins, fault.Count ?? 1);
                return Task.CompletedTask;
            default:
                return base.ApplyFaultAsync(fault, cancellationToken);
        }
    }

    private protected override Task StopCoreAsync()
    {
        _clients.Clear();
        return Task.CompletedTask;
    }

    private async Task OnMessageAsync(PlainSocket link, ReceivedMessage message)
    {
        if (!_clients.TryGetValue(link, out var client))
            return;
        JsonElement data;
        try
        {
            using var document = JsonDocument.Parse(message.Text);
            data = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            Record(SimulatorLogKind.Unexpected, "no JSON", "", link);
            return;
        }

        client.Commands++;
        switch (Text(data, "command"))
        {
            case "auth":
                LogIn(client, data);
                break;
            case "subscribe" when client.Role != PortSipRole.None:
                await SubscribeAsync(client, data);
                break;
            case "unsubscribe" when client.Role != PortSipRole.None:
                Unsubscribe(client, data);
                break;
            default:
                Record(SimulatorLogKind.Unexpected, Text(data, "command") ?? "no command", "", link);
                break;
        }
    }

    // ---- login -------------------------------------------------------------------------------------------------------

    private void LogIn(PortSipClient client, JsonElement data)
    {
        if (Take(ref _silentLogins))
        {
            Record(SimulatorLogKind.Unexpected, "auth", "not answered", client.Link);
            return;
        }

        var role = Take(ref _refusedLogins) ? PortSipRole.None : RoleOf(data);
        var name = Text(data, "extension_number") ?? Text(data, "username") ?? "";
        Record(role == PortSipRole.None ? SimulatorLogKind.AuthenticationRefused : SimulatorLogKind.Authenticated, "auth", name, client.Link);
        client.Role = role;

        // v16.0 answers in the events page's form, the later ones in the newer form (section 2).
        var isOld = _options.Version == PortSipVersion.V160;
        client.Link.Post((role, isOld) switch
        {
            (PortSipRole.None, true) => """{"error":"name or password error","status":-1}""",
            (PortSipRole.None, false) =>
                $$"""{"command":"auth","error":"access_token , username , domain or password error","id":"{{client.Commands}}","status":-1}""",
            (_, true) => """{"status":0}""",
            _ => $$"""{"command":"auth","id":"{{client.Commands}}","status":0}""",
        }, Faults.Delay);
    }

    /// <summary>Uses up one of a fault's turns; many links may log in at a time.</summary>
    private static bool Take(ref int left)
    {
        if (Volatile.Read(ref left) <= 0)
            return false;
        return Interlocked.Decrement(ref left) >= 0;
    }

    private PortSipRole RoleOf(JsonElement data)
    {
        var password = Text(data, "password");
        if (Text(data, "domain") is not { } domain)
        {
            return _options.Version == PortSipVersion.V22 && Text(data, "username") == SystemUserName && password == SystemPassword
                ? PortSipRole.SystemAdministrator : PortSipRole.None;
        }

        if (domain != Domain)
            return PortSipRole.None;
        if (Text(data, "extension_number") is { } extension)
        {
            return _options.Version != PortSipVersion.V160 && PortSipPbx.Extensions.Contains(extension) && password == ExtensionPassword
                ? PortSipRole.Extension : PortSipRole.None;
        }

        return RoleOf(Text(data, "username"), domain, password);
    }

    private PortSipRole RoleOf(string? name, string domain, string? password) =>
        name == UserName && domain == Domain && password == Password ? PortSipRole.TenantAdministrator : PortSipRole.None;

    // ---- subscriptions -------------------------------------------------------------------------------------------------

    private async Task SubscribeAsync(PortSipClient client, JsonElement data)
    {
        var answer = Faults.TakeSubscribe();
        foreach (var topic in Texts(data, "topics"))
        {
            var members = Texts(data, FieldOf(topic));
            var name = members.Count == 0 ? topic : $"{topic} {string.Join(',', members)}";
            if (!IsTopic(topic) || answer.Kind != SubscribeKind.Normal)
            {
                Record(SimulatorLogKind.SubscribeRefused, name, IsTopic(topic) ? answer.Kind.ToString() : "no such topic", client.Link);
                if (answer.Kind != SubscribeKind.Silent)
                    Answer(client, "subscribe", "permission denied");
                continue;
            }

            if (answer.Delay > TimeSpan.Zero)
            {
                RunInBackground(async () =>
                {
                    await PauseAsync(answer.Delay, Stopping);
                    await ConfirmAsync(client, topic, members, name);
                });
                continue;
            }

            await ConfirmAsync(client, topic, members, name);
        }
    }

    private async Task ConfirmAsync(PortSipClient client, string topic, IReadOnlyList<string> members, string name)
    {
        if (!HasRight(client.Role, topic))
        {
            // Section 3: a missing right shows as no events, not as an error.
            Answer(client, "subscribe", null);
            Record(SimulatorLogKind.SubscribeRefused, name, "no right", client.Link);
            return;
        }

        // In this order: who has the answer gets every event from then on.
        client.Subscribe(topic, members);
        Record(SimulatorLogKind.Subscribed, name, "", client.Link);
        Answer(client, "subscribe", null);
        await _rendering.WaitAsync(Stopping);
        try
        {
            foreach (var picture in PicturesOf(topic, members).ToArray())
                await SendAsync(picture, client, Stopping);
        }
        finally
        {
            _rendering.Release();
        }
    }

    /// <summary>What follows a subscription at once (section 3).</summary>
    private IEnumerable<PortSipMessage> PicturesOf(string topic, IReadOnlyList<string> members)
    {
        var isGlobal = topic.StartsWith("global_", StringComparison.Ordinal);
        if (isGlobal && !members.Contains(TenantId))
            return [];
        var queues = isGlobal ? PortSipPbx.Queues : PortSipPbx.Queues.Where(members.Contains);
        var extensions = PortSipPbx.Extensions.Where(e => isGlobal || members.Contains(e)).ToArray();
        return (isGlobal ? topic["global_".Length..] : topic) switch
        {
            "queue_events" => queues.Select(q => _renderer.QueuePicture(q, ActiveCalls)),
            "extension_events" when _options.Version != PortSipVersion.V160 && extensions.Length > 0 => [_renderer.ExtensionPicture(extensions)],
            "queue_management_events" => PortSipPbx.Queues.Select(_renderer.QueueExists),
            _ => [],
        };
    }

    private void Unsubscribe(PortSipClient client, JsonElement data)
    {
        foreach (var topic in Texts(data, "topics"))
        {
            var members = Texts(data, FieldOf(topic));
            client.Unsubscribe(topic, members);
            Record(SimulatorLogKind.Unsubscribed, members.Count == 0 ? topic : $"{topic} {string.Join(',', members)}", "", client.Link);
        }

        Answer(client, "unsubscribe", null);
    }

    private void Answer(PortSipClient client, string command, string? error)
    {
        if (!_options.AnswersCommands && error is null)
            return;
        client.Link.Post(error is null
            ? $$"""{"command":"{{command}}","id":"{{client.Commands}}","status":0}"""
            : $$"""{"command":"{{command}}","error":"{{error}}","id":"{{client.Commands}}","status":-1}""", Faults.Delay);
    }

    private bool IsTopic(string topic) => topic is "extension_events" or "cdr_events" or "queue_events"
        || (_options.Version == PortSipVersion.V22 && topic is "extension_management_events" or "queue_management_events" or "global_cdr_events"
            or "global_extension_events" or "global_queue_events" or "global_extension_management_events" or "global_queue_management_events");

    private static bool HasRight(PortSipRole role, string topic) => role switch
    {
        PortSipRole.SystemAdministrator => topic.StartsWith("global_", StringComparison.Ordinal),
        PortSipRole.TenantAdministrator => !topic.StartsWith("global_", StringComparison.Ordinal),
        _ => topic is "extension_events" or "queue_events",
    };

    private static string FieldOf(string topic) => topic switch
    {
        "extension_events" => "extensions",
        "queue_events" => "queues",
        _ => "tenants",
    };

    // ---- events ------------------------------------------------------------------------------------------------------

    /// <param name="message">The message.</param>
    /// <param name="only">The only client that gets it; null for all that want it.</param>
    /// <param name="cancellationToken">Stops waiting for room in a client's queue.</param>
    private Task<SimulatorLogEntry> SendAsync(PortSipMessage message, PortSipClient? only, CancellationToken cancellationToken)
    {
        var json = message.ToJson();
        var simulated = new SimulatedEvent(message.Name, message.Category, json)
        {
            CallId = message.CallId,
            Topics = only is not null ? []
                : message.Members.Count == 0 ? [message.Topic, $"global_{message.Topic} {TenantId}"]
                : [.. message.Members.Select(m => $"{message.Topic} {m}"), $"global_{message.Topic} {TenantId}"],
        };
        return PublishAsync(simulated, () => only is not null
            ? [(only.Link, json)]
            : _clients.Values.Where(c => c.Wants(message, TenantId)).OrderBy(c => c.Link.Number).Select(c => ((SimulatorLink)c.Link, json)), cancellationToken);
    }

    private static string? Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> Texts(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!)]
            : [];
}
