using System.Collections.Concurrent;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.SocketIo;

/// <summary>One client in one namespace.</summary>
internal sealed class SocketIoSocket : SimulatorLink
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<string>> _acks = new();
    private readonly EngineSession _engine;
    private long _lastAck;

    /// <summary>Makes the client of a namespace.</summary>
    /// <param name="number">Its number in the simulator.</param>
    /// <param name="engine">Its connection.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="id">The socket's id.</param>
    public SocketIoSocket(int number, EngineSession engine, string space, string id)
        : base(number)
    {
        _engine = engine;
        Namespace = space;
        Id = id;
    }

    /// <summary>The namespace.</summary>
    public string Namespace { get; }

    /// <summary>The socket's id: the engine's in revision 3, another one in revision 4.</summary>
    public string Id { get; }

    /// <summary>The revision, 3 or 4.</summary>
    public int Revision => _engine.Revision;

    /// <summary>The query of the handshake.</summary>
    public IReadOnlyDictionary<string, string> Query => _engine.Request.Query;

    /// <summary>The headers of the handshake.</summary>
    public IReadOnlyDictionary<string, string> Headers => _engine.Request.Headers;

    public override string Transport => $"socket.io revision {Revision} over {_engine.Transport}";

    public override bool IsSilent => _engine.IsSilent;

    public override Task<bool> Post(string text, TimeSpan delay) => _engine.Post("4" + text, delay);

    /// <summary>Queues an event.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="arguments">Its arguments, each as JSON.</param>
    public void Emit(string name, params IReadOnlyList<string> arguments) =>
        Post(new SocketIoPacket(2, Namespace, null, SocketIoText.Event(name, arguments)[1..]).ToString(), TimeSpan.Zero);

    /// <summary>Sends an event and waits for the client's acknowledgement.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="arguments">Its arguments, each as JSON.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The acknowledgement's arguments as a JSON array.</returns>
    /// <exception cref="OperationCanceledException">The client is gone, or the wait was stopped.</exception>
    public async Task<string> RequestAsync(string name, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastAck);
        var ack = _acks[id] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _ = Post(new SocketIoPacket(2, Namespace, id, SocketIoText.Event(name, arguments)[1..]).ToString(), TimeSpan.Zero);
            return await ack.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _acks.TryRemove(id, out _);
        }
    }

    /// <summary>Ends the client's stay in the namespace with <c>41</c>.</summary>
    /// <param name="close">True to close the connection below too. Default false, as on a real server.</param>
    public void Disconnect(bool close = false) => _engine.Disconnect(this, close);

    public override Task WaitForRoomAsync(CancellationToken cancellationToken) => _engine.WaitForRoomAsync(cancellationToken);

    public override void PostGarbage(string text) => _engine.Post(text, TimeSpan.Zero);

    public override void WriteRaw(ReadOnlyMemory<byte> bytes) => _engine.WriteRaw(bytes);

    public override void Drop() => _engine.Drop();

    public override void GoSilent() => _engine.GoSilent();

    public override void Close() => Disconnect(close: true);

    /// <summary>An acknowledgement came in.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="json">Its arguments.</param>
    internal void Acknowledged(long id, string json)
    {
        if (_acks.TryGetValue(id, out var ack))
            ack.TrySetResult(json);
    }

    /// <summary>The client is gone.</summary>
    internal void FailAcks()
    {
        foreach (var ack in _acks.Values)
            ack.TrySetCanceled();
    }
}
