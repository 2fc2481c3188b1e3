namespace PbxEvents.Providers.Contracts;

/// <summary>What a frame holds.</summary>
internal enum FrameKind
{
    /// <summary>
    /// A text message as UTF-8. Over Socket.IO: the JSON array of an event, <c>["name",arg,...]</c>, without the packet's prefix.
    /// </summary>
    Text,

    /// <summary>A binary message.</summary>
    Binary,

    /// <summary>Socket.IO only: the JSON array of an acknowledgement of something that was sent with an ack id.</summary>
    Ack,
}

/// <summary>One message from a link to a session. The payload is the session's to keep: no link writes to it again.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Payload">The bytes.</param>
/// <param name="AckId">
/// Socket.IO: on <see cref="FrameKind.Text"/> the id under which the server wants an acknowledgement, on
/// <see cref="FrameKind.Ack"/> the id that was given with <see cref="OutFrame"/>; -1 when there is none.
/// </param>
internal readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Payload, long AckId = -1);

/// <summary>One message from a session to a link.</summary>
/// <param name="Kind"><see cref="FrameKind.Text"/>, or <see cref="FrameKind.Ack"/> to acknowledge a received event.</param>
/// <param name="Payload">The bytes: over Socket.IO a JSON array, as in <see cref="Frame"/>.</param>
/// <param name="AckId">
/// On <see cref="FrameKind.Text"/> the id under which the session wants an acknowledgement (unique per link), on
/// <see cref="FrameKind.Ack"/> the id that came with the event; -1 for none.
/// </param>
internal readonly record struct OutFrame(FrameKind Kind, ReadOnlyMemory<byte> Payload, long AckId = -1);
