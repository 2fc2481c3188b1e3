using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>The call log, the directory and the queues over HTTP (history/ringcentral-history.md sections 1, 2 and 8, history/directory.md). Safe from any thread.</summary>
/// <param name="log">The log.</param>
/// <param name="owner">The extension that owns the token.</param>
/// <param name="options">Rights and limits.</param>
/// <param name="clock">The clock.</param>
/// <param name="directory">What extensions and queues are called.</param>
/// <param name="extensions">The extensions.</param>
internal sealed class RingCentralHistory(RingCentralCallLog log, string owner, RingCentralSimulatorOptions options, TimeProvider clock,
    DirectoryBook directory, Func<IEnumerable<string>> extensions)
{
    private const string Account = "/restapi/v1.0/account/{account}";

    private readonly RateWindow _heavy = new(options.HeavyLimit, options.HeavyWindow, clock);

    private DateTimeOffset Now => clock.GetUtcNow() + options.ClockAhead;

    /// <summary>Adds the end points.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="isAllowed">True when a request brings a valid access token.</param>
    /// <param name="isRefused">True while nobody may see the log.</param>
    public void Map(HttpRouter routes, Func<ServerRequest, bool> isAllowed, Func<bool> isRefused)
    {
        MapHeavy($"{Account}/call-log-extract-sync", isOwn: false, Synchronize);
        MapHeavy($"{Account}/call-log", isOwn: false, r => Page(r, log.Told));
        MapHeavy($"{Account}/extension/{{extension}}/call-log", isOwn: true, r => Page(r, log.Told.Where(IsOwn)));
        MapDirectory($"{Account}/call-queues", 100, 1000, () => log.Queues.Select(q => Entry(q, $"Queue {q}")));
        MapDirectory($"{Account}/directory/entries", 1000, 2000, () => extensions().Concat(directory.Added).Distinct().Select(Person));

        void MapDirectory(string pattern, int size, int maxSize, Func<IEnumerable<JsonObject>> rows) => routes.Map("GET", pattern, request =>
            !isAllowed(request) ? Expired()
            : directory.IsRefused ? RingCentralErrors.Http(403, "CMN-408", "In order to call this API endpoint, user needs to have [ReadExtensions] permission")
            : Entries(request, size, maxSize, rows()));

        void MapHeavy(string pattern, bool isOwn, Func<ServerRequest, ServerResponse> answer) => routes.Map("GET", pattern, request =>
        {
            if (!isAllowed(request))
                return Expired();
            var wait = _heavy.Take();
            return WithLimits(wait is { } penalty ? RingCentralErrors.Http(429, "CMN-301", "Request rate exceeded", penalty)
                : isRefused() ? RingCentralErrors.Http(403, "CMN-401", "In order to call this API endpoint, application needs to have [ReadCallLog] permission")
                : !isOwn && options.ShowsOwnCallsOnly ? RingCentralErrors.Http(403, "CMN-408", "In order to call this API endpoint, user needs to have [FullCompanyCallLog] permission")
                : isOwn && request.Values["extension"] is not "~" && request.Values["extension"] != owner ? RingCentralErrors.Http(403, "CMN-408", "Not the user's own")
                : answer(request));
        });
    }

    private static ServerResponse Expired() => RingCentralErrors.Http(401, "OAU-128", "Access token expired");

    private static ServerResponse Wrong(string parameter) => RingCentralErrors.Http(400, "CMN-101", $"Parameter [{parameter}] value is invalid");

    private ServerResponse WithLimits(ServerResponse response)
    {
        var headers = new Dictionary<string, string>(response.Headers)
        {
            ["X-Rate-Limit-Group"] = "heavy",
            ["X-Rate-Limit-Limit"] = Text(options.HeavyLimit),
            ["X-Rate-Limit-Remaining"] = Text(_heavy.Left),
            ["X-Rate-Limit-Window"] = Text((int)Math.Ceiling(options.HeavyWindow.TotalSeconds)),
        };
        return response with { Headers = headers };
    }

    /// <summary>From the beginning by the time of the change, and on from a token; the view of the beginning stays.</summary>
    private ServerResponse Synchronize(ServerRequest request)
    {
        var type = request.Parameter("syncType");
        var count = Number(request, "recordCount", 250);
        if (type is not ("FSync" or "ISync"))
            return Wrong("syncType");
        if (count is < 1 or > 1000)
            return Wrong("recordCount");
        IEnumerable<LoggedRecord> records = log.Told;
        var isDetailed = request.Parameter("view") == "Detailed";
        var last = 0L;
        if (type == "FSync")
        {
            var from = request.Time("dateFrom") ?? Now - TimeSpan.FromHours(1);
            records = records.Where(r => r.ModifiedAt >= from);
        }
        else
        {
            var token = request.Parameter("syncToken");
            var view = token.LastIndexOf('~');
            if (view < 0 || log.Read(token[..view]) is not { } known)
                return RingCentralErrors.Http(400, "CLG-104", "Parameter [syncToken] is invalid");
            isDetailed = token[(view + 1)..] == "D";
            last = known;
            records = records.Where(r => r.Number > known);
        }

        var all = records.ToList();
        var page = all.Take(count).ToList();
        if (page.Count > 0)
            last = page[^1].Number;
        else if (type == "FSync" && log.Told is [.., var newest])
            last = newest.Number;
        return ServerResponse.Json(200, new JsonObject
        {
            ["uri"] = $"https://platform.ringcentral.com{request.Target}",
            ["records"] = new JsonArray([.. page.Select(r => r.In(isDetailed))]),
            ["syncInfo"] = new JsonObject
            {
                ["syncType"] = type,
                ["syncToken"] = $"{log.TokenAt(last)}~{(isDetailed ? "D" : "S")}",
                ["syncTime"] = RingCentralLogRecords.Text(Now),
                ["newerRecordsExist"] = all.Count > page.Count,
            },
        }.ToJsonString());
    }

    /// <summary>By the start of the call, the newest first.</summary>
    private ServerResponse Page(ServerRequest request, IEnumerable<LoggedRecord> records)
    {
        var to = request.Time("dateTo") ?? Now;
        var from = request.Time("dateFrom") ?? to - TimeSpan.FromDays(1);
        var page = Number(request, "page", 1);
        var size = Number(request, "perPage", 100);
        if (page < 1)
            return Wrong("page");
        if (size is < 1 or > 1000)
            return Wrong("perPage");
        var isDetailed = request.Parameter("view") == "Detailed";
        var all = records.Where(r => r.StartedAt >= from && r.StartedAt <= to && Is(r, request, "direction") && Is(r, request, "type")
            && Is(r, request, "sessionId") && Is(r, request, "telephonySessionId")).OrderByDescending(r => r.StartedAt).ToList();
        var shown = all.Skip((page - 1) * size).Take(size).ToList();
        var navigation = new JsonObject { ["firstPage"] = Link(1) };
        if (page * size < all.Count)
            navigation["nextPage"] = Link(page + 1);
        return ServerResponse.Json(200, new JsonObject
        {
            ["uri"] = $"https://platform.ringcentral.com{request.Target}",
            ["records"] = new JsonArray([.. shown.Select(r => r.In(isDetailed))]),
            ["paging"] = new JsonObject
            {
                ["page"] = page,
                ["perPage"] = size,
                ["pageStart"] = (page - 1) * size,
                ["pageEnd"] = Math.Max(0, ((page - 1) * size) + shown.Count - 1),
            },
            ["navigation"] = navigation,
        }.ToJsonString());

        JsonObject Link(int number) => new() { ["uri"] = $"https://platform.ringcentral.com{request.Path}?view={(isDetailed ? "Detailed" : "Simple")}&page={number}&perPage={size}" };
    }

    private JsonObject Entry(string number, string otherwise) => new()
    {
        ["id"] = number,
        ["extensionNumber"] = number,
        ["name"] = directory.NameOf(number, otherwise),
    };

    /// <summary>A user has a first and a last name.</summary>
    private JsonObject Person(string number)
    {
        var (first, last) = DirectoryBook.Split(directory.NameOf(number, $"Extension {number}"));
        return new JsonObject
        {
            ["id"] = number,
            ["extensionNumber"] = number,
            ["type"] = "User",
            ["status"] = "Enabled",
            ["firstName"] = first,
            ["lastName"] = last,
        };
    }

    private static ServerResponse Entries(ServerRequest request, int size, int maxSize, IEnumerable<JsonObject> rows)
    {
        size = Math.Min(Number(request, "perPage", size), maxSize);
        var page = Number(request, "page", 1);
        if (page < 1 || size < 1)
            return Wrong(page < 1 ? "page" : "perPage");
        var all = rows.ToList();
        var navigation = new JsonObject();
        if (page * size < all.Count)
            navigation["nextPage"] = new JsonObject { ["uri"] = $"https://platform.ringcentral.com{request.Path}?page={page + 1}&perPage={size}" };
        return ServerResponse.Json(200, new JsonObject
        {
            ["records"] = new JsonArray([.. all.Skip((page - 1) * size).Take(size)]),
            ["navigation"] = navigation,
        }.ToJsonString());
    }

    private static bool Is(LoggedRecord record, ServerRequest request, string name) =>
        request.Parameter(name) is not { Length: > 0 } wanted || wanted.Equals((string?)record.Json[name], StringComparison.OrdinalIgnoreCase);

    private bool IsOwn(LoggedRecord record) =>
        record.Json["extension"]?["id"]?.ToString() == owner || record.Json["legs"]!.AsArray().Any(l => l!["extension"]!["id"]!.ToString() == owner);

    /// <summary>What is no number is out of every range.</summary>
    private static int Number(ServerRequest request, string name, int missing) =>
        request.Parameter(name).Length == 0 ? missing : request.Number(name) ?? -1;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
