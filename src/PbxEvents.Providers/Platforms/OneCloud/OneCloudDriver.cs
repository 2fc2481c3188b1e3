using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>OneCloud over HTTP: tokens and the socket's hosts (onecloud.md sections 1 and 2).</summary>
internal sealed class OneCloudDriver : PlatformDriver
{
    private const string PublicServer = "production-core.onecloud.com";
    private const string ApiPath = "/ns-api";
    private const string HostLookUp = "/v2/configurations/PORTAL_SOCKET_HOSTNAME?domain=~&user=~&user-scope=~&reseller=~";

    /// <summary>A token that ends sooner than this is not worth a link.</summary>
    private static readonly TimeSpan RenewAhead = TimeSpan.FromMinutes(1);

    /// <summary>Section 6: a link that is silent for longer is stale, whatever its handshake says.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(90);

    /// <summary>
    /// How long a look-up may take once an answer is known: after a network change HTTP may wait on a dead connection, and
    /// the link must not wait with it.
    /// </summary>
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(5);

    private readonly Uri _api;
    private readonly OneCloudPause _pause = new();
    private readonly OneCloudTokens _tokens;
    private volatile OneCloudToken? _token;
    private volatile int _tokenNumber;
    private IReadOnlyList<Uri> _hosts;
    private bool _isLookedUp;

    public OneCloudDriver(DriverContext context)
        : base(context)
    {
        CheckOptions(context.Options);
        _api = FindApi(context.Options.Server ?? PublicServer);
        _tokens = new OneCloudTokens(context, _api, _pause);
        _hosts = [OneCloudHosts.Default(_api)];
    }

    /// <inheritdoc/>
    public override string Server => ServerAddress.Display(_api);

    /// <summary>While the address is blocked no attempt comes before the growing pause is over.</summary>
    /// <inheritdoc/>
    public override BackoffPolicy Backoff => BackoffPolicy.Default with { Shortest = _pause.Current };

    /// <summary>The domain whose events are wanted; known after the first <see cref="PrepareAsync"/>. Any thread.</summary>
    public string Domain => Context.Options.Domain ?? _token?.Domain ?? DomainOf(Context.Options.UserName) ?? "";

    /// <summary>The token; there is one after <see cref="PrepareAsync"/>. Any thread.</summary>
    public OneCloudToken Token => _token!;

    /// <summary>Which token that is, from 1: a larger number is another token. Any thread.</summary>
    public int TokenNumber => _tokenNumber;

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => new OneCloudSession(host, this, Context.Options);

    /// <summary>A link opened, so the address is not blocked. Any thread.</summary>
    public void Reached() => _pause.End();

    /// <inheritdoc/>
    public override async Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        if (_token is null || plan.RenewCredential || _token.EndsAt < Context.Clock.GetUtcNow() + RenewAhead)
            await ObtainAsync(cancellationToken).ConfigureAwait(false);
        if (Domain.Length == 0)
            throw OneCloudFaults.NoDomain();
        await LookUpHostsAsync(cancellationToken).ConfigureAwait(false);

        // Section 1: the v2 client is advised for the widest reach; the link tries the other revision by itself.
        return new LinkOffer([.. _hosts.Select(h => new LinkTarget { Uri = h, Kind = LinkKind.SocketIo, Revision = 3, MaxSilence = MaxSilence })], LinkTicket.None);
    }

    /// <inheritdoc/>
    public override async Task<LinkTicket> RenewCredentialAsync(CancellationToken cancellationToken)
    {
        if (!_tokens.CanRenew)
            throw OneCloudFaults.TokenRefused(Server, null);
        await ObtainAsync(cancellationToken).ConfigureAwait(false);
        return LinkTicket.None;
    }

    private async Task ObtainAsync(CancellationToken cancellationToken)
    {
        _token = await _tokens.ObtainAsync(_token, cancellationToken).ConfigureAwait(false);
        _tokenNumber++;
    }

    /// <summary>
    /// Asks which hosts serve the socket. It is asked before every link: the setting can change, and the answer shows early
    /// whether the token is still good. Without an answer the hosts known so far are used.
    /// </summary>
    private async Task LookUpHostsAsync(CancellationToken cancellationToken)
    {
        var answer = await AskHostsAsync(cancellationToken).ConfigureAwait(false);
        if (answer is { Status: 401 })
        {
            if (!_tokens.CanRenew)
                throw OneCloudFaults.TokenRefused(Server, null);
            Context.Log($"{Server} does not accept the token any more.");
            await ObtainAsync(cancellationToken).ConfigureAwait(false);
            answer = await AskHostsAsync(cancellationToken).ConfigureAwait(false);
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
            Context.Log($"{Server} did not tell the socket's hosts ({answer}); using {string.Join(", ", _hosts.Select(h => h.Authority))}.");
        }
    }

    private async Task<HttpAnswer?> AskHostsAsync(CancellationToken cancellationToken)
    {
        var call = new HttpCall("GET", new Uri(_api + HostLookUp))
        {
            Headers = [new("Authorization", $"Bearer {Token.Access.Reveal()}"), new("Accept", "application/json")],
        };
        using var limit = new CancellationTokenSource(_isLookedUp ? LookUpPatience : Timeout.InfiniteTimeSpan, Context.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await Context.Http.SendAsync(call, both.Token).ConfigureAwait(false);
        }
        catch (PbxException e)
        {
            Context.Log($"The socket's hosts could not be asked for: {e.Message}");
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Context.Log($"The socket's hosts were not told within {LookUpPatience.TotalSeconds:0} s; using those known so far.");
            return null;
        }
    }

    private static string? DomainOf(string? userName) =>
        userName?.IndexOf('@') is { } at and >= 0 ? userName[(at + 1)..] : null;

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
        var ways = (options.AccessToken is null ? 0 : 1) + (options.TokenProvider is null ? 0 : 1) + (options.UserName is null ? 0 : 1);
        if (ways != 1)
            throw OneCloudFaults.WaysToAuthenticate();
        if (options.UserName is not null && (options.ClientId is null || options.ClientSecret is null))
            throw OneCloudFaults.NoClientCredential();
        if (options.UserName is null && (options.ClientId is not null || options.ClientSecret is not null))
            throw OneCloudFaults.UselessClientCredential();
        if (options.UserName is null && options.Domain is null)
            throw OneCloudFaults.NoDomain();
    }
}
