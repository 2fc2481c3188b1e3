using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>
/// A Socket.IO connection as a link. Binary parts of an event are delivered as base64 texts within its JSON, so that a session
/// sees one whole payload.
/// </summary>
internal sealed class SocketIoLink : SocketIoEngine, ILink
{
    private readonly ILinkSink _sink;

    /// <summary>Makes it; it is not open yet.</summary>
    /// <param name="id">Its number in the connection.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="sink">Who it delivers to.</param>
    /// <param name="options">TLS, proxy, limits, clock.</param>
    public SocketIoLink(int id, LinkTarget target, ILinkSink sink, TransportOptions options)
        : base(options, target)
    {
        Id = id;
        _sink = sink;
    }

    /// <inheritdoc/>
    public int Id { get; }

    /// <inheritdoc/>
    public void Send(OutFrame frame) => Post(MessageOf(frame.Kind == FrameKind.Ack, frame.Payload, frame.AckId));

    /// <inheritdoc/>
    protected override ValueTask OnEventAsync(in SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
        DeliverAsync(FrameKind.Text, packet, attachments);

    /// <inheritdoc/>
    protected override ValueTask OnAckAsync(in SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
        DeliverAsync(FrameKind.Ack, packet, attachments);

    /// <inheritdoc/>
    protected override ValueTask OnUnreadableAsync(ReadOnlyMemory<byte> excerpt, string why) => _sink.OnUnreadableAsync(this, excerpt, why);

    /// <inheritdoc/>
    protected override ValueTask OnEndedAsync(PbxException? fault) => _sink.OnClosedAsync(this, fault);

    private ValueTask DeliverAsync(FrameKind kind, in SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        // The one copy of the hot path: the buffer below is read into again, the frame is the session's to keep.
        var payload = attachments.Count == 0 ? packet.Payload.ToArray() : BinaryInliner.Inline(packet.Payload, attachments);
        return payload is null
            ? OnUnreadableAsync(packet.Payload, "a binary event's JSON cannot be read")
            : _sink.OnFrameAsync(this, new Frame(kind, payload, packet.AckId));
    }
}
