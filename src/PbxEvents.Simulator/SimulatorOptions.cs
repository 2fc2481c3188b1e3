using System.Security.Cryptography.X509Certificates;

namespace PbxEvents.Simulator;

/// <summary>
/// How a simulated PBX is set up. Immutable. Platforms with settings of their own have a record of their own that adds
/// them; this one starts them with defaults.
/// </summary>
public record SimulatorOptions
{
    /// <summary>The platform; see <see cref="PbxSimulators.Names"/>.</summary>
    public required string Provider { get; init; }

    /// <summary>A name for people. Default the provider and the port.</summary>
    public string? Name { get; init; }

    /// <summary>The port on 127.0.0.1. Default 0: a free one that the system chooses.</summary>
    public int Port { get; init; }

    /// <summary>What every id and token is derived from: the same seed and the same order of calls give the same ids. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>True for TLS with a certificate made for this run. Default false.</summary>
    public bool UseTls { get; init; }

    /// <summary>A certificate with its key to use for TLS; null for none, or a made one with <see cref="UseTls"/>.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The user name, or client id, that is accepted. Null for the platform's default.</summary>
    public string? UserName { get; init; }

    /// <summary>The password, or client secret, that is accepted. Null for one derived from <see cref="Seed"/>.</summary>
    public string? Password { get; init; }

    /// <summary>The domain, customer or tenant that is simulated. Null for the platform's default.</summary>
    public string? Domain { get; init; }

    /// <summary>How long a token lives. Null for the platform's documented time.</summary>
    public TimeSpan? TokenLifetime { get; init; }

    /// <summary>Heartbeat of the platforms that have one (Socket.IO: pingInterval). Null for the platform's documented time.</summary>
    public TimeSpan? HeartbeatInterval { get; init; }

    /// <summary>How late a heartbeat may be (Socket.IO: pingTimeout). Null for the platform's documented time.</summary>
    public TimeSpan? HeartbeatTimeout { get; init; }

    /// <summary>
    /// How long events wait for a client that reads too slowly (some thousands are queued for it); then its link is dropped.
    /// Default 10 s.
    /// </summary>
    public TimeSpan SlowClientTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Which clients a Socket.IO platform can serve. Default all.</summary>
    public SocketIoSupport SocketIo { get; init; } = SocketIoSupport.All;

    /// <summary>How many entries the log keeps; the oldest go first. An event's entry takes about 2 kB. Default 250,000.</summary>
    public int LogSize { get; init; } = 250_000;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
