using System.Runtime.CompilerServices;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// The domain's users and queues by name (history/directory.md, OneCloud): two lists, each in one answer. The platform has no events that
/// tell a change.
/// </summary>
/// <param name="api">The API.</param>
internal sealed class OneCloudNames(OneCloudRecordApi api) : DirectoryReader
{
    private const string Users = "the names of extensions", Queues = "the names of queues";

    /// <inheritdoc/>
    public override IReadOnlyList<DirectoryList> Lists { get; } =
    [
        new(DirectoryKind.Extension, Users, c => ReadAsync(api, Users, "users/list", "user", PersonOf, c)),
        new(DirectoryKind.Queue, Queues, c => ReadAsync(api, Queues, "callqueues/list", "callqueue", r => JsonMember.TextOrNumber(r, "description"), c)),
    ];

    private static async IAsyncEnumerable<IReadOnlyList<DirectoryName>> ReadAsync(
        OneCloudRecordApi api, string what, string list, string number, Func<JsonElement, string?> name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ticket = await api.GetTicketAsync(cancellationToken).ConfigureAwait(false);

        // A user's own scope sees no list of the domain, and a refusal looks like a block: it is not asked for.
        if (ticket.IsPersonal)
            throw OneCloudFaults.NoRight(api.Server, what, ticket);
        using var rows = await api.GetAsync(what, $"/v2/domains/{Uri.EscapeDataString(ticket.Domain)}/{list}", cancellationToken).ConfigureAwait(false);
        yield return [.. rows.Rows.Select(r => DirectoryName.From(JsonMember.TextOrNumber(r, number), name(r))).OfType<DirectoryName>()];
    }

    private static string PersonOf(JsonElement row) => $"{JsonMember.TextOrNumber(row, "name-first-name")} {JsonMember.TextOrNumber(row, "name-last-name")}";
}
