using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// PortSIP's addresses and login. The event service needs no token: name and password are sent on the socket, and the
/// session lasts as long as it (portsip.md section 6), so there is no HTTP side.
/// </summary>
internal sealed class PortSipDriver : PlatformDriver
{
    private readonly IReadOnlyList<LinkTarget> _targets;
    private readonly Uri _server;
    private volatile LinkTarget? _found;

    public PortSipDriver(DriverContext context)
        : base(context)
    {
        var options = context.Options;
        var server = options.Server ?? throw PortSipFaults.NoServer();
        _server = ServerAddress.Parse(server);
        var dialect = options.Dialect is { } named ? ReadDialect(named) : (PortSipDialect?)null;
        _targets = PortSipAddress.Targets(server, dialect);
        Login = PortSipLogin.From(options);
        if (dialect == PortSipDialect.V16 && Login.Kind == PortSipLoginKind.SystemAdministrator)
            throw PortSipFaults.NoSystemLogin(Server);
    }

    /// <inheritdoc/>
    public override string Server
    {
        get
        {
            var uri = (_found ?? (_targets.Count == 1 ? _targets[0] : null))?.Uri;
            return uri is null ? ServerAddress.Display(_server) : $"{uri.Host}:{uri.Port}";
        }
    }

    /// <summary>Who logs in.</summary>
    public PortSipLogin Login { get; }

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => new PortSipSession(host, this);

    /// <summary>A login succeeded there: the next link tries that address first. It is not the only one, since a PBX can be upgraded.</summary>
    public void Found(LinkTarget target) => _found = target;

    /// <inheritdoc/>
    public override Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        var found = _found;
        IReadOnlyList<LinkTarget> targets = found is null ? _targets : [found, .. _targets.Where(t => t != found)];
        return Task.FromResult(new LinkOffer(targets, LinkTicket.None));
    }

    private static PortSipDialect ReadDialect(string text) => text.ToUpperInvariant() switch
    {
        "V16" => PortSipDialect.V16,
        "V22" => PortSipDialect.V22,
        _ => throw PortSipFaults.UnknownDialect(text),
    };
}
