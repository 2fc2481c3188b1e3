using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.Yeastar;

/// <summary>A Yeastar P-Series PBX's server side: tokens, the event socket, <c>call/query</c>, call records (yeastar.md).</summary>
public sealed class YeastarSimulator : PbxSimulator
{
    /// <summary>The fault that leaves the next Count heartbeats (default 1) unanswered.</summary>
    public const string SilentHeartbeatFault = "SilentHeartbeat";

    /// <summary>The fault that answers the next Count get_token calls (default 1) with 60002.</summary>
    public const string TokenLimitFault = "TokenLimit";

    /// <summary>The fault that answers token calls with 70004, until <see cref="Unblock"/>.</summary>
    public const string BlockFault = "Block";

    /// <summary>The fault that answers token calls with 70087, until <see cref="Unblock"/>.</summary>
    public const string ForbidFault = "Forbid";

    private const string SerialNumber = "SN0000000001";
    private static readonly TimeSpan DefaultIdleTime = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<SimulatorLink, YeastarClient> _clients = new();
    private readonly YeastarSimulatorOptions _options;
    private readonly YeastarAccounts _accounts;
    private readonly YeastarRenderer _renderer;
    private int _silentHeartbeats;

    internal YeastarSimulator(SimulatorOptions options)
        : base(options)
    {
        _options = options as YeastarSimulatorOptions ?? new YeastarSimulatorOptions(options);
        UserName = options.UserName ?? "simulator-client";
        _accounts = new YeastarAccounts(Tokens, _options, UserName, Password)
        {
            Asked = (function, problem) =>
                Record(problem is null ? SimulatorLogKind.Authenticated : SimulatorLogKind.AuthenticationRefused, function, problem ?? ""),
        };
        _accounts.Map(Routes);
        new YeastarCdr(Calls, Faults, _options, Clock).Map(Routes, r => _accounts.Identify(r) is not null);
        new YeastarLists(Calls, Directory).Map(Routes, r => _accounts.Identify(r) is not null);
        Routes.Map("GET", "/openapi/v1.0/call/query", QueryCalls);
        Routes.Map("GET", "/openapi/v1.0/subscribe", Subscribe);
        Routes.Map("*", "/openapi/v1.0/{function}", _ => YeastarAccounts.Code(10001, "INTERFACE NOT EXISTED"));
        _renderer = new YeastarRenderer(_options);
    }

    /// <inheritdoc/>
    public override string Provider => "Yeastar";

