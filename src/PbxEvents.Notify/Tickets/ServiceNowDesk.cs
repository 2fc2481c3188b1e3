using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>
/// ServiceNow's incidents by the Table API. The key of the call that an incident was made for is its correlation id, that of the caller its
/// correlation display; calls that it got later are in its work notes.
/// </summary>
internal sealed partial class ServiceNowDesk(DeskAccess access, IHttpClient http) : TicketDesk(access, http)
{
    private const string Table = "api/now/table/incident";

    // Resolved, closed, cancelled.
    private const string IsOpen = "stateNOT IN6,7,8";

    /// <inheritdoc/>
    public override PbxDesk Kind => PbxDesk.ServiceNow;

    /// <inheritdoc/>
    public override bool FindsAtOnce => true;

    /// <inheritdoc/>
    public override string KeyField => "correlation_id";

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindByCallAsync(TicketNote note, CancellationToken cancellationToken) =>
        FindAsync($"correlation_id={note.CallKey}", cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<DeskTicket>> FindOpenAsync(string callerKey, CancellationToken cancellationToken) =>
        FindAsync($"{IsOpen}^correlation_display={callerKey}", cancellationToken);

    /// <inheritdoc/>
    public override async Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
    {
        const string Doing = "make an incident";
        var body = new JsonObject
        {
            ["short_description"] = TextCut.Cut(note.Subject, 160),
            ["description"] = note.KeyedText(4_000),
            ["correlation_id"] = note.CallKey,
            ["contact_type"] = "phone",
        };
        if (note.CallerKey is { } caller)
            body["correlation_display"] = caller;
        if (Access.Group is { } group)
            body["assignment_group"] = group;
        if (Access.Requester is { } requester)
            body["caller_id"] = requester;
        var answer = await SendAsync("POST", $"{Table}?sysparm_fields=sys_id,number&sysparm_input_display_value=true", Doing, cancellationToken, body).ConfigureAwait(false);
        return Read(answer, Doing, a => Text(a["result"]?["sys_id"]) is { } id ? new DeskTicket(id, Text(a["result"]?["number"]) ?? id) : null);
    }

    /// <inheritdoc/>
    public override Task CommentAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken) =>
        ChangeAsync(ticket, "comment on an incident", cancellationToken, ("work_notes", Plain(TextOf(note))));

    /// <inheritdoc/>
    public override Task ResolveAsync(DeskTicket ticket, string text, CancellationToken cancellationToken) =>
        ChangeAsync(ticket, "resolve an incident", cancellationToken, ("state", "6"), ("close_code", "Resolved by caller"), ("close_notes", text), ("work_notes", Plain(text)));

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => Access.Open("x-sn-apikey", "");

    [GeneratedRegex("pbxcall[0-9a-f]+")]
    private static partial Regex CallKey();

    [GeneratedRegex(@"\[(?=/?code\])", RegexOptions.IgnoreCase)]
    private static partial Regex Code();

    /// <summary>In its journals what stands between [code] and [/code] is HTML.</summary>
    private static string Plain(string text) => Code().Replace(text, "[ ");

    private Task<JsonNode?> ChangeAsync(DeskTicket ticket, string doing, CancellationToken cancellationToken, params (string Field, string Value)[] fields) =>
        SendAsync("PATCH", $"{Table}/{Escape(ticket.Id)}?sysparm_fields=sys_id", doing, cancellationToken, new JsonObject(fields.Select(f => KeyValuePair.Create(f.Field, (JsonNode?)f.Value))));

    private async Task<IReadOnlyList<DeskTicket>> FindAsync(string query, CancellationToken cancellationToken)
    {
        const string Doing = "look for incidents";
        var answer = await SendAsync(
            "GET",
            $"{Table}?sysparm_query={Escape($"{query}^ORDERBYsys_created_on")}&sysparm_fields=sys_id,number,sys_created_on,work_notes&sysparm_display_value=all&sysparm_limit=50",
            Doing,
            cancellationToken).ConfigureAwait(false);
        return Read(answer, Doing, a => a["result"] is not JsonArray found ? null : Objects(found)
            .Select(i => new DeskTicket(Text(i["sys_id"]?["value"])!, Text(i["number"]?["value"])!)
            {
                CreatedAt = Time(i["sys_created_on"]?["value"]),
                CallKeys = [.. CallKey().Matches(Text(i["work_notes"]?["display_value"]) ?? "").Select(m => m.Value)],
            })
            .ToArray());
    }
}
