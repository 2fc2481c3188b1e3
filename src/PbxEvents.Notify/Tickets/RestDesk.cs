using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>Any web service that takes a ticket as JSON. The key goes along as an idempotency key: one that honours it has one ticket for each call.</summary>
internal sealed class RestDesk(DeskAccess access, IHttpClient http) : TicketDesk(access, http)
{
    private static readonly string[] IdNames = ["id", "number", "key"];

    /// <inheritdoc/>
    public override PbxDesk Kind => PbxDesk.Rest;

    /// <inheritdoc/>
    public override bool CanFollowUp => false;

    /// <inheritdoc/>
    public override async Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["title"] = SubjectOf(note),
            ["text"] = note.Text,
            ["caller"] = note.Number,
            ["callerName"] = note.CallerName,
            ["calledAt"] = note.At,
            ["key"] = note.CallKey,
        };
        if (Access.Group is { } group)
            body["group"] = group;
        if (Access.Requester is { } requester)
            body["requester"] = requester;
        var answer = await SendAsync("POST", "", "take a ticket", cancellationToken, body, new KeyValuePair<string, string>("Idempotency-Key", note.CallKey)).ConfigureAwait(false);
        var id = answer is JsonObject made ? IdNames.Select(n => Text(made[n])).FirstOrDefault(t => t is not null) : null;
        return new DeskTicket(id ?? "", id ?? "");
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders() => Access.Open();
}
