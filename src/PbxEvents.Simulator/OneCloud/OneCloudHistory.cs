using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>OneCloud's call records, calls in progress, users, queues and menus over HTTP (history/onecloud-history.md sections 1 and 2,
/// history/directory.md).</summary>
/// <param name="domain">The domain.</param>
/// <param name="extension">The extension of the user that logs in.</param>
/// <param name="book">The calls.</param>
/// <param name="directory">What users and queues are called.</param>
internal sealed class OneCloudHistory(string domain, string extension, CallBook book, DirectoryBook directory)
{
    /// <summary>Above this the answer turns into a short form (section 1).</summary>
    private const int FullForm = 100;

    /// <summary>What the short form leaves out.</summary>
    private static readonly string[] Left =
    [
        "call-orig-call-id", "call-term-call-id", "call-through-call-id", "call-orig-caller-id", "call-orig-from-name", "call-disconnect-reason-text",
    ];

    private static readonly string[] Extensions = ["1001", "1002"];

    private static readonly string[] ScopesOfDomains = ["Office Manager", "Reseller", "Super User"];

    private readonly OneCloudCdrs _cdrs = new(domain, book);

    /// <summary>Adds the end points.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="isValid">True for a token that is good.</param>
    /// <param name="isRefused">True while nobody may see records.</param>
    /// <param name="scope">The scope of the tokens.</param>
    public void Map(HttpRouter routes, Func<ServerRequest, bool> isValid, Func<bool> isRefused, string scope)
    {
        const string Domain = "/ns-api/v2/domains/{domain}";
        MapRight($"{Domain}/cdrs", isOwn: false, r => Cdrs(r, null));
        MapRight($"{Domain}/users/{{user}}/cdrs", isOwn: true, r => Cdrs(r, extension));
        MapRight($"{Domain}/calls", isOwn: false, _ => Running());
        MapRight($"{Domain}/users/{{user}}/calls", isOwn: true, _ => Running());
        MapRight($"{Domain}/callqueues/list", isOwn: false, _ => List(Queues().Select(q => new JsonObject { ["callqueue"] = q, ["description"] = NameOf(q) })), isDirectory: true);
        MapRight($"{Domain}/users/list", isOwn: false, _ => List(Users()), isDirectory: true);
        MapRight($"{Domain}/autoattendants", isOwn: false, _ => List([new JsonObject { ["attendant-name"] = "Main", ["user"] = OneCloudCdrs.Menu }]));

        void MapRight(string pattern, bool isOwn, Func<ServerRequest, ServerResponse> answer, bool isDirectory = false) => routes.Map("GET", pattern, request =>
            !isValid(request) ? ServerResponse.Json(401, """{"code":401,"message":"Unauthorized"}""")
            : (isDirectory ? directory.IsRefused : isRefused()) || !IsOwnDomain(request) || !(isOwn ? IsOwnUser(request) : ScopesOfDomains.Contains(scope)) ? ServerResponse.Plain(403, "Forbidden")
            : answer(request));
    }

    private static bool IsOwnUser(ServerRequest request) => request.Values["user"] == "~";

    private bool IsOwnDomain(ServerRequest request) => request.Values["domain"] == "~" || request.Values["domain"] == domain;

    /// <summary>A page of the records whose legs began in the window, newest first. Parameters of other names are ignored.</summary>
    private ServerResponse Cdrs(ServerRequest request, string? user)
    {
        if (request.Time("datetime-start") is not { } from || request.Time("datetime-end") is not { } to)
            return ServerResponse.Json(400, """{"code":400,"message":"datetime-start and datetime-end are required"}""");
        var start = request.Number("start") ?? 0;
        var limit = Math.Clamp(request.Number("limit") ?? FullForm, 1, 1000);
        var rows = book.Told.Concat(book.Running).SelectMany(_cdrs.Of)
            .Where(r => from <= r.StartedAt && r.StartedAt <= to && (user is null || r.OrigExtension == user || r.TermExtension == user))
            .OrderByDescending(r => r.StartedAt).Skip(start).Take(limit).Select(r => r.Json).ToList();
        if (limit > FullForm)
        {
            foreach (var row in rows)
            {
                foreach (var name in Left)
                    row.Remove(name);
            }
        }

        return List(rows);
    }

    private ServerResponse Running() => List(book.Running.SelectMany(_cdrs.Running)
        .Select(ids => new JsonObject { ["call-orig-call-id"] = ids.Origin, ["call-term-call-id"] = ids.Term }));

    private IEnumerable<string> Queues() => book.Told.Select(c => c.QueueName).Append("4020").Distinct();

    private string NameOf(string queue) => directory.NameOf(queue, $"Queue {queue}");

    /// <summary>All in one answer; a queue is a user, too.</summary>
    private IEnumerable<JsonObject> Users() => book.Told.Concat(book.Running).SelectMany(c => c.Legs).Select(l => l.Extension).OfType<string>()
        .Concat(Extensions).Concat(directory.Added).Distinct().Select(e => User(e, directory.NameOf(e, $"User {e}")))
        .Concat(Queues().Select(q => User(q, NameOf(q))));

    private static JsonObject User(string number, string name) => new()
    {
        ["user"] = number,
        ["name-first-name"] = DirectoryBook.Split(name).First,
        ["name-last-name"] = DirectoryBook.Split(name).Last,
    };

    private static ServerResponse List(IEnumerable<JsonObject> rows) => ServerResponse.Json(200, new JsonArray([.. rows]).ToJsonString());
}
