using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// PortSIP's addresses and login. The event service needs no token: name and password are sent on the socket, and the
/// session lasts as long as it (portsip.md section 6). Only call records and names are asked for over HTTP.
/// </summary>
internal sealed class PortSipDriver : PlatformDriver
{
    /// <summary>The SIP Call-IDs of calls, for the next process.</summary>
    private const string CallsKey = "calls";

    private readonly IReadOnlyList<LinkTarget> _targets;
    private readonly Uri _server;
    private readonly PortSipLogin _login;
    private readonly LiveCallIds _callIds = new(10_000);
    private readonly TokenHolder<PortSipTicket> _tokens;
    private readonly Lazy<PortSipRecords> _records;
    private readonly Lazy<PortSipNames> _names;
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
        _tokens = new TokenHolder<PortSipTicket>(context, token => new PortSipTicket(token), new PortSipTokens(context, FindRest, _login).ObtainAsync);
        var rest = new Lazy<PortSipRecordApi>(() => new PortSipRecordApi(context, FindRest, _login, _tokens, RecordTimes.Breath));
        _records = new Lazy<PortSipRecords>(() => new PortSipRecords(context, rest.Value, _callIds, RecordTimes));
        _names = new Lazy<PortSipNames>(() => new PortSipNames(rest.Value));
    }

    /// <inheritdoc/>
    public override string Server => (_reached ?? (_targets.Count == 1 ? _targets[0] : null)) is { } target
        ? PortSipAddress.Display(target)
        : ServerAddress.Display(_server);

    /// <summary>When call records are asked for.</summary>
    public RecordTimes RecordTimes { get; init; } = PortSipRecords.Documented;

    /// <summary>
    /// A system administrator belongs to no tenant, and whether he is shown the records of all is not known
    /// (history/portsip-history.md section 2): none would be taken for no calls.
    /// </summary>
    /// <inheritdoc/>
    public override RecordReader? Records => _login.Kind == PortSipLoginKind.SystemAdministrator ? null : _records.Value;

    /// <summary>A system administrator belongs to no tenant, and users and queues to one each: two tenants may have the same numbers.</summary>
    /// <inheritdoc/>
    public override DirectoryReader? Directory => _login.Kind == PortSipLoginKind.SystemAdministrator ? null : _names.Value;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ExportKeys(DateTimeOffset since) =>
        new Dictionary<string, string> { [CallsKey] = _callIds.Keep(since - RecordReader.LongestCall) };

    /// <inheritdoc/>
    public override void ImportKeys(IReadOnlyDictionary<string, string> keys)
    {
        if (keys.TryGetValue(CallsKey, out var calls))
            _callIds.Restore(calls);
    }

    /// <inheritdoc/>
    public override void Recall(PbxEvent e)
    {
        if (e is not { Category: PbxCategory.Call or PbxCategory.Cdr, Synthesized: false })
            return;
        JsonMember.LookInto(e.Payload, message =>
        {
            if (JsonMember.TextOrNumber(message, "call_id") is { } callId && JsonMember.TextOrNumber(message, "session_id") is { } session)
                _callIds.Add(callId, session, e.ReceivedUtc);
        });
    }

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => new PortSipSession(host, _login, _callIds);

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

    private Uri FindRest() => PortSipAddress.Rest(_reached ?? _targets[0]);

    private static PortSipDialect ReadDialect(string text) => text.ToUpperInvariant() switch
    {
        "V16" => PortSipDialect.V16,
        "V22" => PortSipDialect.V22,
        _ => throw PortSipFaults.UnknownDialect(text),
    };
}
