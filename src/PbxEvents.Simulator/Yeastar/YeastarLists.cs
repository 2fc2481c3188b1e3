using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.Yeastar;

/// <summary>The PBX's lists of extensions and queues (history/directory.md, Yeastar P-Series). Safe from any thread.</summary>
/// <param name="calls">The calls that have ended: who took part exists.</param>
/// <param name="directory">What extensions and queues are called.</param>
internal sealed class YeastarLists(CallBook calls, DirectoryBook directory)
{
    /// <summary>Whatever a client asks for: one PBX was seen to give 8 of 28.</summary>
    private const int MaxPageSize = 8;

    private static readonly string[] Extensions = ["1001", "1002", "1003"];
    private static readonly string[] Queues = ["4020"];

    /// <summary>Takes the end points.</summary>
    /// <param name="routes">The server's routes.</param>
    /// <param name="isKnown">True for a request with a token that lives.</param>
    public void Map(HttpRouter routes, Func<ServerRequest, bool> isKnown)
    {
        Map("extension/list", "data", () => Numbers(c => c.Legs.Select(l => l.Extension), Extensions.Concat(directory.Added)), e => new JsonObject
        {
            ["number"] = e,
            ["caller_id_name"] = directory.NameOf(e, $"Extension {e}"),
            ["role_name"] = "Employee",
        });

        // Its list has a name of its own.
        Map("queue/list", "queue_list", () => Numbers(c => [c.QueueName], Queues), q => new JsonObject { ["number"] = q, ["name"] = directory.NameOf(q, $"Queue {q}") });

        void Map(string function, string array, Func<IEnumerable<string>> numbers, Func<string, JsonObject> row) => routes.Map("GET", $"/openapi/v1.0/{function}", r =>
            !isKnown(r) ? YeastarAccounts.Code(10004, "TOKEN EXPIRED")
            : directory.IsRefused ? YeastarAccounts.Code(80010, "NO PERMISSION")
            : Page(r, array, [.. numbers().Select(row)]));
    }

    private IEnumerable<string> Numbers(Func<SimulatedCall, IEnumerable<string?>> of, IEnumerable<string> always) =>
        always.Concat(calls.Told.SelectMany(of)).Where(n => !string.IsNullOrEmpty(n)).Select(n => n!).Distinct().Order(StringComparer.Ordinal);

    private static ServerResponse Page(ServerRequest request, string array, JsonObject[] rows)
    {
        var size = request.Number("page_size") is > 0 and < MaxPageSize and var wanted ? wanted : MaxPageSize;
        var page = request.Number("page") is > 0 and var number ? number : 1;
        for (var i = 0; i < rows.Length; i++)
            rows[i]["id"] = i + 1;
        return ServerResponse.Json(200, new JsonObject
        {
            ["errcode"] = 0,
            ["errmsg"] = "SUCCESS",
            ["total_number"] = rows.Length,
            [array] = new JsonArray([.. rows.Skip((page - 1) * size).Take(size)]),
        }.ToJsonString());
    }
}
