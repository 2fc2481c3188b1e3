using System.Text;

namespace PbxEvents.Notify.Tickets;

/// <summary>Where a desk is, what opens it, and where tickets go there. Immutable; it prints without anything secret.</summary>
/// <param name="Address">The desk's address.</param>
internal sealed record DeskAccess(Uri Address)
{
    /// <summary>The user; null when a token needs none.</summary>
    public string? UserName { get; init; }

    /// <summary>Password, token or key; null for none.</summary>
    public Secret? Secret { get; init; }

    /// <summary>Where tickets go: a queue, a project, a group; null for the desk's own choice.</summary>
    public string? Group { get; init; }

    /// <summary>Mail address of whom tickets are on behalf of; null for whoever the token belongs to.</summary>
    public string? Requester { get; init; }

    /// <summary>The header for user and password.</summary>
    /// <param name="user">The user.</param>
    /// <param name="password">The password, or what a desk wants in its place.</param>
    public static KeyValuePair<string, string> Basic(string user, string password) =>
        new("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}");

    /// <summary>User and password where there is a user, else a header that holds the token.</summary>
    /// <param name="name">The header.</param>
    /// <param name="prefix">What stands before the token in it.</param>
    public IReadOnlyList<KeyValuePair<string, string>> Open(string name = "Authorization", string prefix = "Bearer ") =>
        Secret is null ? []
        : UserName is { } user ? [Basic(user, Secret.Reveal())]
        : [new(name, prefix + Secret.Reveal())];

    /// <summary>The address, nothing else.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => Address.Authority;
}
