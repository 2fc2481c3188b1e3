using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>Zammad, whose keys are tags. A tag and an article are two requests: the tag goes first, and who finds it looks whether the article is there.</summary>
internal sealed class ZammadDesk(DeskAccess access, IHttpClient http) : TicketDesk(access, http)
{
    private static readonly string[] ClosedStates = ["closed", "merged", "removed"];

    /// <inheritdoc/>
    public override PbxDesk Kind => PbxDesk.Zammad;

    private string Group => Access.Group ?? throw TicketFaults.GroupMissing(Target, "the group");

    private string Customer => Access.Requester ?? throw TicketFaults.RequesterMissing(Target);

    /// <inheritdoc/>
    public override void Check() => _ = (Group, Customer);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindByCallAsync(TicketNote note, CancellationToken cancellationToken) => FindAsync(note.CallKey, _ => true, cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindOpenAsync(string callerKey, CancellationToken cancellationToken) =>
        FindAsync(callerKey, s => !ClosedStates.Contains(s), cancellationToken);

    /// <inheritdoc/>
    public override async Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
    {
        const string Doing = "make a ticket";
        var answer = await SendAsync("POST", "api/v1/tickets", Doing, cancellationToken, new JsonObject
        {
            ["title"] = SubjectOf(note),
            ["group"] = Group,
            ["customer_id"] = $"guess:{Customer}",
            ["tags"] = note.CallerKey is { } caller ? $"{note.CallKey},{caller}" : note.CallKey,
            ["article"] = Article(TextOf(note)),
        }).ConfigureAwait(false);
        return Read(answer, Doing, a => Text(a["id"]) is { } id ? new DeskTicket(id, Text(a["number"]) ?? id) : null);
    }

    /// <inheritdoc/>
    public override async Task CommentAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken)
    {
        await SendAsync("POST", "api/v1/tags/add", "change a ticket", cancellationToken, new JsonObject
        {
            ["item"] = note.CallKey,
            ["object"] = "Ticket",
            ["o_id"] = long.Parse(ticket.Id, System.Globalization.CultureInfo.InvariantCulture),
        }).ConfigureAwait(false);
        await WriteAsync(ticket, note, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task FinishAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken)
    {
        var answer = await SendAsync("GET", $"api/v1/ticket_articles/by_ticket/{Escape(ticket.Id)}", "show a ticket", cancellationToken).ConfigureAwait(false);
        if (!Objects(answer).Any(a => Text(a["body"])?.Contains(note.CallKey, StringComparison.Ordinal) == true))
            await WriteAsync(ticket, note, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task ResolveAsync(DeskTicket ticket, string text, CancellationToken cancellationToken) => SendAsync(
        "PUT", $"api/v1/tickets/{Escape(ticket.Id)}", "resolve a ticket", cancellationToken, new JsonObject { ["state"] = "closed", ["article"] = Article(text) });

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => Access.Open(prefix: "Token token=");

    private static JsonObject Article(string text) => new() { ["body"] = text, ["content_type"] = "text/plain", ["type"] = "note", ["internal"] = true };

    private Task<JsonNode?> WriteAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken)
    {
        var article = Article(TextOf(note));
        article["ticket_id"] = long.Parse(ticket.Id, System.Globalization.CultureInfo.InvariantCulture);
        return SendAsync("POST", "api/v1/ticket_articles", "comment on a ticket", cancellationToken, article);
    }

    private async Task<IReadOnlyList<DeskTicket>> FindAsync(string tag, Func<string?, bool> isWanted, CancellationToken cancellationToken)
    {
        const string Doing = "look for tickets";
        var answer = await SendAsync("GET", $"api/v1/tickets/search?query={Escape($"tags:{tag}")}&expand=true&limit=50", Doing, cancellationToken).ConfigureAwait(false);
        return Read(answer, Doing, a => a is not JsonArray found ? null : Objects(found)
            .Where(t => isWanted(Text(t["state"])))
            .Select(t => new DeskTicket(Text(t["id"])!, Text(t["number"]) ?? Text(t["id"])!) { CreatedAt = Time(t["created_at"]) })
            .OrderBy(t => t.CreatedAt).ToArray());
    }
}
