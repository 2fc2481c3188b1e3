namespace PbxEvents.Simulator.SocketIo;

/// <summary>What a platform does with its Socket.IO clients. Called for one client one at a time, for several at once.</summary>
internal interface ISocketIoHandler
{
    /// <summary>A number for a new client.</summary>
    /// <returns>The number.</returns>
    int NextLinkNumber();

    /// <summary>The server's middleware: a client wants to join a namespace.</summary>
    /// <param name="socket">The client.</param>
    /// <param name="auth">The JSON of its connect packet; empty for none, and always in revision 3.</param>
    /// <returns>
    /// Null to let it in; else the JSON that refuses it: revision 3 sends it as it is, revision 4 expects an object with
    /// <c>message</c> and <c>data</c>.
    /// </returns>
    string? Refuse(SocketIoSocket socket, string auth);

    /// <summary>A client has joined a namespace.</summary>
    /// <param name="socket">The client.</param>
    void Connected(SocketIoSocket socket);

    /// <summary>A client sent an event.</summary>
    /// <param name="received">The event.</param>
    /// <returns>When the next one may come.</returns>
    Task ReceivedAsync(SocketIoEvent received);

    /// <summary>A client sent something that is no packet.</summary>
    /// <param name="text">The beginning of it.</param>
    void Unreadable(string text);

    /// <summary>A client that had joined is gone.</summary>
    /// <param name="socket">The client.</param>
    /// <param name="reason">Why.</param>
    void Disconnected(SocketIoSocket socket, string reason);
}
