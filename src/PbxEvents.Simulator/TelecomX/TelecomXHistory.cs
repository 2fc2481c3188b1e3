using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>TelecomX's call records, queue calls and voicemails over HTTP (history/telecomx-history.md sections 1 to 3).</summary>
/// <param name="pbx">The PBX's fixtures.</param>
/// <param name="accounts">Who may ask.</param>
/// <param name="book">The calls.</param>
/// <param name="faults">Whether records are refused.</param>
/// <param name="namesSession">True to tell the call's id in each record.</param>
/// <param name="clock">The clock.</param>
internal sealed class TelecomXHistory(
    TelecomXPbx pbx, TelecomXAccounts accounts, CallBook book, FaultState faults, bool namesSession, TimeProvider clock)
{
    /// <summary>The server as queue calls name it: by its address (section 10).</summary>
    private const string HostAddress = "192.0.2.1";

    private readonly TelecomXCdr _cdr = new(pbx, namesSession);

    /// <summary>Adds the end points.</summary>
    /// <param name="routes">Where to.</param>
    public void Map(HttpRouter routes)
    {
        MapRight("/pbx/cdr", Records);
        MapRight("/pbx/queue/{id}/calls", (r, _) => QueueCalls(r));
        MapRight("/pbx/voicemail", (_, identity) => ServerResponse.Json(200, Voicemails(identity).ToJsonString()));

        void MapRight(string pattern, Func<ServerRequest, TelecomXIdentity, ServerResponse> answer) => routes.Map("GET", pattern, request =>
            accounts.Identify(request) is not { } identity ? accounts.Refuse(request)
            : faults.RefusesRecords || !identity.Reaches("PERSONAL") ? TelecomXAccounts.Error(403, "access_denied")
            : answer(request, identity));
    }

    /// <summary>A page of the records that began in the window, newest first.</summary>
    private ServerResponse Records(ServerRequest request, TelecomXIdentity identity)
    {
        if (request.Parameter("customer") is { Length: > 0 } customer && customer != identity.Customer && !identity.Reaches("RESELLER"))
            return TelecomXAccounts.Error(403, "access_denied");
        if (request.Parameter("format") is not ("" or "JSON"))
            return TelecomXAccounts.Error(422, "format");
        var question = Read(request, 100, 10_000, out var wrong);
        if (wrong is not null)
            return TelecomXAccounts.Error(422, wrong);
        var isPersonal = !identity.Reaches("VIEWER");
        var rows = AllRows().Where(r => question.Holds(r.StartedAt) && (!isPersonal || IsOwn(r.CallerExtension) || IsOwn(r.Callee?.Extension)))
            .OrderByDescending(r => r.StartedAt).Skip(question.Offset).Take(question.Limit);
        return ServerResponse.Json(200, new JsonArray([.. rows.Select(r => r.ToJson())]).ToJsonString());

        bool IsOwn(string? extension) => extension is not null && pbx.EmployeeOf(extension) == identity.Employee;
    }

    private IEnumerable<TelecomXCdrRow> AllRows() =>
        book.Told.Concat(book.Running).SelectMany(_cdr.Of).Where(r => book.IsTold(r.EndedAt));

    private ServerResponse QueueCalls(ServerRequest request)
    {
        var question = Read(request, 50, 500, out var wrong);
        if (wrong is not null)
            return TelecomXAccounts.Error(422, wrong);
        var stays = book.Told.Where(c => c.QueuedAt is { } at && pbx.QueueId(c.QueueName) == request.Values["id"] && question.Holds(at))
            .OrderBy(c => c.QueuedAt).ToList();
        if (stays.Count == 0 && !pbx.Queues.Any(q => pbx.QueueId(q) == request.Values["id"]))
            return TelecomXAccounts.Error(404, "id");
        return ServerResponse.Json(200, new JsonObject
        {
            ["offset"] = question.Offset,
            ["limit"] = question.Limit,
            ["total"] = stays.Count,
            ["calls"] = new JsonArray([.. stays.Skip(question.Offset).Take(question.Limit).Select(QueueCall)]),
        }.ToJsonString());
    }

    private JsonObject QueueCall(SimulatedCall call)
    {
        var agent = call.Legs.FirstOrDefault(l => l.Index > 0 && l.AnsweredAt is not null);
        var row = new JsonObject
        {
            ["_id"] = call.Hex("queue call", 24),
            ["queue"] = pbx.QueueId(call.QueueName),
            ["pbxServer"] = HostAddress,
            ["callId"] = TelecomXRenderer.SipCallId(call, TelecomXRenderer.SessionOf(call)),
            ["aNumber"] = call.From,
            ["aNumberName"] = call.FromName,
            ["entered"] = TelecomXPbx.Time(call.QueuedAt),
            ["answered"] = TelecomXPbx.Time(agent?.AnsweredAt),
            ["ended"] = TelecomXPbx.Time(call.EndedAt),
            ["status"] = agent is null ? "CANCELLED" : "ANSWERED",
        };
        if (agent?.Extension is { } extension)
        {
            row["answeredByExtension"] = pbx.ExtensionId(extension);
            row["answeredByExtensionName"] = pbx.EmployeeName(extension);
            row["answeredByNumber"] = extension;
        }

        return row;
    }

    /// <summary>The messages in the mailbox of whoever asks.</summary>
    private JsonArray Voicemails(TelecomXIdentity identity) =>
    [
        .. book.Told.Where(c => c.VoicemailAt is not null && pbx.EmployeeOf(c.Extension) == identity.Employee).Select(c => new JsonObject
        {
            ["_id"] = TelecomXRenderer.VoicemailId(c),
            ["date"] = TelecomXPbx.Time(c.VoicemailAt),
            ["length"] = 12,
            ["old"] = false,
            ["aNumber"] = c.From,
            ["aName"] = c.FromName,
            ["aEmployee"] = null,
        }),
    ];

    /// <summary>The window and the page that a request asks for; both ends have defaults (section 1).</summary>
    /// <param name="request">The request.</param>
    /// <param name="defaultLimit">How many rows a page has.</param>
    /// <param name="maxLimit">How many it may have.</param>
    /// <param name="wrong">The parameter that is wrong (section 8); null when none is.</param>
    private Question Read(ServerRequest request, int defaultLimit, int maxLimit, out string? wrong)
    {
        var from = request.Time("from") ?? clock.GetUtcNow().UtcDateTime.Date;
        var question = new Question(from, request.Time("to") ?? from.AddDays(1), request.Number("offset") ?? 0, request.Number("limit") ?? defaultLimit);
        wrong = IsUnread("from", request.Time("from")) ? "from"
            : IsUnread("to", request.Time("to")) ? "to"
            : question.Offset < 0 || IsUnread("offset", request.Number("offset")) ? "offset"
            : question.Limit < 1 || question.Limit > maxLimit || IsUnread("limit", request.Number("limit")) ? "limit"
            : null;
        return question;

        bool IsUnread(string name, object? value) => request.Parameter(name).Length > 0 && value is null;
    }

    private readonly record struct Question(DateTimeOffset From, DateTimeOffset To, int Offset, int Limit)
    {
        public bool Holds(DateTimeOffset time) => From <= time && time < To;
    }
}
