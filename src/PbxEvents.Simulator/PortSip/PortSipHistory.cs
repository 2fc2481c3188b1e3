using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.PortSip;

/// <summary>The REST interface's call records, calls in progress, users and queues (history/portsip-history.md sections 1 and 2,
/// history/directory.md).</summary>
/// <param name="pbx">The tenant.</param>
/// <param name="book">The calls.</param>
/// <param name="directory">What users and queues are called.</param>
internal sealed partial class PortSipHistory(PortSipPbx pbx, CallBook book, DirectoryBook directory)
{
    private const int MaxTop = 100;

    private readonly PortSipCallParts _parts = new(pbx);

    /// <summary>Adds the end points that the version has.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="isValid">True for a request with a token that is good.</param>
    /// <param name="isRefused">True while nobody may see records.</param>
    public void Map(HttpRouter routes, Func<ServerRequest, bool> isValid, Func<bool> isRefused)
    {
        MapRight("cdrs", true, r => List(r, book.Told.Select(c => _parts.Whole(c).Json)));
        MapRight("cdrs/{id}", true, Detail);
        MapRight("users", false, r => List(r, Extensions().Select(e => new JsonObject
        {
            ["id"] = pbx.ExtensionId(e),
            ["name"] = $"user{e}",
            ["display_name"] = directory.NameOf(e, $"User {e}"),
            ["extension_number"] = e,
            ["enabled"] = true,
        })), isDirectory: true);
        MapRight("call_queues", false, r => List(r, Queues().Select(q => new JsonObject
        {
            ["id"] = pbx.QueueId(q),
            ["name"] = pbx.QueueName(q),
            ["extension_number"] = q,
        })), isDirectory: true);
        MapRight("ring_groups", false, r => List(r, []));
        MapRight("shared_voicemails", false, r => List(r, []));
        MapRight("voicemails", false, r => List(r, []));
        if (pbx.Version != PortSipVersion.V22)
            return;
        MapRight("calllogs", true, r => List(r, book.Told.Concat(book.Running).SelectMany(_parts.Of).Where(p => book.IsTold(p.EndedAt)).Select(p => p.Json)));

        // The documented status of this list is 201.
        MapRight("sessions", false, r => List(r, book.Running.Select(Session)) with { Status = 201 });

        void MapRight(string path, bool isRecord, Func<ServerRequest, ServerResponse> answer, bool isDirectory = false) => routes.Map("GET", $"/api/{path}", request =>
            !isValid(request) ? PortSipAccounts.Error(401, "UNAUTHORIZED", "unauthorized")
            : (isRecord && isRefused()) || (isDirectory && directory.IsRefused) ? PortSipAccounts.Error(403, "UNKNOWN", "permission denied")
            : answer(request));
    }

    private ServerResponse Detail(ServerRequest request) =>
        book.Told.FirstOrDefault(c => PortSipRenderer.SessionOf(c) == request.Values["id"]) is { } call
            ? ServerResponse.Json(200, new JsonObject { ["items"] = new JsonArray([.. _parts.Of(call).Select(p => Part(p.Json))]) }.ToJsonString())
            : PortSipAccounts.Error(404, "UNKNOWN", "not found");

    private static JsonObject Part(JsonObject row)
    {
        row.Remove("id");
        row.Remove("session_id");
        row["cost"] = 0.0;
        row["billed_account"] = "";
        return row;
    }

    private static JsonObject Session(SimulatedCall call) => new()
    {
        ["id"] = PortSipRenderer.SessionOf(call),
        ["calls"] = new JsonArray(new JsonObject
        {
            ["caller"] = PortSipPbx.CallerOf(call),
            ["caller_display_name"] = PortSipPbx.CallerNameOf(call),
            ["callee"] = PortSipRecords.FirstTarget(call),
            ["trunk"] = call.Direction == PbxDirection.Internal ? "" : "simulated trunk",
            ["started_at"] = call.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["talking_time"] = 0,
        }),
    };

    private IEnumerable<string> Extensions() =>
        book.Told.Concat(book.Running).SelectMany(c => c.Legs).Select(l => l.Extension).OfType<string>().Concat(PortSipPbx.Extensions)
            .Concat(directory.Added).Distinct();

    private IEnumerable<string> Queues() => book.Told.Concat(book.Running).Select(c => c.QueueName).Where(q => q.Length > 0).Concat(PortSipPbx.Queues).Distinct();

    /// <summary>A page of a list by the query options; what is no filter is refused, options of other names are ignored.</summary>
    private static ServerResponse List(ServerRequest request, IEnumerable<JsonObject> rows)
    {
        if (request.Parameter("filter") is { Length: > 0 } filter)
        {
            foreach (var text in filter.Split(" and "))
            {
                if (Condition().Match(text) is not { Success: true } clause)
                {
                    return ServerResponse.Json(400, """{"errors":[{"code":"VALIDATE_FAILED","message":"field validation failed","detail":{"field":"filter"}}]}""");
                }

                rows = rows.Where(r => Holds(r, clause.Groups[1].Value, clause.Groups[2].Value, clause.Groups[3].Value));
            }
        }

        if (request.Parameter("orderby").Split(' ') is [{ Length: > 0 } field, var order])
        {
            rows = order == "desc" ? rows.OrderByDescending(r => $"{r[field]}", StringComparer.Ordinal) : rows.OrderBy(r => $"{r[field]}", StringComparer.Ordinal);
        }

        var all = rows.ToList();
        var page = all.Skip(request.Number("skip") ?? 0).Take(Math.Clamp(request.Number("top") ?? MaxTop, 1, MaxTop));
        return ServerResponse.Json(200, new JsonObject { ["count"] = all.Count, ["items"] = new JsonArray([.. page]) }.ToJsonString());
    }

    /// <summary>Times are compared as times: a filter sends whole seconds, rows have parts of them.</summary>
    private static bool Holds(JsonObject row, string field, string comparison, string value)
    {
        var text = $"{row[field]}";
        if (text.Length == 0)
            return false;
        var order = DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var wanted) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
            ? time.CompareTo(wanted)
            : string.CompareOrdinal(text, value);
        return comparison switch
        {
            "ge" => order >= 0,
            "gt" => order > 0,
            "le" => order <= 0,
            "lt" => order < 0,
            "ne" => order != 0,
            _ => order == 0,
        };
    }

    [GeneratedRegex(@"^(\w+) (eq|ne|ge|gt|le|lt) '([^']*)'$")]
    private static partial Regex Condition();
}
