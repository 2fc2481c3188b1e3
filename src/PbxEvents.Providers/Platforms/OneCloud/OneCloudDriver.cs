using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>OneCloud over HTTP: tokens and the socket's hosts (onecloud.md sections 1 and 2).</summary>
internal sealed class OneCloudDriver : PlatformDriver
{
    private const string PublicServer = "production-core.onecloud.com";
    private const string ApiPath = "/ns-api";
    /// <summary>The look-up of the socket's hosts, which every token may ask for (section 1).</summary>
    internal const string HostLookUp = "/v2/configurations/PORTAL_SOCKET_HOSTNAME?domain=~&user=~&user-scope=~&reseller=~";

    /// <summary>Section 6: a link that is silent for longer is stale, whatever its handshake says.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(90);

    /// <summary>
    /// How long a look-up may take once an answer is known: after a network change HTTP may wait on a dead connection, and
    /// the link must not wait with it.
    /// </summary>
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(5);

    private readonly Uri _api;
    private readonly OneCloudPause _pause = new();
    private readonly TokenHolder<OneCloudTicket> _tokens;
    private readonly Lazy<OneCloudRecordApi> _lists;
    private OneCloudRecords? _records;
    private OneCloudNames? _names;
    private IReadOnlyList<Uri> _hosts;
    private bool _isLookedUp;

    public OneCloudDriver(DriverContext context)
        : base(context)
    {
        var options = context.Options;
        CheckOptions(options);
        _api = FindApi(options.Server ?? PublicServer);
        _tokens = new TokenHolder<OneCloudTicket>(
            context, token => new OneCloudTicket(token, options.Domain!, context.Clock.GetUtcNow()),
            new OneCloudTokens(context, _api, _pause).ObtainAsync);
        _lists = new Lazy<OneCloudRecordApi>(() => new OneCloudRecordApi(context, _api, _tokens, _pause, RecordTimes));
        _hosts = [OneCloudHosts.Default(_api)];
    }

    /// <inheritdoc/>
    public override string Server => ServerAddress.Display(_api);

    /// <summary>While the address is blocked no attempt comes before the growing pause is over.</summary>
    /// <inheritdoc/>
    public override BackoffPolicy Backoff => BackoffPolicy.Default with { Shortest = _pause.Current };

    /// <inheritdoc/>
    public override RecordReader Records => _records ??= new OneCloudRecords(Context, _lists.Value, RecordTimes);

    /// <inheritdoc/>
    public override DirectoryReader Directory => _names ??= new OneCloudNames(_lists.Value);

    /// <summary>When call records are asked for.</summary>
    public RecordTimes RecordTimes { get; init; } = OneCloudRecords.Documented;

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => new OneCloudSession(host, Server, Context.Options);

    /// <summary>The address is not blocked.</summary>
    /// <inheritdoc/>
    public override void Reached(LinkTarget target) => _pause.End();

    /// <inheritdoc/>
    public override async Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        var ticket = await _tokens.GetAsync(plan.RenewCredential, cancellationToken).ConfigureAwait(false);
        if (ticket.Domain.Length == 0)
            throw OneCloudFaults.NoDomain();
        ticket = await LookUpHostsAsync(ticket, cancellationToken).ConfigureAwait(false);

        // Section 1: the v2 client is advised for the widest reach; the link tries the other revision by itself.
        return new LinkOffer([.. _hosts.Select(h => new LinkTarget { Uri = h, Kind = LinkKind.SocketIo, Revision = 3, MaxSilence = MaxSilence })], ticket);
    }

    /// <inheritdoc/>
    public override async Task<LinkTicket> RenewCredentialAsync(CancellationToken cancellationToken) =>
        await RenewAsync(cancellationToken).ConfigureAwait(false);

    private Task<OneCloudTicket> RenewAsync(CancellationToken cancellationToken) =>
        _tokens.CanRenew ? _tokens.RenewAsync(cancellationToken) : throw OneCloudFaults.TokenRefused(Server, null);

    /// <summary>
    /// Asks which hosts serve the socket. It is asked before every link: the setting can change, and the answer shows early
    /// whether the token is still good. Without an answer the hosts known so far are used.
    /// </summary>
    /// <returns>The ticket, or the one that took the place of a refused one.</returns>
    private async Task<OneCloudTicket> LookUpHostsAsync(OneCloudTicket ticket, CancellationToken cancellationToken)
    {
        var answer = await AskHostsAsync(ticket, cancellationToken).ConfigureAwait(false);
        if (answer is { Status: 401 })
        {
            Context.Log($"{Server} no longer accepts the token.");
            ticket = await RenewAsync(cancellationToken).ConfigureAwait(false);
            answer = await AskHostsAsync(ticket, cancellationToken).ConfigureAwait(false);
        }
        if (answer is { IsSuccess: true })
        {
            var hosts = OneCloudHosts.Read(answer.Body, _api);
            _hosts = hosts.Count > 0 ? hosts : [OneCloudHosts.Default(_api)];
            _isLookedUp = true;
        }
        else if (answer is not null)
        {
            // 403 is the block, or a right that is missing; the socket will show which. The pause counts in either case.
            if (OneCloudFaults.IsBlock(answer))
                _pause.Grow();
            Context.Log($"{Server} did not name the socket's hosts ({answer}); using {string.Join(", ", _hosts.Select(h => h.Authority))}.");
        }
        return ticket;
    }

    private async Task<HttpAnswer?> AskHostsAsync(OneCloudTicket ticket, CancellationToken cancellationToken)
    {
        var call = HttpCall.GetJson(new Uri(_api + HostLookUp), ticket.Token);
        using var limit = new CancellationTokenSource(_isLookedUp ? LookUpPatience : Timeout.InfiniteTimeSpan, Context.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await Context.Http.SendAsync(call, both.Token).ConfigureAwait(false);
        }
        catch (PbxException e)
        {
            Context.Log($"The socket's hosts could not be read: {e.Message}");
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Context.Log($"The socket's hosts did not come within {LookUpPatience.TotalSeconds:0} s; using those known so far.");
            return null;
        }
    }

    private static Uri FindApi(string server)
    {
        var uri = ServerAddress.Parse(server);
        if (uri.AbsolutePath.StartsWith("/socket.io", StringComparison.OrdinalIgnoreCase))
            throw OneCloudFaults.SocketAddress(uri);
        var path = uri.AbsolutePath.TrimEnd('/');
        var known = path.IndexOf(ApiPath, StringComparison.OrdinalIgnoreCase);
        return new Uri(uri, known < 0 ? path + ApiPath : path[..(known + ApiPath.Length)]);
    }

    private static void CheckOptions(PbxConnectOptions options)
    {
        LoginRules.RequireOneWay(options, "OneCloud", "‹Credential›", options.UserName is not null,
            "For a service, ‹Credential› with ‹ClientCredential›: a token alone is valid for one hour.");
        if (options.UserName is not null && (options.ClientId is null || options.ClientSecret is null))
            throw OneCloudFaults.NoClientCredential();
        if (options.UserName is null && (options.ClientId is not null || options.ClientSecret is not null))
            throw OneCloudFaults.UselessClientCredential();
        if (options.UserName is null && options.Domain is null)
            throw OneCloudFaults.NoDomain();
    }
}
