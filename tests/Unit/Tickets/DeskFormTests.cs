using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Notify.Tickets;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Tickets;

/// <summary>Each desk's requests have the form that its documentation gives, and what a caller calls himself is markup at none of them.</summary>
public sealed class DeskFormTests
{
    private static readonly DeskTicket Known = new("7", "7") { CallKeys = ["old"] };

    [Fact]
    public async Task Request_Tracker()
    {
        var (desk, http) = Make(PbxDesk.RequestTracker, "https://rt.example.com/rt/", _ => """{"id":"20","type":"ticket","items":[],"pages":1}""", group: "Calls", requester: "desk@example.com");
        await desk.CreateAsync(Notes.Of(), default);
        var create = http.Calls[0];
        Assert.Equal("POST https://rt.example.com/rt/REST/2.0/ticket", $"{create.Method} {create.Uri}");
        Assert.Equal("token key", Header(create, "Authorization"));
        var body = Body(create);
        Assert.Equal(("Calls", "text/plain", "desk@example.com"), ($"{body["Queue"]}", $"{body["ContentType"]}", $"{body["Requestor"]}"));
        Assert.Equal(Notes.Of().CallKey, $"{body["CustomFields"]!["PbxCall"]![0]}");
        Assert.Equal(Notes.Of().CallerKey, $"{body["CustomFields"]!["PbxCaller"]}");
        Assert.EndsWith($"\n\nCall key: {Notes.Of().CallKey}", $"{body["Content"]}");

        await desk.CommentAsync(Known, Notes.Of(), default);
        Assert.Equal("PUT https://rt.example.com/rt/REST/2.0/ticket/7", Line(http.Calls[1]));
        Assert.Equal(["old", Notes.Of().CallKey], Body(http.Calls[1])["CustomFields"]!["PbxCall"]!.AsArray().Select(v => $"{v}"));
        Assert.Equal("POST https://rt.example.com/rt/REST/2.0/ticket/7/comment", Line(http.Calls[2]));
        await desk.ResolveAsync(Known, "Reached", default);
        Assert.Equal(("Reached", "resolved"), ($"{Body(http.Calls[3])["Content"]}", $"{Body(http.Calls[3])["Status"]}"));
        await desk.FindOpenAsync("caller", default);
        Assert.Equal("Status = '__Active__' AND 'CF.{PbxCaller}' = 'caller'", Query(http.Calls[4], "query"));
    }

    [Fact]
    public async Task Jira_Cloud()
    {
        var (desk, http) = Make(PbxDesk.Jira, "https://site.atlassian.net", r => r.Uri.AbsolutePath.EndsWith("transitions", StringComparison.Ordinal) && r.Method == "GET"
            ? """{"transitions":[{"id":"11","to":{"statusCategory":{"key":"indeterminate"}}},{"id":"31","to":{"statusCategory":{"key":"done"}}}]}"""
            : """{"id":"10000","key":"OPS-24","issues":[{"key":"OPS-1","fields":{"created":"2026-03-01T08:05:07.000+0000","labels":["a"]}}]}""", user: "bot@example.com", group: "OPS");
        await desk.CreateAsync(Notes.Of(), default);
        var fields = Body(http.Calls[0])["fields"]!;
        Assert.Equal("POST https://site.atlassian.net/rest/api/3/issue", Line(http.Calls[0]));
        Assert.Equal($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("bot@example.com:key"))}", Header(http.Calls[0], "Authorization"));
        Assert.Equal(("OPS", "Task"), ($"{fields["project"]!["key"]}", $"{fields["issuetype"]!["name"]}"));
        Assert.Equal([Notes.Of().CallKey, Notes.Of().CallerKey!], fields["labels"]!.AsArray().Select(l => $"{l}"));
        Assert.Equal(("doc", 1), ($"{fields["description"]!["type"]}", (int)fields["description"]!["version"]!));
        Assert.Equal("Caller: Ada <b>{{x}}</b>", $"{fields["description"]!["content"]![0]!["content"]![0]!["text"]}");

