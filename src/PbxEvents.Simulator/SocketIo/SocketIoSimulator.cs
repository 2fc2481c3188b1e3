namespace PbxEvents.Simulator.SocketIo;

/// <summary>A simulator of a platform that speaks Socket.IO.</summary>
public abstract class SocketIoSimulator : PbxSimulator
{
    private readonly SocketIoServer _server;

    private protected SocketIoSimulator(SimulatorOptions options)
        : base(options)
    {
        var defaults = new SocketIoServerOptions();
        _server = new SocketIoServer(
            defaults with
            {
                Support = options.SocketIo,
                PingInterval = options.HeartbeatInterval ?? defaults.PingInterval,
                PingTimeout = options.HeartbeatTimeout ?? defaults.PingTimeout,
                Clock = options.Clock,
            },
            Ids,
            new Handler(this));
        Routes.Map("*", "/socket.io", _server.HandleAsync);
    }

    private protected override IReadOnlyList<string> Garbage => SocketIoGarbage.Texts;

    /// <summary>The server's middleware; see <see cref="ISocketIoHandler.Refuse"/>. Default lets everybody in.</summary>
    private protected virtual string? Refuse(SocketIoSocket socket, string auth) => null;

    /// <summary>A client has joined; it is in the log already.</summary>
    private protected abstract void OnConnected(SocketIoSocket socket);

    /// <summary>A client sent an event. One client's events come one at a time.</summary>
    private protected abstract Task OnReceivedAsync(SocketIoEvent received);

    /// <summary>A client is gone; it is in the log already.</summary>
    private protected abstract void OnDisconnected(SocketIoSocket socket);

    private protected override Task ForgetSessionsAsync() => _server.DropAllAsync();

    private protected override Task StopCoreAsync() => _server.DropAllAsync();

    private sealed class Handler(SocketIoSimulator owner) : ISocketIoHandler
    {
        public int NextLinkNumber() => owner.NextLinkNumber();

        public string? Refuse(SocketIoSocket socket, string auth) => owner.Refuse(socket, auth);

        public void Connected(SocketIoSocket socket)
        {
            owner.Attach(socket);
            owner.OnConnected(socket);
        }

        public Task ReceivedAsync(SocketIoEvent received) => owner.OnReceivedAsync(received);

        public void Unreadable(string text) => owner.Record(SimulatorLogKind.Unexpected, "unreadable packet", text);

        public void Disconnected(SocketIoSocket socket, string reason)
        {
            owner.Detach(socket, reason);
            owner.OnDisconnected(socket);
        }
    }
}
