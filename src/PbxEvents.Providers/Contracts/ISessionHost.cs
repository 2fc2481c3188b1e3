namespace PbxEvents.Providers.Contracts;

/// <summary>
/// What a session may ask for. Every member is called on the connection's loop, returns at once, and does no I/O there;
/// in tests a recording host stands in its place.
/// </summary>
internal interface ISessionHost
{
    /// <summary>The clock. A session never asks another one.</summary>
    TimeProvider Clock { get; }

    /// <summary>When the frame at hand arrived, or the moment the timer elapsed.</summary>
    DateTimeOffset Now { get; }

    /// <summary>A new unique id for the wire.</summary>
    /// <returns>Text without characters that need escaping.</returns>
    string NewId();

    /// <summary>Sends a frame on a link, after those before it. Nothing happens when the link is gone.</summary>
    /// <param name="link">The link.</param>
    /// <param name="frame">The frame.</param>
    void Send(int link, OutFrame frame);

    /// <summary>Makes a timer, not set yet.</summary>
    /// <param name="elapsed">Runs on the loop each time it elapses.</param>
    /// <param name="named">Whose name it has in the report of a mistake; null for its own.</param>
    /// <returns>The timer. It needs no disposing.</returns>
    SessionTimer NewTimer(Action elapsed, Delegate? named = null);

    /// <summary>Passes an event on: it is tracked, numbered, kept and told to everybody who waits.</summary>
    /// <param name="pbxEvent">The event, not to be touched again.</param>
    /// <param name="call">What it says about a call; null when it says nothing. Read before the method returns.</param>
    /// <param name="queue">What it says about a queue; null when it says nothing. Read before the method returns.</param>
    void Emit(PbxEvent pbxEvent, CallUpdate? call = null, QueueUpdate? queue = null);

    /// <summary>The call of that id as it stands; null when none is known.</summary>
    /// <param name="callId">The platform's id.</param>
    /// <returns>The call.</returns>
    PbxCall? FindCall(string callId);

    /// <summary>Counts a frame that was dropped as a duplicate.</summary>
    void CountDuplicate();

    /// <summary>Reports a frame that cannot be read: counted, and told once for each kind of fault with an excerpt.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="why">What is wrong with it.</param>
    void ReportUnreadable(ReadOnlySpan<byte> frame, string why);

    /// <summary>Puts a Connection event with a problem into the stream that does not end the link (a partial refusal, a quiet stream).</summary>
    /// <param name="warning">What, why and what to do.</param>
    void Warn(PbxException warning);

    /// <summary>Adds a line to the connection's activity log (<c>-Verbose</c>). No secrets.</summary>
    /// <param name="text">What happens.</param>
    void Log(string text);

    /// <summary>The link is authenticated and every subscription that stood before is in place again, or was refused.</summary>
    /// <param name="link">The link.</param>
    /// <param name="recovery">What was saved of the time without a link.</param>
    /// <param name="wanted">
    /// What the driver is to look up if there was a gap that was not recovered; each answer comes as
    /// <see cref="ProtocolSession.SnapshotReceived"/>. Null for nothing.
    /// </param>
    void LinkReady(int link, LinkRecovery recovery, SnapshotRequest? wanted = null);

    /// <summary>Ends a link. The connection is restored after a pause, unless the fault is permanent.</summary>
    /// <param name="link">The link.</param>
    /// <param name="fault">Why.</param>
    void CloseLink(int link, PbxException fault);

    /// <summary>Asks for a second link that takes over from the present one once it is ready (token change without a gap).</summary>
    void Rotate();

    /// <summary>
    /// Asks the driver for a fresh token; <see cref="ProtocolSession.CredentialRenewed"/> or
    /// <see cref="ProtocolSession.CredentialFailed"/> tells the end of it.
    /// </summary>
    void RenewCredential();

    /// <summary>The platform has confirmed a subscription.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="confirmation">The platform's words; null where it has none.</param>
    void Confirm(PbxSubscription subscription, string? confirmation);

    /// <summary>The platform has refused a subscription, or not confirmed it in time.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="error">What to tell the user.</param>
    void Reject(PbxSubscription subscription, PbxException error);

    /// <summary>The platform has taken a request.</summary>
    /// <param name="token">The token of <see cref="ProtocolSession.SendRequest"/>.</param>
    /// <param name="requestId">The platform's id for it.</param>
    void RequestAccepted(int token, string requestId);

    /// <summary>A reply to a request.</summary>
    /// <param name="token">The token of the request.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="isLast">True when no further reply can come.</param>
    void RequestReplied(int token, PbxReply reply, bool isLast);

    /// <summary>A request came to nothing.</summary>
    /// <param name="token">The token of the request.</param>
    /// <param name="error">What to tell the user.</param>
    void RequestFailed(int token, PbxException error);
}
