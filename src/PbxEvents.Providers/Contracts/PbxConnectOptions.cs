namespace PbxEvents.Providers.Contracts;

/// <summary>Everything that can be said about a connection. Immutable. A value that the platform has no use for is refused.</summary>
public sealed record PbxConnectOptions
{
    /// <summary>The platform's name; see <see cref="PbxProviders"/>.</summary>
    public required string Provider { get; init; }

    /// <summary>
    /// The server: a host name, <c>host:port</c>, or a URI; null for the platform's public one. A URI with <c>http</c> or
    /// <c>ws</c> turns TLS off, which is meant for the simulator.
    /// </summary>
    public string? Server { get; init; }

    /// <summary>OneCloud and PortSIP: the domain. TelecomX: the customer's id. Null when the login tells it.</summary>
    public string? Domain { get; init; }

    /// <summary>The user's name, or the client id on platforms that know no users here (Yeastar).</summary>
    public string? UserName { get; init; }

    /// <summary>The password that goes with <see cref="UserName"/>.</summary>
    public Secret? Password { get; init; }

    /// <summary>The id of the client application (OneCloud, RingCentral).</summary>
    public string? ClientId { get; init; }

    /// <summary>The secret of the client application.</summary>
    public Secret? ClientSecret { get; init; }

    /// <summary>A ready token.</summary>
    public Secret? AccessToken { get; init; }

    /// <summary>RingCentral: the JWT credential.</summary>
    public Secret? Jwt { get; init; }

    /// <summary>Gives a ready token whenever one is needed.</summary>
    public Func<CancellationToken, Task<Secret>>? TokenProvider { get; init; }

    /// <summary>The connection's name; null for one made from the provider and a number.</summary>
    public string? Name { get; init; }

    /// <summary>How many events the buffer holds. Default 10,000.</summary>
    public int BufferSize { get; init; } = 10_000;

    /// <summary>How many ended calls are kept; 1000 or more, for by them late news of an ended call is recognised. Default 10,000.</summary>
    public int CallHistorySize { get; init; } = 10_000;

    /// <summary>How long the first attempt may take in all. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many attempts in a row a lost link gets; null for endless. Default endless.</summary>
    public int? MaxReconnectAttempts { get; init; }

    /// <summary>The name that the platform shows for this client. Default <c>PbxEvents</c>.</summary>
    public string Application { get; init; } = "PbxEvents";

    /// <summary>Distinguishes this client from others of the same name. Default the machine's name.</summary>
    public string InstanceId { get; init; } = Environment.MachineName;

    /// <summary>PortSIP: the dialect; null to find it out.</summary>
    public string? Dialect { get; init; }

    /// <summary>The PBX's time zone, for platforms that send local times (Yeastar). Null for this machine's.</summary>
    public TimeZoneInfo? TimeZone { get; init; }

    /// <summary>
    /// The file that keeps what the next process needs to tell the calls that end while none runs; null for none. One connection at a time
    /// may use it.
    /// </summary>
    public string? StatePath { get; init; }

    /// <summary>RingCentral: true for the sandbox when no server is named. Default false.</summary>
    public bool Sandbox { get; init; }

    /// <summary>How far back call records are asked for after a gap; zero for not at all. Default 24 h.</summary>
    public TimeSpan HistoryLimit { get; init; } = TimeSpan.FromHours(24);

    /// <summary>True for a connection that opens no link: it only asks for call records. Default false.</summary>
    public bool NoEvents { get; init; }

    /// <summary>The file that records the frames, secrets masked; null for none.</summary>
    public string? TracePath { get; init; }

    /// <summary>Sockets, TLS, proxy.</summary>
    public TransportOptions Transport { get; init; } = new();
}
