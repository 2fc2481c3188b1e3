namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>The digit behind the <c>4</c> (socketio.md section 3).</summary>
internal enum SocketPacketType
{
    /// <summary>A namespace is joined, or asked for.</summary>
    Connect,

    /// <summary>A namespace is left.</summary>
    Disconnect,

    /// <summary>An event.</summary>
    Event,

    /// <summary>An acknowledgement.</summary>
    Ack,

    /// <summary>A namespace is refused.</summary>
    ConnectError,

    /// <summary>An event with binary frames behind it.</summary>
    BinaryEvent,

    /// <summary>An acknowledgement with binary frames behind it.</summary>
    BinaryAck,
}
