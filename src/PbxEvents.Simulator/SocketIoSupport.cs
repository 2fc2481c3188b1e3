namespace PbxEvents.Simulator;

/// <summary>What a simulated Socket.IO server speaks (socketio.md sections 1 and 2).</summary>
[Flags]
public enum SocketIoSupport
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Engine.IO revision 3: clients of version 2. Alone it answers a revision 4 client in revision 3, as a version 2 server does.</summary>
    Revision3 = 1,

    /// <summary>Engine.IO revision 4: clients of version 3 and 4.</summary>
    Revision4 = 2,

    /// <summary>The WebSocket transport.</summary>
    WebSocket = 4,

    /// <summary>The long-polling transport.</summary>
    Polling = 8,

    /// <summary>Both revisions and both transports: a version 4 server with its version 2 switch on.</summary>
    All = Revision3 | Revision4 | WebSocket | Polling,
}
