using PbxEvents.Simulator.SocketIo;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>
/// One client on the socket and its subscriptions. A stream that is subscribed to twice comes twice, so that a client which
/// does that is found out. Safe from any thread.
/// </summary>
/// <param name="socket">Its socket.</param>
internal sealed class OneCloudClient(SocketIoSocket socket)
{
    private readonly List<OneCloudStream> _streams = [];
    private readonly object _lock = new();

    /// <summary>Its socket.</summary>
    public SocketIoSocket Socket { get; } = socket;

    /// <summary>What it is subscribed to; what came twice is there twice.</summary>
    public IReadOnlyList<OneCloudStream> Streams
    {
        get
        {
            lock (_lock)
                return [.. _streams];
        }
    }

    /// <summary>Takes a subscription.</summary>
    /// <param name="stream">The stream.</param>
    public void Subscribe(OneCloudStream stream)
    {
        lock (_lock)
            _streams.Add(stream);
    }

    /// <summary>Ends all subscriptions.</summary>
    public void Clear()
    {
        lock (_lock)
            _streams.Clear();
    }

    /// <summary>How often an event is sent to this client.</summary>
    /// <param name="oneCloudEvent">The event.</param>
    /// <returns>Once for each subscription that brings it.</returns>
    public int CopiesOf(OneCloudEvent oneCloudEvent)
    {
        lock (_lock)
            return _streams.Count(oneCloudEvent.Streams.Contains);
    }
}
