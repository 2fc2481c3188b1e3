using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>What the simulator answers to REST, over HTTP and over the socket alike (ringcentral.md section 9). Safe from any thread.</summary>
/// <param name="renderer">Knows the calls.</param>
/// <param name="owner">The extension that owns the token.</param>
/// <param name="isAllowed">True when a request brings a valid access token.</param>
/// <param name="clock">The clock.</param>
/// <param name="directory">What extensions are called.</param>
internal sealed class RingCentralRest(RingCentralRenderer renderer, string owner, Func<ServerRequest, bool> isAllowed, TimeProvider clock, DirectoryBook directory)
{
    private static readonly string[] Extensions = ["1001", "1002", "1003"];

    /// <summary>Adds the end points.</summary>
    public void Map(HttpRouter routes)
    {
        foreach (var pattern in (string[])
            ["/restapi/v1.0/account/{a}", "/restapi/v1.0/account/{a}/presence", "/restapi/v1.0/account/{a}/extension",
                "/restapi/v1.0/account/{a}/extension/{e}", "/restapi/v1.0/account/{a}/extension/{e}/presence", "/restapi/v1.0/account/{a}/telephony/sessions/{s}"])
        {
            routes.Map("GET", pattern, request =>
            {
                if (!isAllowed(request))
                    return RingCentralErrors.Http(401, "OAU-128", "Access token expired");
                if (request.Parameter("type") == "IvrMenu" && request.Path.EndsWith("/extension", StringComparison.Ordinal))
                    return Menus();
                var (status, body) = Answer(request.Method, request.Path);
                return ServerResponse.Json(status, body?.ToJsonString() ?? "");
            });
        }
    }

    /// <summary>Answers a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    public (int Status, JsonNode? Body) Answer(string method, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (method != "GET" || parts is not ["restapi", "v1.0", "account", _, .. var rest])
            return NotFound();
        return rest switch
        {
            [] => (200, new JsonObject { ["id"] = RingCentralSimulator.Account, ["status"] = "Confirmed" }),
            ["presence"] => (200, new JsonObject { ["records"] = new JsonArray([.. Known().Select(e => (JsonNode)renderer.DescribePresence(e))]) }),
            ["extension"] => (200, new JsonObject { ["records"] = new JsonArray([.. Known().Select(e => (JsonNode)Describe(e))]) }),
            ["extension", var id] => (200, Describe(Resolve(id))),
            ["extension", var id, "presence"] => (200, renderer.DescribePresence(Resolve(id))),
            ["telephony", "sessions", var id] when renderer.Calls.FirstOrDefault(c => c.Id == id && c.IsAlive) is { } call => (200, call.Describe(clock.GetUtcNow())),
            _ => NotFound(),
        };
    }

    private static ServerResponse Menus() => ServerResponse.Json(200, new JsonObject
    {
        ["records"] = new JsonArray(new JsonObject { ["id"] = RingCentralRenderer.Menu, ["extensionNumber"] = RingCentralRenderer.Menu, ["type"] = "IvrMenu" }),
        ["navigation"] = new JsonObject(),
    }.ToJsonString());

    private JsonObject Describe(string extension) => new()
    {
        ["id"] = extension,
        ["extensionNumber"] = extension,
        ["name"] = directory.NameOf(extension, $"Extension {extension}"),
        ["type"] = "User",
        ["status"] = "Enabled",
    };

    private static (int Status, JsonNode? Body) NotFound() => (404, RingCentralErrors.Body("CMN-102", "Resource is not found"));

    /// <summary>The extensions there are.</summary>
    public IEnumerable<string> Known() =>
        Extensions.Concat(renderer.Calls.SelectMany(c => c.Parties).Select(p => p.Extension).OfType<string>()).Distinct();

    private string Resolve(string id) => id == "~" ? owner : id;
}
