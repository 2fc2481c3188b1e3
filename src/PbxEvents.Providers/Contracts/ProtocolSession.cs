namespace PbxEvents.Providers.Contracts;

/// <summary>
/// What one platform speaks, as a state machine without I/O: frames, replies and timer ticks come in; events, frames to
/// send and timers go out through <see cref="ISessionHost"/>. One session lives as long as its connection and sees every
/// link of it. All members are called on the connection's loop, one at a time, so a session needs no locks.
/// </summary>
/// <param name="host">Where everything goes that comes out.</param>
internal abstract class ProtocolSession(ISessionHost host)
{
    /// <summary>Where everything goes that comes out.</summary>
    protected ISessionHost Host { get; } = host;

    /// <summary>What the next link needs. Called before each attempt.</summary>
    /// <param name="isRotation">True when the present link stays open meanwhile.</param>
    /// <returns>The plan for the driver.</returns>
    public virtual LinkPlan PlanLink(bool isRotation) => new(isRotation);

    /// <summary>A link is open: WebSocket upgraded, Socket.IO namespace joined. Time to authenticate and subscribe.</summary>
    /// <param name="link">The link; numbers are never used twice in a connection.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="ticket">What the driver prepared for it.</param>
    public abstract void LinkOpened(int link, LinkTarget target, LinkTicket ticket);

    /// <summary>A frame arrived. Whatever it holds, no exception may leave: unreadable ones go to the host.</summary>
    /// <param name="link">The link.</param>
    /// <param name="frame">The frame.</param>
    public abstract void FrameReceived(int link, in Frame frame);

    /// <summary>A link is gone. One that was replaced is read to its end first: its frames still come after the new link was ready.</summary>
    /// <param name="link">The link.</param>
    public abstract void LinkClosed(int link);

    /// <summary>
    /// A new subscription is wanted. It stays wanted over every reconnect until <see cref="Unsubscribe"/>. The session
    /// answers with Confirm or Reject, now or later.
    /// </summary>
    /// <param name="subscription">The subscription.</param>
    /// <exception cref="PbxException">The platform has no such topic, or needs a filter that is missing.</exception>
    public abstract void Subscribe(PbxSubscription subscription);

    /// <summary>A subscription is not wanted any more.</summary>
    /// <param name="subscription">The subscription.</param>
    public abstract void Unsubscribe(PbxSubscription subscription);

    /// <summary>A request is to be sent. The session answers through the host's Request members with the same token.</summary>
    /// <param name="token">Number of the request in this connection.</param>
    /// <param name="request">The request.</param>
    /// <exception cref="PbxException">The platform has no requests, or the request is incomplete.</exception>
    public virtual void SendRequest(int token, PbxRequest request) =>
        throw new PbxException(PbxErrorKind.NotSupported, "This platform does not accept requests over its event connection.",
            "Use the platform's REST interface.")
        { IsPermanent = true };

    /// <summary>Nobody waits for this request any more.</summary>
    /// <param name="token">Number of the request in this connection.</param>
    public virtual void ForgetRequest(int token)
    {
    }

    /// <summary>A reply to a request that another client sent here.</summary>
    /// <param name="request">The event that brought the request.</param>
    /// <param name="json">The reply's data as UTF-8 JSON; empty for none.</param>
    /// <exception cref="PbxException">The platform has no requests, or the event is not one.</exception>
    public virtual void SendReply(PbxEvent request, ReadOnlyMemory<byte> json) =>
        throw new PbxException(PbxErrorKind.NotSupported, "This platform does not accept replies over its event connection.",
            "Send-PbxReply answers REQUEST events of TelecomX.")
        { IsPermanent = true };

    /// <summary>The driver has the fresh token that was asked for.</summary>
    /// <param name="ticket">What goes with it.</param>
    public virtual void CredentialRenewed(LinkTicket ticket)
    {
    }

    /// <summary>The driver could not get the token that was asked for.</summary>
    /// <param name="failure">Why.</param>
    public virtual void CredentialFailed(PbxException failure)
    {
    }

    /// <summary>One snapshot of those that were asked for.</summary>
    /// <param name="snapshot">What it is and its bytes.</param>
    public virtual void SnapshotReceived(in Snapshot snapshot)
    {
    }

    /// <summary>
    /// The user disconnects, with or without a link: tell what waits to be told, and send what the platform wants to hear before
    /// the link closes.
    /// </summary>
    public virtual void Closing()
    {
    }
}
