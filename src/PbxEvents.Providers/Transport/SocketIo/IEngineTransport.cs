namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>One way to carry Engine.IO messages. One reader and one writer at a time.</summary>
internal interface IEngineTransport : IDisposable
{
    /// <summary>The Engine.IO revision, 3 or 4: how binary messages are read and polling bodies written. May be corrected once.</summary>
    int Revision { get; set; }

    /// <summary>True when the wire has shown that the revision is right.</summary>
    bool IsRevisionCertain { get; }

    /// <summary>What the server said first.</summary>
    EngineHandshake Handshake { get; }

    /// <summary>When the last byte came; null before the first. Any thread.</summary>
    DateTimeOffset? LastReceivedAt { get; }

    /// <summary>How long nothing has come in while somebody was reading. Any thread.</summary>
    TimeSpan Silence { get; }

    /// <summary>Reads one message.</summary>
    /// <returns>The message, good until the next read.</returns>
    /// <exception cref="PbxException">The transport is at its end.</exception>
    ValueTask<EngineMessage> ReceiveAsync();

    /// <summary>Sends one text packet, or keeps it for the next when more is waiting.</summary>
    /// <param name="packet">The packet from its type digit on; its bytes are not kept.</param>
    /// <param name="isMoreWaiting">True when another one follows at once.</param>
    /// <returns>When it is taken.</returns>
    ValueTask SendAsync(ReadOnlyMemory<byte> packet, bool isMoreWaiting);

    /// <summary>Says goodbye.</summary>
    /// <returns>When it is sent.</returns>
    Task SayGoodbyeAsync();
}