        await desk.CommentAsync(Known, Notes.Of(), default);
        Assert.Equal("PUT https://site.atlassian.net/rest/api/3/issue/7", Line(http.Calls[1]));
        Assert.Equal(Notes.Of().CallKey, $"{Body(http.Calls[1])["update"]!["labels"]![0]!["add"]}");
        await desk.ResolveAsync(Known, "Reached", default);
        Assert.Equal("31", $"{Body(http.Calls[^1])["transition"]!["id"]}");
        var found = await desk.FindOpenAsync("caller", default);
        Assert.Equal("/rest/api/3/search/jql", http.Calls[^1].Uri.AbsolutePath);
        Assert.Equal("labels = \"caller\" AND statusCategory != Done ORDER BY created ASC", Query(http.Calls[^1], "jql"));
        Assert.Equal(Notes.At, found[0].CreatedAt);
    }

    [Fact]
    public async Task Jira_Data_Center_where_texts_are_wiki_markup()
    {
        var (desk, http) = Make(PbxDesk.Jira, "https://jira.example.com", _ => """{"key":"OPS-24","issues":[]}""", group: "OPS");
        await desk.CreateAsync(Notes.Of(), default);
        Assert.Equal("POST https://jira.example.com/rest/api/2/issue", Line(http.Calls[0]));
        Assert.Equal("Bearer key", Header(http.Calls[0], "Authorization"));
        var text = $"{Body(http.Calls[0])["fields"]!["description"]}";
        Assert.StartsWith("{noformat}\n", text);
        Assert.EndsWith("\n{noformat}", text);
        Assert.Equal(3, text.Split("{noformat}").Length);
        await desk.FindByCallAsync(Notes.Of(), default);
        Assert.Equal("/rest/api/2/search", http.Calls[1].Uri.AbsolutePath);
    }

    [Fact]
    public async Task ServiceNow()
    {
        var (desk, http) = Make(PbxDesk.ServiceNow, "https://x.service-now.com", r => r.Method == "POST" ? """{"result":{"sys_id":"s1","number":"INC001"}}"""
            : r.Method == "PATCH" ? """{"result":{}}"""
            : $$$"""{"result":[{"sys_id":{"value":"s1"},"number":{"value":"INC001"},"sys_created_on":{"value":"2026-03-01 08:05:07"},"work_notes":{"display_value":"Call key: {{{Notes.Of(2).CallKey}}}"}}]}""", group: "Telephony");
        var made = await desk.CreateAsync(Notes.Of(), default);
        Assert.Equal(("s1", "INC001"), (made.Id, made.Name));
        Assert.Equal("/api/now/table/incident", http.Calls[0].Uri.AbsolutePath);
        Assert.Equal("key", Header(http.Calls[0], "x-sn-apikey"));
        var body = Body(http.Calls[0]);
        Assert.Equal((Notes.Of().CallKey, Notes.Of().CallerKey, "phone"), ($"{body["correlation_id"]}", $"{body["correlation_display"]}", $"{body["contact_type"]}"));

        await desk.CommentAsync(made, Notes.Of(), default);
        Assert.Equal(("PATCH", "/api/now/table/incident/s1"), (http.Calls[1].Method, http.Calls[1].Uri.AbsolutePath));
        Assert.DoesNotContain("[code]", $"{Body(http.Calls[1])["work_notes"]}");
        await desk.ResolveAsync(made, "Reached", default);
        Assert.Equal(("6", "Reached"), ($"{Body(http.Calls[2])["state"]}", $"{Body(http.Calls[2])["close_notes"]}"));
        var found = await desk.FindOpenAsync("caller", default);
        Assert.Equal("stateNOT IN6,7,8^correlation_display=caller^ORDERBYsys_created_on", Query(http.Calls[3], "sysparm_query"));
        Assert.Equal(Notes.At, found[0].CreatedAt);
        Assert.Equal([Notes.Of(2).CallKey], found[0].CallKeys);
    }

    [Fact]
    public async Task Zendesk()
    {
        var (desk, http) = Make(PbxDesk.Zendesk, "https://x.zendesk.com", _ => """{"ticket":{"id":3},"tickets":[],"results":[{"id":3,"created_at":"2026-03-01T08:05:07Z","tags":["old"]}]}""", user: "bot@example.com/token", group: "360");
        await desk.CreateAsync(Notes.Of(), default);
        Assert.Equal("POST https://x.zendesk.com/api/v2/tickets.json", Line(http.Calls[0]));
        Assert.Equal(Notes.Of().CallKey, Header(http.Calls[0], "Idempotency-Key"));
        var ticket = Body(http.Calls[0])["ticket"]!;
        Assert.Equal((Notes.Of().CallKey, 360L), ($"{ticket["external_id"]}", (long)ticket["group_id"]!));
        Assert.DoesNotContain("{{", $"{ticket["comment"]!["body"]}");
        Assert.False((bool)ticket["comment"]!["public"]!);

        var open = await desk.FindOpenAsync("caller", default);
        Assert.Equal("type:ticket status<solved tags:caller", Query(http.Calls[1], "query"));
        await desk.CommentAsync(open[0], Notes.Of(), default);
        Assert.Equal("PUT https://x.zendesk.com/api/v2/tickets/3.json", Line(http.Calls[2]));
        Assert.Equal(["old", Notes.Of().CallKey], Body(http.Calls[2])["ticket"]!["tags"]!.AsArray().Select(t => $"{t}"));
        await desk.ResolveAsync(open[0], "Reached", default);
        Assert.Equal("solved", $"{Body(http.Calls[3])["ticket"]!["status"]}");
        await desk.FindByCallAsync(Notes.Of(), default);
        Assert.Equal(Notes.Of().CallKey, Query(http.Calls[4], "external_id"));
        Assert.Equal($"type:ticket tags:{Notes.Of().CallKey}", Query(http.Calls[5], "query"));
    }

    [Fact]
    public async Task Freshdesk()
    {
        var (desk, http) = Make(PbxDesk.Freshdesk, "https://x.freshdesk.com", r => r.Uri.AbsolutePath.EndsWith("conversations", StringComparison.Ordinal) ? "[]"
            : """{"id":3,"description_text":"of another call","results":[{"id":3,"status":2,"created_at":"2026-03-01T08:05:07Z","tags":["old"]},{"id":4,"status":5}]}""");
        await desk.CreateAsync(Notes.Of(), default);
        Assert.Equal("POST https://x.freshdesk.com/api/v2/tickets", Line(http.Calls[0]));
        Assert.Equal($"Basic {Convert.ToBase64String("key:X"u8)}", Header(http.Calls[0], "Authorization"));
        var body = Body(http.Calls[0]);
        Assert.Equal((2, 3, "+4511111111", "Ada"), ((int)body["status"]!, (int)body["source"]!, $"{body["phone"]}", $"{body["name"]}"));
        Assert.Contains("&lt;b&gt;", $"{body["description"]}");
        Assert.All(body["tags"]!.AsArray(), t => Assert.InRange($"{t}".Length, 1, 32));

        var open = Assert.Single(await desk.FindOpenAsync("caller", default));
        Assert.Equal("\"tag:'caller'\"", Query(http.Calls[1], "query"));
        await desk.CommentAsync(open, Notes.Of(), default);
        Assert.Equal(["PUT https://x.freshdesk.com/api/v2/tickets/3", "POST https://x.freshdesk.com/api/v2/tickets/3/notes"], http.Calls.Skip(2).Select(Line));
        Assert.True((bool)Body(http.Calls[3])["private"]!);
        await desk.FinishAsync(open, Notes.Of(), default);
        Assert.Equal("POST https://x.freshdesk.com/api/v2/tickets/3/notes", Line(http.Calls[^1]));
        await desk.ResolveAsync(open, "Reached", default);
        Assert.Equal(4, (int)Body(http.Calls[^1])["status"]!);
    }

    [Fact]
    public async Task Zammad()
    {
        var (desk, http) = Make(PbxDesk.Zammad, "https://zammad.example.com", r => r.Uri.AbsolutePath.EndsWith("search", StringComparison.Ordinal)
            ? """[{"id":3,"number":"22003","state":"open","created_at":"2026-03-01T08:05:07.000Z"},{"id":4,"number":"22004","state":"closed","created_at":"2026-03-01T08:05:07.000Z"}]"""
            : r.Uri.AbsolutePath.Contains("by_ticket", StringComparison.Ordinal) ? $$"""[{"body":"Call key: {{Notes.Of().CallKey}}"}]"""
            : """{"id":3,"number":"22003"}""", group: "Users", requester: "desk@example.com");
        var made = await desk.CreateAsync(Notes.Of(), default);
        Assert.Equal(("3", "22003"), (made.Id, made.Name));
        Assert.Equal("POST https://zammad.example.com/api/v1/tickets", Line(http.Calls[0]));
        Assert.Equal("Token token=key", Header(http.Calls[0], "Authorization"));
        var body = Body(http.Calls[0]);
        Assert.Equal(("Users", "guess:desk@example.com", $"{Notes.Of().CallKey},{Notes.Of().CallerKey}"), ($"{body["group"]}", $"{body["customer_id"]}", $"{body["tags"]}"));
        Assert.Equal(("text/plain", "note"), ($"{body["article"]!["content_type"]}", $"{body["article"]!["type"]}"));

        var open = Assert.Single(await desk.FindOpenAsync("caller", default));
        Assert.Equal("tags:caller", Query(http.Calls[1], "query"));
        await desk.CommentAsync(open, Notes.Of(), default);
        Assert.Equal(["POST https://zammad.example.com/api/v1/tags/add", "POST https://zammad.example.com/api/v1/ticket_articles"], http.Calls.Skip(2).Select(Line));
        await desk.FinishAsync(open, Notes.Of(), default);
        Assert.Equal("GET https://zammad.example.com/api/v1/ticket_articles/by_ticket/3", Line(http.Calls[^1]));
        await desk.ResolveAsync(open, "Reached", default);
        Assert.Equal(("PUT https://zammad.example.com/api/v1/tickets/3", "closed"), (Line(http.Calls[^1]), $"{Body(http.Calls[^1])["state"]}"));
    }

    [Fact]
    public async Task OsTicket()
    {
        var (desk, http) = Make(PbxDesk.OsTicket, "https://support.example.com", _ => "123456", requester: "desk@example.com");
        Assert.Equal("123456", (await desk.CreateAsync(Notes.Of(), default)).Name);
        Assert.Equal("POST https://support.example.com/api/tickets.json", Line(http.Calls[0]));
        Assert.Equal("key", Header(http.Calls[0], "X-API-Key"));
        var body = Body(http.Calls[0]);
        Assert.Equal(("desk@example.com", "Ada", "+4511111111"), ($"{body["email"]}", $"{body["name"]}", $"{body["phone"]}"));
        Assert.StartsWith("data:text/plain;charset=utf-8,Caller: Ada", $"{body["message"]}");
        Assert.False(desk.CanFollowUp);
    }

    [Fact]
    public async Task Any_web_service()
    {
        var (desk, http) = Make(PbxDesk.Rest, "https://desk.example.com/tickets?tenant=1", _ => """{"number":5}""");
        Assert.Equal("5", (await desk.CreateAsync(Notes.Of(), default)).Name);
        Assert.Equal("POST https://desk.example.com/tickets?tenant=1", Line(http.Calls[0]));
        Assert.Equal(Notes.Of().CallKey, Header(http.Calls[0], "Idempotency-Key"));
        var body = Body(http.Calls[0]);
        Assert.Equal((Notes.Of().CallKey, "+4511111111"), ($"{body["key"]}", $"{body["caller"]}"));
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(401, true)]
    [InlineData(403, true)]
    [InlineData(404, true)]
    [InlineData(422, true)]
    [InlineData(429, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public async Task What_is_refused_for_good_and_what_is_not(int status, bool isPermanent)
    {
        var http = new FakeHttp(_ => FakeHttp.Json(status, """{"error":{"message":"No such queue","detail":"say my key and <b>"}}""") with { RetryAfter = TimeSpan.FromSeconds(9) });
        var desk = Desks.Make(PbxDesk.RequestTracker, new DeskAccess(new Uri("https://rt.example.com")) { Secret = new Secret("my key"), Group = "Calls" }, http);
        var fault = await Assert.ThrowsAsync<PbxException>(() => desk.CreateAsync(Notes.Of(), default));
        Assert.Equal((isPermanent, $"{status}", (TimeSpan?)TimeSpan.FromSeconds(9)), (fault.IsPermanent, fault.Code, fault.RetryAfter));
        Assert.Contains("No such queue; say ******** and <b>", fault.Message);
    }

    private static (TicketDesk Desk, FakeHttp Http) Make(PbxDesk kind, string address, Func<HttpCall, string> answer, string? user = null, string? group = null, string? requester = null)
    {
        var http = new FakeHttp(r => FakeHttp.Json(200, answer(r)));
        return (Desks.Make(kind, new DeskAccess(new Uri(address)) { UserName = user, Secret = new Secret("key"), Group = group, Requester = requester }, http), http);
    }

    private static string Line(HttpCall call) => $"{call.Method} {call.Uri}";

    private static JsonNode Body(HttpCall call) => JsonNode.Parse(FakeHttp.BodyOf(call))!;

    private static string? Header(HttpCall call, string name) => call.Headers.Where(h => h.Key == name).Select(h => h.Value).SingleOrDefault();

    private static string Query(HttpCall call, string name) =>
        Uri.UnescapeDataString(call.Uri.Query.TrimStart('?').Split('&').Single(p => p.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..]);
}
