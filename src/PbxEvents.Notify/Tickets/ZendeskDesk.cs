using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>Zendesk Support. Keys are tags; that of the call that a ticket was made for is its external id too, and goes along as an idempotency key.</summary>
internal sealed class ZendeskDesk(DeskAccess access, IHttpClient http) : TicketDesk(access, http)
{
    /// <inheritdoc/>
    public override PbxDesk Kind => PbxDesk.Zendesk;

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<DeskTicket>> FindByCallAsync(TicketNote note, CancellationToken cancellationToken)
    {
        var made = await FindAsync($"api/v2/tickets.json?external_id={note.CallKey}", "tickets", cancellationToken).ConfigureAwait(false);
        return made.Count > 0 ? made : await SearchAsync($"tags:{note.CallKey}", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindOpenAsync(string callerKey, CancellationToken cancellationToken) =>
        SearchAsync($"status<solved tags:{callerKey}", cancellationToken);

    /// <inheritdoc/>
    public override async Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
    {
        const string Doing = "make a ticket";
        var ticket = new JsonObject
        {
            ["subject"] = SubjectOf(note),
            ["comment"] = Comment(TextOf(note)),
            ["external_id"] = note.CallKey,
            ["tags"] = note.CallerKey is { } caller ? new JsonArray(note.CallKey, caller) : new JsonArray(note.CallKey),
        };
        if (Access.Group is { } group)
            ticket["group_id"] = long.TryParse(group, out var id) ? id : throw TicketFaults.GroupMissing(Target, "the number of the group");
        if (Access.Requester is { } requester)
            ticket["requester"] = new JsonObject { ["name"] = requester, ["email"] = requester };
        var answer = await SendAsync(
            "POST", "api/v2/tickets.json", Doing, cancellationToken, new JsonObject { ["ticket"] = ticket }, new KeyValuePair<string, string>("Idempotency-Key", note.CallKey)).ConfigureAwait(false);
        var made = Read(answer, Doing, a => Text(a["ticket"]?["id"]));
        return new DeskTicket(made, made);
    }

    /// <inheritdoc/>
    public override Task CommentAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken) => ChangeAsync(
        ticket,
        "comment on a ticket",
        new JsonObject
        {
            ["comment"] = Comment(TextOf(note)),
            ["tags"] = new JsonArray([.. ticket.CallKeys.Append(note.CallKey).Select(k => (JsonNode)k)]),
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task ResolveAsync(DeskTicket ticket, string text, CancellationToken cancellationToken) =>
        ChangeAsync(ticket, "resolve a ticket", new JsonObject { ["status"] = "solved", ["comment"] = Comment(text) }, cancellationToken);

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => Access.Open();

    /// <summary>What an agent writes between double braces Zendesk fills in.</summary>
    private static JsonObject Comment(string text) => new() { ["body"] = text.Replace("{{", "{ {", StringComparison.Ordinal).Replace("{%", "{ %", StringComparison.Ordinal), ["public"] = false };

    private Task<JsonNode?> ChangeAsync(DeskTicket ticket, string doing, JsonObject changes, CancellationToken cancellationToken) =>
        SendAsync("PUT", $"api/v2/tickets/{Escape(ticket.Id)}.json", doing, cancellationToken, new JsonObject { ["ticket"] = changes });

    private Task<IReadOnlyList<DeskTicket>> SearchAsync(string query, CancellationToken cancellationToken) =>
        FindAsync($"api/v2/search.json?query={Escape($"type:ticket {query}")}&sort_by=created_at&sort_order=asc", "results", cancellationToken);

    private async Task<IReadOnlyList<DeskTicket>> FindAsync(string path, string list, CancellationToken cancellationToken)
    {
        const string Doing = "look for tickets";
        var answer = await SendAsync("GET", path, Doing, cancellationToken).ConfigureAwait(false);
        return Read(answer, Doing, a => a[list] is not JsonArray found ? null : Objects(found)
            .Select(t => new DeskTicket(Text(t["id"])!, Text(t["id"])!)
            {
                CreatedAt = Time(t["created_at"]),

                // All tags: a change gives them all anew.
                CallKeys = [.. (t["tags"] as JsonArray ?? []).Select(Text).OfType<string>()],
            })
            .ToArray());
    }
}
