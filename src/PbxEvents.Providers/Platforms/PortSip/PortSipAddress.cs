using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>Where the event service may be (portsip.md section 1).</summary>
internal static class PortSipAddress
{
    private const int V16Port = 8885;
    private const int V22Port = 8887;
    private const string V22Path = "/wsi";

    /// <summary>
    /// No ping command exists (section 6), so a WebSocket ping goes out after 22 s of silence, up to a quarter later. Over
    /// 20 s for its answer to come back make 50 s.
    /// </summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(22);

    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(50);

    /// <summary>The addresses to try, in order. What the user gave of port and path is kept.</summary>
    /// <param name="server">The server as the user gave it.</param>
    /// <param name="dialect">The dialect the user named; null to find it out: v22 first.</param>
    /// <exception cref="PbxException">It is no server.</exception>
    public static IReadOnlyList<LinkTarget> Targets(string server, PortSipDialect? dialect)
    {
        var uri = ServerAddress.Parse(server);
        var port = NamesPort(server) ? uri.Port : (int?)null;
        var path = uri.AbsolutePath == "/" ? null : uri.AbsolutePath;
        if (dialect is { } named)
            return [Target(uri, named, port, path)];

        // A path or a well-known port settles which of the two it is.
        if (path is not null)
            return [Target(uri, path.Contains("wsi", StringComparison.OrdinalIgnoreCase) ? PortSipDialect.V22 : PortSipDialect.V16, port, path)];
        return port switch
        {
            V16Port => [Target(uri, PortSipDialect.V16, port, path)],
            V22Port => [Target(uri, PortSipDialect.V22, port, path)],
            _ => [Target(uri, PortSipDialect.V22, port, path), Target(uri, PortSipDialect.V16, port, path)],
        };
    }

    /// <summary>
    /// The REST interface beside an event service, ending in <c>/api</c> (history/portsip-history.md section 1): v22 has both at one port;
    /// v16 has it with its portal, at v22's port as far as is known. A port of the user's own stays.
    /// </summary>
    public static Uri Rest(LinkTarget target)
    {
        var path = target.Uri.AbsolutePath.TrimEnd('/');
        var root = path.EndsWith(V22Path, StringComparison.OrdinalIgnoreCase) ? path[..^V22Path.Length] : "";
        return new UriBuilder(target.Uri)
        {
            Scheme = target.Uri.Scheme == "wss" ? "https" : "http",
            Port = target.Uri.Port == V16Port ? V22Port : target.Uri.Port,
            Path = $"{root}/api",
        }.Uri;
    }

    /// <summary>The dialect that a target was made for.</summary>
    public static PortSipDialect DialectOf(LinkTarget target) =>
        target.Tag == nameof(PortSipDialect.V16) ? PortSipDialect.V16 : PortSipDialect.V22;

    /// <summary>Host and port, for people to read.</summary>
    public static string Display(LinkTarget target) => $"{target.Uri.Host}:{target.Uri.Port}";

    private static LinkTarget Target(Uri server, PortSipDialect dialect, int? port, string? path) => new()
    {
        Uri = new UriBuilder(ServerAddress.ToWebSocket(server))
        {
            Port = port ?? (dialect == PortSipDialect.V22 ? V22Port : V16Port),
            Path = path ?? (dialect == PortSipDialect.V22 ? V22Path : "/"),
        }.Uri,
        Tag = dialect.ToString(),
        PingInterval = PingInterval,
        MaxSilence = MaxSilence,
    };

    /// <summary>True when the text has a port of its own; a URI does not tell one that is its scheme's default.</summary>
    private static bool NamesPort(string server)
    {
        var start = server.IndexOf("://", StringComparison.Ordinal);
        var host = start < 0 ? server : server[(start + 3)..];
        var end = host.IndexOf('/', StringComparison.Ordinal);
        if (end >= 0)
            host = host[..end];
        return host.LastIndexOf(':') > host.LastIndexOf(']');
    }
}
