using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>
/// Jira, whose keys are labels. On Jira Cloud texts are documents of version 3, in which nothing is markup; Data Center has version 2 only, whose
/// texts are wiki markup, so there they stand in a block without it.
/// </summary>
internal sealed class JiraDesk(DeskAccess access, IHttpClient http) : TicketDesk(access, http)
{
    private const string Block = "{noformat}";

    /// <inheritdoc/>
    public override PbxDesk Kind => PbxDesk.Jira;

    private bool IsCloud => Access.Address.Host.EndsWith(".atlassian.net", StringComparison.OrdinalIgnoreCase);

    private string Project => Access.Group ?? throw TicketFaults.GroupMissing(Target, "the key of the project");

    private string Api => IsCloud ? "rest/api/3" : "rest/api/2";

    /// <inheritdoc/>
    public override void Check() => _ = Project;

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindByCallAsync(TicketNote note, CancellationToken cancellationToken) =>
        FindAsync($"labels = \"{note.CallKey}\"", cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindOpenAsync(string callerKey, CancellationToken cancellationToken) =>
        FindAsync($"labels = \"{callerKey}\" AND statusCategory != Done", cancellationToken);

    /// <inheritdoc/>
    public override async Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
    {
        const string Doing = "make an issue";
        var body = new JsonObject
        {
            ["fields"] = new JsonObject
            {
                ["project"] = new JsonObject { ["key"] = Project },
                ["issuetype"] = new JsonObject { ["name"] = "Task" },
                ["summary"] = SubjectOf(note),
                ["description"] = ToText(TextOf(note)),
                ["labels"] = note.CallerKey is { } caller ? new JsonArray(note.CallKey, caller) : new JsonArray(note.CallKey),
            },
        };
        var answer = await SendAsync("POST", $"{Api}/issue", Doing, cancellationToken, body).ConfigureAwait(false);
        var key = Read(answer, Doing, a => Text(a["key"]));
        return new DeskTicket(key, key);
    }

    /// <inheritdoc/>
    public override Task CommentAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken) => SendAsync(
        "PUT", $"{Api}/issue/{Escape(ticket.Id)}", "comment on an issue", cancellationToken, new JsonObject
        {
            ["update"] = new JsonObject
            {
                ["labels"] = new JsonArray(new JsonObject { ["add"] = note.CallKey }),
                ["comment"] = new JsonArray(new JsonObject { ["add"] = new JsonObject { ["body"] = ToText(TextOf(note)) } }),
            },
        });

    /// <inheritdoc/>
    public override async Task ResolveAsync(DeskTicket ticket, string text, CancellationToken cancellationToken)
    {
        const string Doing = "resolve an issue";
        var issue = $"{Api}/issue/{Escape(ticket.Id)}";
        var answer = await SendAsync("GET", $"{issue}/transitions", Doing, cancellationToken).ConfigureAwait(false);
        var way = Objects(answer?["transitions"]).FirstOrDefault(t => Text(t["to"]?["statusCategory"]?["key"]) == "done");
        var id = Text(way?["id"]) ?? throw new PbxException(
            PbxErrorKind.RequestRefused, $"{Target} has no way from the status of {ticket.Name} to one that is done.", "Let the workflow of the project have one for that user.")
        { Target = Target, IsPermanent = true };
        await SendAsync("POST", $"{issue}/comment", Doing, cancellationToken, new JsonObject { ["body"] = ToText(text) }).ConfigureAwait(false);
        await SendAsync("POST", $"{issue}/transitions", Doing, cancellationToken, new JsonObject { ["transition"] = new JsonObject { ["id"] = id } }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => Access.Open();

    private async Task<IReadOnlyList<DeskTicket>> FindAsync(string query, CancellationToken cancellationToken)
    {
        const string Doing = "look for issues";
        var search = IsCloud ? "search/jql" : "search";
        var answer = await SendAsync("GET", $"{Api}/{search}?jql={Escape($"{query} ORDER BY created ASC")}&fields=created,labels&maxResults=50", Doing, cancellationToken).ConfigureAwait(false);
        return Read(answer, Doing, a => a["issues"] is not JsonArray issues ? null : Objects(issues)
            .Select(i => new DeskTicket(Text(i["key"])!, Text(i["key"])!)
            {
                CreatedAt = Time(i["fields"]?["created"]),
                CallKeys = [.. (i["fields"]?["labels"] as JsonArray ?? []).Select(Text).OfType<string>()],
            })
            .ToArray());
    }

    private JsonNode ToText(string text) => !IsCloud
        ? $"{Block}\n{text.Replace(Block, "(noformat)", StringComparison.OrdinalIgnoreCase)}\n{Block}"
        : new JsonObject
        {
            ["type"] = "doc",
            ["version"] = 1,
            ["content"] = new JsonArray([.. text.Split('\n').Select(l => (JsonNode)Paragraph(l))]),
        };

    /// <summary>A text node may not be empty.</summary>
    private static JsonObject Paragraph(string line) => new()
    {
        ["type"] = "paragraph",
        ["content"] = line.Length == 0 ? new JsonArray() : new JsonArray(new JsonObject { ["type"] = "text", ["text"] = line }),
    };
}
