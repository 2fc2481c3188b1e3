namespace PbxEvents.Notify;

/// <summary>Which mail server, and who gets the mail. Immutable.</summary>
internal sealed record MailOptions
{
    /// <summary>The mail server's host name.</summary>
    public required string Server { get; init; }

    /// <summary>Its port; null for the usual one: 587, with implicit TLS 465, without TLS 25.</summary>
    public int? Port { get; init; }

    /// <summary>How the way there is made secure.</summary>
    public PbxMailTls Tls { get; init; }

    /// <summary>The sender, as <c>pbx@example.com</c> or <c>PBX &lt;pbx@example.com&gt;</c>.</summary>
    public required string From { get; init; }

    /// <summary>Who gets it.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>Who gets a copy.</summary>
    public IReadOnlyList<string> Cc { get; init; } = [];

    /// <summary>The user at the mail server; null for the sender's address.</summary>
    public string? UserName { get; init; }

    /// <summary>The user's password; null to send without a login.</summary>
    public Secret? Password { get; init; }
}