    /// <inheritdoc/>
    public override string UserName { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> FaultNames { get; } =
        [.. SimulatorFaults.Names, SimulatorFaults.NoRecords, SimulatorFaults.LateRecords, SilentHeartbeatFault, TokenLimitFault, BlockFault, ForbidFault];

    /// <summary>How many of the access tokens that may be valid at a time are taken.</summary>
    public int TokensTaken => _accounts.SlotsTaken;

    // Events have no word for a park slot or for a person who joins, and no requests between clients.
    private protected override IReadOnlyList<Scenario> Scenarios { get; } =
        [.. ScenarioBook.All.Where(s => s.Name is not ("Parked" or "Conference" or "Request"))];

    private protected override IEnumerable<(SimulatorLink Link, string Topic)> HeldTopics =>
        _clients.Values.SelectMany(c => c.Topics.Order().Select(t => ((SimulatorLink)c.Link, $"{t}")));

    /// <summary>What an administrator does under Security: removes the block, and every prohibition.</summary>
    public void Unblock() => _accounts.SetBlock(isBlocked: false, isForbidden: false);

    /// <summary>Sends any event, also one that is in no catalogue.</summary>
    /// <param name="type">Its number.</param>
    /// <param name="json">Its payload, a JSON object.</param>
    /// <param name="cancellationToken">Stops waiting for room in a client's queue.</param>
    /// <returns>The log's entry.</returns>
    /// <exception cref="JsonException">The payload is no JSON object.</exception>
    public Task<SimulatorLogEntry> SendEventAsync(int type, string json, CancellationToken cancellationToken = default) =>
        SendAsync(new YeastarEvent(type, JsonNode.Parse(json) as JsonObject ?? throw new JsonException("A payload is a JSON object.")), cancellationToken);

    private protected override string CreateCallId(SimulatedCall call) => YeastarRenderer.IdOf(call);

    private protected override async Task RenderAsync(SimulatedCall call, ScenarioStep step, CancellationToken cancellationToken)
    {
        foreach (var yeastarEvent in _renderer.Render(call, step, Clock.GetUtcNow()))
        {
            if (_options.IsMonitored || yeastarEvent.Type is not (30007 or 30008 or 30009 or 30011))
                await SendAsync(yeastarEvent, cancellationToken);
        }
    }

    private protected override async Task ApplyFaultAsync(SimulatorFault fault, CancellationToken cancellationToken)
    {
        switch (fault.Name)
        {
            case SilentHeartbeatFault:
                Interlocked.Exchange(ref _silentHeartbeats, fault.Count ?? 1);
                break;
            case TokenLimitFault:
                _accounts.LimitNext(fault.Count ?? 1);
                break;
            case BlockFault:
                _accounts.SetBlock(isBlocked: true, isForbidden: false);
                break;
            case ForbidFault:
                _accounts.SetBlock(isBlocked: false, isForbidden: true);
                break;
            case SimulatorFaults.ExpireToken:
                await base.ApplyFaultAsync(fault, cancellationToken);
                foreach (var client in _clients.Values)
                    client.Expire();
                break;
            default:
                await base.ApplyFaultAsync(fault, cancellationToken);
                break;
        }
    }

    private Task<SimulatorLogEntry> SendAsync(YeastarEvent yeastarEvent, CancellationToken cancellationToken)
    {
        var frame = yeastarEvent.ToFrame(SerialNumber, _options.SendsObjects);
        var simulated = new SimulatedEvent(yeastarEvent.Type.ToString(), yeastarEvent.Category, yeastarEvent.ToJson())
        {
            CallId = yeastarEvent.CallId,
            Topics = [$"{yeastarEvent.Type}"],
        };
        return PublishAsync(
            simulated,
            () => _clients.Values.Where(c => c.Wants(yeastarEvent.Type)).OrderBy(c => c.Link.Number).Select(c => ((SimulatorLink)c.Link, frame)),
            cancellationToken);
    }

    private ServerResponse QueryCalls(ServerRequest request)
    {
        if (_accounts.Identify(request) is null)
            return YeastarAccounts.Code(10004, "TOKEN EXPIRED");
        var calls = ActiveCalls.Where(c => c.CallId.Length > 0 && c.Legs.Any(l => l.State != PbxCallState.Ended));
        if (request.Query.TryGetValue("call_id", out var id))
        {
            calls = calls.Where(c => c.CallId == id);
            if (!calls.Any())
                return YeastarAccounts.Code(20001, "CALL NOT EXISTED");
        }

        if (request.Query.TryGetValue("type", out var type))
            calls = calls.Where(c => c.Direction.ToString().Equals(type, StringComparison.OrdinalIgnoreCase));
        if (request.Query.TryGetValue("extension", out var extension))
            calls = calls.Where(c => c.Legs.Any(l => l.Extension == extension));
        var data = new JsonArray([.. calls.Select(_renderer.Snapshot)]);
        return ServerResponse.Json(200, new JsonObject { ["errcode"] = 0, ["errmsg"] = "SUCCESS", ["data"] = data }.ToJsonString());
    }

    private ServerResponse Subscribe(ServerRequest request)
    {
        if (!request.IsWebSocket || _accounts.Identify(request) is not { } token)
        {
            Record(SimulatorLogKind.AuthenticationRefused, "subscribe", "10004 TOKEN EXPIRED");
            return ServerResponse.Json(401, """{"errcode":10004,"errmsg":"TOKEN EXPIRED"}""");
        }

        return AcceptLink(
            link =>
            {
                _clients[link] = new YeastarClient(link, token, Clock, _options.HeartbeatTimeout ?? DefaultIdleTime)
                {
                    Expired = () => Record(SimulatorLogKind.AuthenticationRefused, "subscribe", "10004 TOKEN EXPIRED", link),
                };
                Record(SimulatorLogKind.Authenticated, "subscribe", "", link);
            },
            Received,
            link =>
            {
                if (_clients.TryRemove(link, out var client))
                    client.Dispose();
            });
    }

    private Task Received(PlainSocket link, ReceivedMessage message)
    {
        if (!_clients.TryGetValue(link, out var client))
            return Task.CompletedTask;
        client.Heard();
        if (message.Text == "heartbeat")
        {
            Record(SimulatorLogKind.Request, "heartbeat", "", link);
            if (Interlocked.Decrement(ref _silentHeartbeats) >= 0)
                return Task.CompletedTask;
            Interlocked.Exchange(ref _silentHeartbeats, 0);
            link.Post("heartbeat response", Faults.Delay);
        }
        else if (ReadTopics(message.Text) is { } topics)
        {
            TakeList(client, topics);
        }
        else
        {
            Record(SimulatorLogKind.Unexpected, "message", message.Text, link);
            link.Post("""{"errcode":40002,"errmsg":"PARAMETER ERROR"}""", TimeSpan.Zero);
        }

        return Task.CompletedTask;
    }

    private static HashSet<int>? ReadTopics(string text)
    {
        try
        {
            return JsonNode.Parse(text)?["topic_list"] is JsonArray list ? [.. list.Select(t => (int)t!)] : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            return null;
        }
    }

    private void TakeList(YeastarClient client, HashSet<int> topics)
    {
        var answer = Faults.TakeSubscribe();
        if (answer.Kind != SubscribeKind.Normal)
        {
            Record(SimulatorLogKind.SubscribeRefused, "topic_list", $"{answer.Kind} {string.Join(',', topics)}", client.Link);
            if (answer.Kind == SubscribeKind.Refused)
                client.Link.Post("""{"errcode":40002,"errmsg":"PARAMETER ERROR"}""", TimeSpan.Zero);
            return;
        }

        // In the order of the frames: what is published from now on comes after or before the answer, as on a real PBX.
        client.Topics = topics;
        Record(SimulatorLogKind.Subscribed, "topic_list", string.Join(',', topics), client.Link);
        client.Link.Post("""{"errcode":0,"errmsg":"SUCCESS"}""", answer.Delay);
    }
}
