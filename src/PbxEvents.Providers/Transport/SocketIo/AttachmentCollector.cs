namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>Holds a binary packet until all its frames are there.</summary>
internal sealed class AttachmentCollector
{
    private readonly List<ReadOnlyMemory<byte>> _frames = [];
    private SocketPacket _packet;
    private int _bytes;

    /// <summary>True while frames are missing.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>How many bytes it holds.</summary>
    public int Bytes => _bytes;

    /// <summary>Begins with a packet.</summary>
    /// <param name="packet">The packet; its payload is copied.</param>
    public void Begin(in SocketPacket packet)
    {
        _packet = packet with { Payload = packet.Payload.ToArray() };
        IsWaiting = true;
    }

    /// <summary>Takes a binary frame.</summary>
    /// <param name="frame">The frame; it is copied.</param>
    /// <returns>The packet with its frames when this was the last one; null when more are to come.</returns>
    public (SocketPacket Packet, IReadOnlyList<ReadOnlyMemory<byte>> Frames)? Add(ReadOnlyMemory<byte> frame)
    {
        _frames.Add(frame.ToArray());
        _bytes += frame.Length;
        if (_frames.Count < _packet.Attachments)
            return null;
        var complete = (_packet, (IReadOnlyList<ReadOnlyMemory<byte>>)_frames.ToArray());
        Clear();
        return complete;
    }

    /// <summary>Drops what it holds.</summary>
    public void Clear()
    {
        _frames.Clear();
        _packet = default;
        _bytes = 0;
        IsWaiting = false;
    }
}
