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
    private readonly PortSipLogin _login;
    private volatile LinkTarget? _reached;

    public PortSipDriver(DriverContext context)
        : base(context)
    {
        var options = context.Options;
        var server = options.Server ?? throw PlatformFaults.NoServer("PortSIP");
        _server = ServerAddress.Parse(server);
        var dialect = options.Dialect is { } named ? ReadDialect(named) : (PortSipDialect?)null;
        _targets = PortSipAddress.Targets(server, dialect);
        _login = PortSipLogin.From(options);
        if (dialect == PortSipDialect.V16 && _login.Kind == PortSipLoginKind.SystemAdministrator)
            throw PortSipFaults.NoSystemLogin(Server);
    }

    /// <inheritdoc/>
    public override string Server => (_reached ?? (_targets.Count == 1 ? _targets[0] : null)) is { } target
        ? PortSipAddress.Display(target)
        : ServerAddress.Display(_server);

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => new PortSipSession(host, _login);

    /// <inheritdoc/>
    public override Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        // What opened last is tried first. It is not the only one, since a PBX can be upgraded.
        var reached = _reached;
        IReadOnlyList<LinkTarget> targets = reached is null ? _targets : [reached, .. _targets.Where(t => t != reached)];
        return Task.FromResult(new LinkOffer(targets, LinkTicket.None));
    }

    /// <inheritdoc/>
    public override void Reached(LinkTarget target) => _reached = target;

    private static PortSipDialect ReadDialect(string text) => text.ToUpperInvariant() switch
    {
        "V16" => PortSipDialect.V16,
        "V22" => PortSipDialect.V22,
        _ => throw PortSipFaults.UnknownDialect(text),
    };
}
