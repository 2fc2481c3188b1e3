namespace PbxEvents;

/// <summary>How the connection to a mail server is secured.</summary>
public enum PbxMailTls
{
    /// <summary>
    /// The connection starts unencrypted and switches to TLS before anything is sent (STARTTLS). Nothing is sent to a server that does not
    /// offer it.
    /// </summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Implicit,

    /// <summary>Nothing is encrypted. No password is sent.</summary>
    None,
}
