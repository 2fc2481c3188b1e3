using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>osTicket, whose interface makes tickets and does nothing else.</summary>
internal sealed class OsTicketDesk(DeskAccess access, IHttpClient http) : TicketDesk(access, http)
{
    /// <inheritdoc/>
    public override PbxDesk Kind => PbxDesk.OsTicket;

    /// <inheritdoc/>
    public override bool CanFollowUp => false;

    /// <inheritdoc/>
    public override async Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["email"] = Access.Requester ?? throw TicketFaults.RequesterMissing(Target),
            ["name"] = note.CallerName,
            ["subject"] = SubjectOf(note),

            // A text that begins with data: would be taken for something else. What follows the comma is taken as it stands, whatever RFC 2397 says.
            ["message"] = $"data:text/plain;charset=utf-8,{TextOf(note)}",
            ["source"] = "Phone",
        };
        if (note.Number is { } number)
            body["phone"] = number;
        if (Access.Group is { } topic)
            body["topicId"] = topic;

        // It answers with the ticket's number and nothing else.
        var answer = await SendAsync("POST", "api/tickets.json", "make a ticket", cancellationToken, body).ConfigureAwait(false);
        return new DeskTicket(Text(answer) ?? "", Text(answer) ?? "");
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => Access.Secret is { } key ? [new("X-API-Key", key.Reveal())] : [];
}
