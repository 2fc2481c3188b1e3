using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>TelecomX's REST snapshots (telecomx.md section 6, Missed events and Health).</summary>
/// <param name="pbx">The PBX's fixtures.</param>
/// <param name="accounts">Who may ask.</param>
/// <param name="calls">The calls that are being played.</param>
/// <param name="clients">The clients on the socket.</param>
internal sealed class TelecomXSnapshots(
    TelecomXPbx pbx, TelecomXAccounts accounts, Func<IReadOnlyList<SimulatedCall>> calls, Func<IReadOnlyList<TelecomXClient>> clients)
{
    /// <summary>While the directory is refused nobody's level is high enough.</summary>
    private string DirectoryLevel => pbx.RefusesDirectory ? "ADMIN" : "PERSONAL";

    /// <summary>Adds the end points.</summary>
    /// <param name="routes">Where to.</param>
    public void Map(HttpRouter routes)
    {
        routes.Map("GET", "/pbx/app/employees", r => Answer(r, DirectoryLevel, () => Employees(r.Parameter("calls") == "true")));
        routes.Map("GET", "/pbx/app/queues", r => Answer(r, DirectoryLevel, () => Queues(r.Parameter("all") == "true")));
        routes.Map("GET", "/pbx/extension", r => Answer(r, "VIEWER", () => Extensions(r)));
        routes.Map("GET", "/pbx/queue/{id}/callers", r => AnswerForQueue(r, Callers));
        routes.Map("GET", "/pbx/queue/{id}/member", r => AnswerForQueue(r, Members));
        routes.Map("GET", "/tools/realtime/client", r => Answer(r, "VIEWER", Clients));
    }

    private ServerResponse Answer(ServerRequest request, string level, Func<JsonNode> content)
    {
        if (accounts.Identify(request) is not { } identity)
            return accounts.Refuse(request);
        return identity.Reaches(level)
            ? ServerResponse.Json(200, content().ToJsonString())
            : TelecomXAccounts.Error(403, "access_denied");
    }

    private ServerResponse AnswerForQueue(ServerRequest request, Func<string, JsonArray> content) =>
        AllQueues().FirstOrDefault(q => pbx.QueueId(q) == request.Values["id"]) is { } queue
            ? Answer(request, "PERSONAL", () => content(queue))
            : accounts.Identify(request) is null ? accounts.Refuse(request) : TelecomXAccounts.Error(404, "id");

    private IEnumerable<string> AllQueues() => pbx.Queues.Union(calls().Select(c => c.Queue).OfType<string>());

    private JsonArray Employees(bool withCalls)
    {
        var active = calls();
        var extensions = pbx.Extensions.Union(active.SelectMany(c => c.Legs).Select(l => l.Extension).OfType<string>());
        return [.. extensions.Select(e => Employee(e, active, withCalls))];
    }

    /// <summary>A page of the extensions (history/directory.md).</summary>
    private JsonArray Extensions(ServerRequest request)
    {
        var offset = request.Number("offset") is > 0 and var start ? start : 0;
        var limit = request.Number("limit") is > 0 and <= 1000 and var wanted ? wanted : 50;
        return
        [
            .. pbx.Extensions.Skip(offset).Take(limit).Select(e => new JsonObject
            {
                ["_id"] = pbx.ExtensionId(e), ["number"] = e, ["employee"] = pbx.EmployeeOf(e),
            }),
        ];
    }

    private JsonObject Employee(string extension, IReadOnlyList<SimulatedCall> active, bool withCalls)
    {
        var legs = active.SelectMany(c => c.Legs.Where(l => l.Extension == extension && IsShown(c, l)).Select(l => (Call: c, Leg: l))).ToList();
        var item = new JsonObject
        {
            ["_id"] = pbx.ExtensionId(extension),
            ["number"] = extension,
            ["state"] = legs.Any(l => l.Leg.AnsweredAt is not null || l.Leg.Index == 0) ? "BUSY" : legs.Any(l => l.Leg.RingingAt is not null) ? "RINGING" : "IDLE",
        };
        if (withCalls)
            item["calls"] = new JsonArray([.. legs.Select(l => CallOf(l.Call, l.Leg))]);
        return new JsonObject
        {
            ["_id"] = pbx.EmployeeOf(extension),
            ["type"] = "EMPLOYEE",
            ["name"] = pbx.EmployeeName(extension),
            ["presence"] = TelecomXPbx.Presence(pbx.PresenceOf(extension)),
            ["extensions"] = new JsonArray(item),
        };
    }

    /// <summary>A phone has the call until it is over: between the ends of the called and of the calling party nobody has seen it missing.</summary>
    private static bool IsShown(SimulatedCall call, SimulatedLeg leg) =>
        leg.EndedAt is null || (call.EndedAt is null && leg.AnsweredAt is not null && leg == call.Legs[^1]);

    private static JsonObject CallOf(SimulatedCall call, SimulatedLeg leg) => new()
    {
        ["sessionId"] = call.CallId,
        ["caller"] = call.From,
        ["callerName"] = call.FromName,
        ["callee"] = leg.Index == 0 ? call.To : leg.Extension,
        ["leg"] = leg.Index == 0 ? "I" : "O",
        ["state"] = leg.State.ToString().ToUpperInvariant(),
        ["started"] = TelecomXPbx.Time(leg.OfferedAt),
        ["answered"] = TelecomXPbx.Time(leg.AnsweredAt),
    };

    private JsonArray Queues(bool all) =>
    [
        .. AllQueues().Select(q => new JsonObject
        {
            ["_id"] = pbx.QueueId(q),
            ["name"] = pbx.QueueName(q),
            ["number"] = q,
            ["dynamic"] = true,
            ["member"] = pbx.MembersOf(q).Contains("1001"),
            ["members"] = all ? Members(q) : JsonValue.Create(pbx.MembersOf(q).Count),
            ["callers"] = all ? Callers(q) : JsonValue.Create(Waiting(q).Count()),
        }),
    ];

    private JsonArray Members(string queue) => [.. pbx.MembersOf(queue).Select(e => pbx.Member(e, 1, withSeconds: true))];

    private IEnumerable<SimulatedCall> Waiting(string queue) => calls().Where(c => c.Queue == queue && c.QueueResult is null);

    private JsonArray Callers(string queue) =>
    [
        .. Waiting(queue).Select(c => new JsonObject
        {
            ["_id"] = TelecomXRenderer.QueueCallId(c),
            ["state"] = "QUEUED",
            ["number"] = c.From,
            ["name"] = c.FromName,
            ["privacy"] = c.IsCallerHidden,
            ["entered"] = TelecomXPbx.Time(c.QueuedAt),
            ["answered"] = null,
            ["presentation"] = c.To,
            ["answeredByExtension"] = null,
            ["answeredByNumber"] = null,
        }),
    ];

    private JsonArray Clients() =>
    [
        .. clients().Where(c => c.Identity is not null).Select(c => new JsonObject
        {
            ["employee"] = c.Identity!.Employee,
            ["customer"] = c.Identity.Customer,
            ["clientApp"] = c.Application,
            ["instanceId"] = c.InstanceId,
            ["ip"] = c.Ip,
            ["connected"] = TelecomXPbx.Time(c.ConnectedAt),
        }),
    ];
}
