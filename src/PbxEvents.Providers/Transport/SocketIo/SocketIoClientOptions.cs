using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>What a <see cref="SocketIoClient"/> can be told besides where to go. Immutable.</summary>
internal sealed record SocketIoClientOptions
{
    /// <summary>TLS, proxy, limits, clock.</summary>
    public TransportOptions Transport { get; init; } = new();

    /// <summary>
    /// How many received events wait for their reader before the socket is held back; acknowledgements wait behind them then.
    /// Default 4096.
    /// </summary>
    public int EventCapacity { get; init; } = 4096;

    /// <summary>How long an acknowledgement may take when nothing else is said. Default 10 s.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Told of each message that could not be read and was skipped, on the reading task; null for nobody.</summary>
    public Action<string>? OnUnreadable { get; init; }
}
