namespace PbxEvents.Simulator.SocketIo;

/// <summary>How a Socket.IO server behaves. The defaults are those of the reference servers.</summary>
internal sealed record SocketIoServerOptions
{
    /// <summary>Revisions and transports.</summary>
    public SocketIoSupport Support { get; init; } = SocketIoSupport.All;

    /// <summary>The time between two pings.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How late an answer, or in revision 3 a ping, may be.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Revision 4: how long a client may take to send its first <c>40</c>.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The namespaces there are.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = ["/"];

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
