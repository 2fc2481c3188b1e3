namespace PbxEvents.Providers.Contracts;

/// <summary>
/// One open way to a platform. A link knows bytes, frames and its own liveness, and nothing of platforms. It is used once:
/// opened, started, closed.
/// </summary>
internal interface ILink : IAsyncDisposable
{
    /// <summary>Its number in the connection.</summary>
    int Id { get; }

    /// <summary>When the last byte arrived, pings and heartbeats included; null before the first. Any thread.</summary>
    DateTimeOffset? LastReceivedAt { get; }

    /// <summary>Opens it: TCP, TLS, WebSocket upgrade, Socket.IO handshake.</summary>
    /// <param name="cancellationToken">Gives up at once, leaving nothing open.</param>
    /// <returns>When the handshake is complete.</returns>
    /// <exception cref="PbxException">It cannot be opened; the kind says why.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Starts to deliver frames to the sink. Nothing is delivered before, nothing is lost meanwhile.</summary>
    void Start();

    /// <summary>
    /// Queues a frame; frames leave in order, one at a time. When the queue is full the link closes with
    /// <see cref="PbxErrorKind.SlowServer"/>. Nothing happens after the end. Any thread.
    /// </summary>
    /// <param name="frame">The frame.</param>
    void Send(OutFrame frame);

    /// <summary>Sends what is queued, says goodbye, and closes; within a few seconds in any case.</summary>
    /// <param name="cancellationToken">Closes at once.</param>
    /// <returns>When nothing is left of it.</returns>
    Task CloseAsync(CancellationToken cancellationToken);

    /// <summary>Drops it at once, without goodbye. The sink is told with this fault. Any thread.</summary>
    /// <param name="fault">Why.</param>
    void Abort(PbxException fault);
}

/// <summary>Who a link delivers to.</summary>
internal interface ILinkSink
{
    /// <summary>A frame arrived. The link reads on only when this completes: that is how a full loop holds back the socket.</summary>
    /// <param name="link">The link.</param>
    /// <param name="frame">The frame.</param>
    /// <returns>When the frame is taken.</returns>
    ValueTask OnFrameAsync(ILink link, Frame frame);

    /// <summary>A frame arrived that the link could not read; the link reads on.</summary>
    /// <param name="link">The link.</param>
    /// <param name="excerpt">The frame or the beginning of it.</param>
    /// <param name="why">What is wrong with it.</param>
    /// <returns>When it is taken.</returns>
    ValueTask OnUnreadableAsync(ILink link, ReadOnlyMemory<byte> excerpt, string why);

    /// <summary>The link is gone; called once, last, also after CloseAsync and Abort, never before Start.</summary>
    /// <param name="link">The link.</param>
    /// <param name="fault">Why; null after CloseAsync.</param>
    /// <returns>When it is taken.</returns>
    ValueTask OnClosedAsync(ILink link, PbxException? fault);
}

/// <summary>Makes links. Tests put a fake in its place.</summary>
internal interface ILinkFactory
{
    /// <summary>Makes a link; it is not open yet.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="sink">Who it delivers to.</param>
    /// <returns>The link.</returns>
    ILink Create(int id, LinkTarget target, ILinkSink sink);
}
