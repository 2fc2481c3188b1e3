using System.Net;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>Freshdesk, whose keys are tags. Its texts are HTML, so everything that is no line break is escaped.</summary>
internal sealed class FreshdeskDesk(DeskAccess access, IHttpClient http) : TicketDesk(access, http)
{
    private const int Open = 2;
    private const int Resolved = 4;
    private const int Closed = 5;
    private const int Phone = 3;
    private const int Medium = 2;

    /// <inheritdoc/>
    public override PbxDesk Kind => PbxDesk.Freshdesk;

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindByCallAsync(TicketNote note, CancellationToken cancellationToken) => FindAsync(note.CallKey, _ => true, cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindOpenAsync(string callerKey, CancellationToken cancellationToken) =>
        FindAsync(callerKey, s => s is not (Resolved or Closed), cancellationToken);

    /// <inheritdoc/>
    public override async Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
    {
        const string Doing = "make a ticket";
        var body = new JsonObject
        {
            ["subject"] = SubjectOf(note),
            ["description"] = ToHtml(TextOf(note)),
            ["status"] = Open,
            ["priority"] = Medium,
            ["source"] = Phone,
            ["tags"] = note.CallerKey is { } caller ? new JsonArray(note.CallKey, caller) : new JsonArray(note.CallKey),
        };
        if (Access.Requester is { } requester)
        {
            body["email"] = requester;
        }
        else
        {
            body["phone"] = note.Number ?? throw TicketFaults.RequesterMissing(Target);
            body["name"] = note.CallerName;
        }
        if (Access.Group is { } group)
            body["group_id"] = long.TryParse(group, out var id) ? id : throw TicketFaults.GroupMissing(Target, "the number of the group");
        var answer = await SendAsync("POST", "api/v2/tickets", Doing, cancellationToken, body).ConfigureAwait(false);
        var made = Read(answer, Doing, a => Text(a["id"]));
        return new DeskTicket(made, made);
    }

    /// <inheritdoc/>
    public override async Task CommentAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken)
    {
        var tags = new JsonObject { ["tags"] = new JsonArray([.. ticket.CallKeys.Append(note.CallKey).Select(k => (JsonNode)k)]) };
        await SendAsync("PUT", $"api/v2/tickets/{Escape(ticket.Id)}", "change a ticket", cancellationToken, tags).ConfigureAwait(false);
        await WriteAsync(ticket, TextOf(note), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task FinishAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken)
    {
        var answer = await SendAsync("GET", $"api/v2/tickets/{Escape(ticket.Id)}", "show a ticket", cancellationToken).ConfigureAwait(false);
        if (Text(answer?["description_text"])?.Contains(note.CallKey, StringComparison.Ordinal) == true)
            return;
        for (var page = 1; ; page++)
        {
            var said = await SendAsync("GET", $"api/v2/tickets/{Escape(ticket.Id)}/conversations?per_page=100&page={page}", "show a ticket", cancellationToken).ConfigureAwait(false);
            var texts = Objects(said).Select(c => Text(c["body_text"])).ToArray();
            if (Array.Exists(texts, t => t?.Contains(note.CallKey, StringComparison.Ordinal) == true))
                return;
            if (texts.Length < 100)
                break;
        }
        await WriteAsync(ticket, TextOf(note), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task ResolveAsync(DeskTicket ticket, string text, CancellationToken cancellationToken)
    {
        await WriteAsync(ticket, text, cancellationToken).ConfigureAwait(false);
        await SendAsync("PUT", $"api/v2/tickets/{Escape(ticket.Id)}", "resolve a ticket", cancellationToken, new JsonObject { ["status"] = Resolved }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => Access.Secret is { } key ? [DeskAccess.Basic(key.Reveal(), "X")] : [];

    private static string ToHtml(string text) => WebUtility.HtmlEncode(text).Replace("\n", "<br>", StringComparison.Ordinal);

    private Task<JsonNode?> WriteAsync(DeskTicket ticket, string text, CancellationToken cancellationToken) => SendAsync(
        "POST", $"api/v2/tickets/{Escape(ticket.Id)}/notes", "comment on a ticket", cancellationToken, new JsonObject { ["body"] = ToHtml(text), ["private"] = true });

    private async Task<IReadOnlyList<DeskTicket>> FindAsync(string tag, Func<int, bool> isWanted, CancellationToken cancellationToken)
    {
        const string Doing = "look for tickets";
        var answer = await SendAsync("GET", $"api/v2/search/tickets?query={Escape($"\"tag:'{tag}'\"")}", Doing, cancellationToken).ConfigureAwait(false);
        return Read(answer, Doing, a => a["results"] is not JsonArray found ? null : Objects(found)
            .Where(t => isWanted((int?)t["status"] ?? 0))
            .Select(t => new DeskTicket(Text(t["id"])!, Text(t["id"])!)
            {
                CreatedAt = Time(t["created_at"]),

                // All tags: a change gives them all anew.
                CallKeys = [.. (t["tags"] as JsonArray ?? []).Select(Text).OfType<string>()],
            })
            .OrderBy(t => t.CreatedAt).ToArray());
    }
}
