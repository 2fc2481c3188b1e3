namespace PbxEvents;

/// <summary>What went wrong. The name is also the error id of the error record a cmdlet writes.</summary>
public enum PbxErrorKind
{
    /// <summary>An option is missing, contradicts another, or means nothing to this platform.</summary>
    InvalidOption,

    /// <summary>Another process, or another connection, uses the state file.</summary>
    StateInUse,

    /// <summary>Another process, or another session, writes to the journal.</summary>
    JournalInUse,

    /// <summary>The file is something else than a journal.</summary>
    NotAJournal,

    /// <summary>The journal was written by a newer version of PbxEvents.</summary>
    JournalTooNew,

    /// <summary>The journal was opened for reading only, or its file may not be written to.</summary>
    JournalReadOnly,

    /// <summary>The journal's file is damaged, or it was taken away.</summary>
    JournalDamaged,

    /// <summary>There is no room for the journal on its disk.</summary>
    JournalFull,

    /// <summary>The journal's file cannot be read or written.</summary>
    JournalFailed,

    /// <summary>The action of a durable reaction did not end in its time, nor when it was told to.</summary>
    ActionStuck,

    /// <summary>The event of a durable reaction was older than it may be when its turn came; it is a dead letter that was not tried.</summary>
    EventTooOld,

    /// <summary>A service could not be installed, looked at or removed.</summary>
    ServiceFailed,

    /// <summary>The host name did not resolve.</summary>
    HostNotFound,

    /// <summary>Nothing listens on that port, or a firewall refused.</summary>
    ConnectionRefused,

    /// <summary>The network or the host could not be reached.</summary>
    NetworkUnreachable,

    /// <summary>The server's certificate was not accepted.</summary>
    TlsFailed,

    /// <summary>No answer came in time.</summary>
    Timeout,

    /// <summary>Something answered, but not the platform's event service.</summary>
    HandshakeFailed,

    /// <summary>The platform refused the credential or token.</summary>
    CredentialRefused,

    /// <summary>The platform asks for a second factor.</summary>
    MfaRequired,

    /// <summary>The credential is good, its rights do not reach.</summary>
    PermissionDenied,

    /// <summary>The platform blocks this machine's address.</summary>
    AddressBlocked,

    /// <summary>The platform asks for fewer requests.</summary>
    RateLimited,

    /// <summary>The platform has given out as many tokens as it allows.</summary>
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

    /// <summary>A request got no reply in time.</summary>
    NoReply,

    /// <summary>The link went down.</summary>
    LinkLost,

    /// <summary>The platform does not take what is sent to it.</summary>
    SlowServer,

    /// <summary>A frame could not be read.</summary>
    ProtocolError,

    /// <summary>The connection was closed by the user.</summary>
    Disconnected,

    /// <summary>The platform reported a fault of its own.</summary>
    ServerError,
}
