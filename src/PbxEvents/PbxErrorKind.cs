namespace PbxEvents;

/// <summary>What went wrong. The name is also the error id of the error record a cmdlet writes.</summary>
public enum PbxErrorKind
{
    /// <summary>An option is missing, contradicts another, or does not apply to this platform.</summary>
    InvalidOption,

    /// <summary>Another process, or another connection, uses the state file.</summary>
    StateInUse,

    /// <summary>Another process, or another session, writes to the journal.</summary>
    JournalInUse,

    /// <summary>Another listener has taken over the connection (-Standby).</summary>
    TakenOver,

    /// <summary>The file is not a journal.</summary>
    NotAJournal,

    /// <summary>The journal was written by a newer version of PbxEvents.</summary>
    JournalTooNew,

    /// <summary>The journal was opened read-only, or its file is not writable.</summary>
    JournalReadOnly,

    /// <summary>The journal's file is damaged or gone.</summary>
    JournalDamaged,

    /// <summary>The disk of the journal is full.</summary>
    JournalFull,

    /// <summary>The journal's file cannot be read or written.</summary>
    JournalFailed,

    /// <summary>The action of a durable reaction ran out of time and did not stop when told to.</summary>
    ActionStuck,

    /// <summary>The event of a durable reaction was too old when its turn came; it is a dead letter that was not tried.</summary>
    EventTooOld,

    /// <summary>A service could not be installed, shown or removed.</summary>
    ServiceFailed,

    /// <summary>A file that was given to a cmdlet cannot be read, or is of another kind.</summary>
    FileUnreadable,

    /// <summary>The host name could not be resolved.</summary>
    HostNotFound,

    /// <summary>Nothing listens on that port, or a firewall refused.</summary>
    ConnectionRefused,

    /// <summary>The network or the host could not be reached.</summary>
    NetworkUnreachable,

    /// <summary>The server's certificate was not accepted.</summary>
    TlsFailed,

    /// <summary>The server does not offer the requested encryption. Nothing was sent to it.</summary>
    TlsNotOffered,

    /// <summary>No answer came in time.</summary>
    Timeout,

    /// <summary>Something answered, but not the platform's event service.</summary>
    HandshakeFailed,

    /// <summary>The platform refused the credential or token.</summary>
    CredentialRefused,

    /// <summary>The platform asks for a second factor.</summary>
    MfaRequired,

    /// <summary>The credential is valid, but lacks a permission.</summary>
    PermissionDenied,

    /// <summary>The platform blocks this machine's address.</summary>
    AddressBlocked,

    /// <summary>The platform asks for fewer requests.</summary>
    RateLimited,

    /// <summary>The platform has issued as many tokens as it allows.</summary>
    TokenLimit,

    /// <summary>The platform refused a subscription.</summary>
    SubscriptionRefused,

    /// <summary>The platform did not confirm a subscription in its documented time.</summary>
    SubscriptionTimeout,

    /// <summary>The platform has no such topic or event name.</summary>
    UnknownTopic,

    /// <summary>The platform cannot do that.</summary>
    NotSupported,

    /// <summary>The platform refused a request.</summary>
    RequestRefused,

    /// <summary>The mail server refuses that recipient.</summary>
    RecipientRefused,

    /// <summary>A part of the module that sends notifications cannot be loaded.</summary>
    NotifierFailed,

    /// <summary>A request got no reply in time.</summary>
    NoReply,

    /// <summary>The link went down.</summary>
    LinkLost,

    /// <summary>The platform does not accept data fast enough.</summary>
    SlowServer,

    /// <summary>A frame could not be read.</summary>
    ProtocolError,

    /// <summary>The connection was closed by the user.</summary>
    Disconnected,

    /// <summary>The platform reported an internal error.</summary>
    ServerError,
}
