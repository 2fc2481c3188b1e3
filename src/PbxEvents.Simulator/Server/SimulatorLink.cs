namespace PbxEvents.Simulator.Server;

/// <summary>One client of a simulator that events can be sent to, over a WebSocket or a Socket.IO connection.</summary>
/// <param name="number">Its number in the simulator; the log names links by it.</param>
internal abstract class SimulatorLink(int number)
{
    /// <summary>Its number in the simulator, from 1; the log names links by it.</summary>
    public int Number { get; } = number;

    /// <summary>How it is connected, in words.</summary>
    public abstract string Transport { get; }

    /// <summary>True once <see cref="GoSilent"/> was called.</summary>
    public abstract bool IsSilent { get; }

    /// <summary>Queues a text: a WebSocket text message, or a Socket.IO packet (<c>2["name",...]</c>).</summary>
    /// <param name="text">The text.</param>
    /// <param name="delay">How long it is held back.</param>
    /// <returns>True once it was written in full, false once it is sure that it will not be.</returns>
    public abstract Task<bool> Post(string text, TimeSpan delay);

    /// <summary>Waits until the queue of <see cref="Post"/> is not full.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When there is room, or the link is gone.</returns>
    public abstract Task WaitForRoomAsync(CancellationToken cancellationToken);

    /// <summary>Queues garbage, framed as the transport frames what is whole.</summary>
    /// <param name="text">The garbage.</param>
    public abstract void PostGarbage(string text);

    /// <summary>Writes bytes below the framing: what breaks the WebSocket protocol itself.</summary>
    /// <param name="bytes">The bytes.</param>
    public abstract void WriteRaw(ReadOnlyMemory<byte> bytes);

    /// <summary>Resets it.</summary>
    public abstract void Drop();

    /// <summary>Makes it half-open: nothing is read or written any more, TCP stays up.</summary>
    public abstract void GoSilent();

    /// <summary>Sends what is queued and closes it in order.</summary>
    public abstract void Close();
}
