namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The path of a filter or of a notification, taken apart (ringcentral.md sections 5.3 and 7). Notifications hold resolved
/// ids, and an account's filter brings paths of extensions, so paths are compared by their parts. Immutable.
/// </summary>
/// <param name="Name">What it is about, without account and extension: <c>telephony/sessions</c>. The event's name.</param>
/// <param name="Extension">The extension's id, <c>~</c> for the token's own, null for the account.</param>
/// <param name="Queue">The queue's id; null for none.</param>
/// <param name="Topic">The path with <c>~</c> for the account.</param>
internal sealed record RingCentralPath(string Name, string? Extension, string? Queue, string Topic)
{
    private const string Root = "/restapi/v1.0";

    /// <summary>Takes a path apart; one of another shape is its own name.</summary>
    /// <param name="text">The path; a query is left out.</param>
    public static RingCentralPath Parse(string text)
    {
        var query = text.IndexOf('?');
        var path = (query < 0 ? text : text[..query]).TrimEnd('/');
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["restapi", _, "account", _, .. var rest] || rest.Length == 0)
            return new RingCentralPath(path, null, null, path);
        var prefix = $"{Root}/account/~";
        return rest switch
        {
            ["extension", var id] => new("extension", id, null, $"{prefix}/extension/{id}"),
            ["extension", var id, .. var tail] => new(string.Join('/', tail), id, null, $"{prefix}/extension/{id}/{string.Join('/', tail)}"),
            ["call-queues", var id, .. var tail] => new($"call-queues/{string.Join('/', tail)}", null, id, $"{prefix}/{string.Join('/', rest)}"),
            _ => new(string.Join('/', rest), null, null, $"{prefix}/{string.Join('/', rest)}"),
        };
    }
}
