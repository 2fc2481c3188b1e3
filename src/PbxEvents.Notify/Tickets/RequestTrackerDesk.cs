using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>
/// Request Tracker 5 by REST 2.0. Keys are in two custom fields: that of the caller, and those of all calls that the ticket is about. A ticket and
/// its fields are made as a whole. A comment is not: the key goes first, and who finds it looks whether the comment is there.
/// </summary>
internal sealed class RequestTrackerDesk(DeskAccess access, IHttpClient http) : TicketDesk(access, http)
{
    private const string CallField = "PbxCall";
    private const string CallerField = "PbxCaller";

    // Its limit.
    private const int PageSize = 100;

    /// <inheritdoc/>
    public override PbxDesk Kind => PbxDesk.RequestTracker;

    /// <inheritdoc/>
    public override bool FindsAtOnce => true;

    /// <inheritdoc/>
    public override string KeyField => CallField;

    private string Queue => Access.Group ?? throw TicketFaults.GroupMissing(Target, "the queue");

    /// <inheritdoc/>
    public override void Check() => _ = Queue;

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindByCallAsync(TicketNote note, CancellationToken cancellationToken) =>
        FindAsync($"'CF.{{{CallField}}}' = '{note.CallKey}'", cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindOpenAsync(string callerKey, CancellationToken cancellationToken) =>
        FindAsync($"Status = '__Active__' AND 'CF.{{{CallerField}}}' = '{callerKey}'", cancellationToken);

    /// <inheritdoc/>
    public override async Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
    {
        const string Doing = "make a ticket";
        var fields = new JsonObject { [CallField] = new JsonArray(note.CallKey) };
        if (note.CallerKey is { } caller)
            fields[CallerField] = caller;
        var body = new JsonObject
        {
            [nameof(Queue)] = Queue,
            ["Subject"] = SubjectOf(note),
            ["Content"] = TextOf(note),
            ["ContentType"] = "text/plain",
            ["CustomFields"] = fields,
        };
        if (Access.Requester is { } requester)
            body["Requestor"] = requester;
        var answer = await SendAsync("POST", "REST/2.0/ticket", Doing, cancellationToken, body).ConfigureAwait(false);
        var id = Read(answer, Doing, a => Text(a["id"]));
        return new DeskTicket(id, id);
    }

    /// <inheritdoc/>
    public override async Task CommentAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken)
    {
        var fields = new JsonObject { [CallField] = new JsonArray([.. ticket.CallKeys.Append(note.CallKey).Select(k => (JsonNode)k)]) };
        await SendAsync("PUT", $"REST/2.0/ticket/{ticket.Id}", "change a ticket", cancellationToken, new JsonObject { ["CustomFields"] = fields }).ConfigureAwait(false);
        await CommentAsync(ticket, TextOf(note), null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task FinishAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken)
    {
        for (var page = 1; ; page++)
        {
            var answer = await SendAsync("GET", $"REST/2.0/ticket/{ticket.Id}/attachments?fields=Content&per_page={PageSize}&page={page}", "show a ticket", cancellationToken).ConfigureAwait(false);
            if (Objects(answer?["items"]).Any(a => Holds(Text(a["Content"]), note.CallKey)))
                return;

            // It says 0.0 for none.
            if (!(double.TryParse(Text(answer?["pages"]), CultureInfo.InvariantCulture, out var pages) && page < pages))
                break;
        }
        await CommentAsync(ticket, TextOf(note), null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task ResolveAsync(DeskTicket ticket, string text, CancellationToken cancellationToken) => CommentAsync(ticket, text, "resolved", cancellationToken);

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => Access.Open(prefix: "token ");

    private Task<JsonNode?> CommentAsync(DeskTicket ticket, string text, string? status, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["Content"] = text, ["ContentType"] = "text/plain" };
        if (status is not null)
            body["Status"] = status;
        return SendAsync("POST", $"REST/2.0/ticket/{ticket.Id}/comment", "comment on a ticket", cancellationToken, body);
    }

    private async Task<IReadOnlyList<DeskTicket>> FindAsync(string query, CancellationToken cancellationToken)
    {
        const string Doing = "look for tickets";
        var answer = await SendAsync("GET", $"REST/2.0/tickets?query={Escape(query)}&fields=Created,CustomFields&per_page={PageSize}", Doing, cancellationToken).ConfigureAwait(false);
        return Read(answer, Doing, a => a["items"] is not JsonArray items ? null : Objects(items)
            .Select(t => new DeskTicket(Text(t["id"])!, Text(t["id"])!)
            {
                CreatedAt = Time(t["Created"]),
                CallKeys = [.. Objects(t["CustomFields"]).Where(f => Text(f["name"]) == CallField).SelectMany(f => f["values"] as JsonArray ?? []).Select(Text).OfType<string>()],
            })
            .OrderBy(t => int.Parse(t.Id, CultureInfo.InvariantCulture)).ToArray());
    }

    /// <summary>Content is given as it is by some versions, and as base64 by others.</summary>
    private static bool Holds(string? content, string key)
    {
        if (content is null || content.Contains(key, StringComparison.Ordinal))
            return content is not null;
        var bytes = new byte[content.Length];
        return Convert.TryFromBase64String(content, bytes, out var count) && Encoding.UTF8.GetString(bytes, 0, count).Contains(key, StringComparison.Ordinal);
    }
}
