using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>RingCentral over HTTP: tokens, the WebSocket token of each link, snapshots, the recovery file (ringcentral.md sections 2, 3, 9 and 11).</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing to release.")]
internal sealed class RingCentralDriver : PlatformDriver
{
    private static readonly Uri Production = new("https://platform.ringcentral.com");
    private static readonly Uri Sandbox = new("https://platform.devtest.ringcentral.com");

    private readonly Uri _server;
    private readonly RingCentralTiming _timing;
    private readonly RequestLimiter _limiter;
    private readonly string _user;
    private readonly RingCentralTokens _tokens;
    private readonly RecoveryFile? _file;
    private readonly string _identity;

    /// <summary>The runtime may renew the token while an attempt is under way; one of them refreshes, the other waits.</summary>
    private readonly SemaphoreSlim _gate = new(1, 1);

    private RecoveryState? _inherited;
    private bool _isLoaded;

    public RingCentralDriver(DriverContext context, RingCentralTiming timing, RequestLimiter limiter)
        : base(context)
    {
        var options = context.Options;
        var app = RingCentralApp.Of(options);
        CheckCredential(options, app);
        _timing = timing;
        _server = options.Server is not null ? ServerAddress.Parse(options.Server) : options.Sandbox ? Sandbox : Production;
        _limiter = limiter;
        _user = UserOf(_server, options);
        _tokens = new RingCentralTokens(context, _server, timing, limiter, _user, app);
        _identity = IdentityOf(_server, options, app);
        if (options.RecoveryPath is not { } path)
            return;
        var full = Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(full)))
            throw RingCentralFaults.NoDirectory(path);
        _file = new RecoveryFile(full, context.Clock, context.Log);
    }

    /// <inheritdoc/>
    public override string Server => ServerAddress.Display(_server);

    /// <inheritdoc/>
    public override BackoffPolicy Backoff => _timing.Backoff;

    /// <summary>Which OAuth session the tokens belong to; a new number means that no session of before can be recovered.</summary>
    public int GrantNumber => _tokens.Current?.Number ?? 0;

    /// <summary>True when a later process is to go on with the session.</summary>
    public bool KeepsSession => _file is not null;

    /// <summary>When to renew the token, from now; null when it is not for the driver to renew, or nobody said when it ends.</summary>
    public TimeSpan? RenewIn
    {
        get
        {
            if (_tokens.Current is not { IsOwn: true, EndsAt: { } end })
                return null;
            var left = end - Context.Clock.GetUtcNow();
            return left > TimeSpan.Zero ? left * 0.75 : TimeSpan.Zero;
        }
    }

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => new RingCentralSession(host, this, _timing);

    /// <summary>What an earlier process left, once: after the first <see cref="PrepareAsync"/>.</summary>
    public RecoveryState? TakeInherited() => Interlocked.Exchange(ref _inherited, null);

    /// <summary>Keeps what a later process needs; returns at once.</summary>
    public void Remember(RecoveryToken token, DateTimeOffset lastFrameAt, TimeSpan recoveryTime, string? subscriptionId, IReadOnlyList<string> filters)
    {
        if (_file is null || _tokens.Current is not { } grant)
            return;
        _file.Save(new RecoveryState
        {
            Identity = _identity,
            Token = token.Token,
            Sequence = token.Sequence,
            LastFrameAt = lastFrameAt,
            RecoverySeconds = recoveryTime.TotalSeconds,
            SubscriptionId = subscriptionId,
            Filters = filters,
            AccessToken = grant.IsOwn ? grant.Access.Reveal() : null,
            AccessEndsAt = grant.EndsAt,
            RefreshToken = grant.Refresh?.Reveal(),
            RefreshEndsAt = grant.RefreshEndsAt,
        });
    }

    /// <inheritdoc/>
    public override async Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var resume = plan.ResumeToken ?? (plan.IsRotation ? null : LoadInherited());
            var before = GrantNumber;
            if (plan.RenewCredential)
                await _tokens.RenewAsync(cancellationToken).ConfigureAwait(false);
            var socket = await GetSocketTokenAsync(cancellationToken).ConfigureAwait(false);
            if (resume is not null && before != 0 && GrantNumber != before)
            {
                // Section 11 H: with a new grant the platform would only answer WSG-1003.
                Context.Log("The OAuth session is a new one; the lost session cannot be recovered.");
                resume = null;
            }
            return new LinkOffer([new LinkTarget { Uri = BuildUri(socket, resume), Kind = LinkKind.WebSocket }], LinkTicket.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task<LinkTicket> RenewCredentialAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _tokens.RenewAsync(cancellationToken).ConfigureAwait(false);
            return LinkTicket.None;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<Snapshot> GetSnapshotsAsync(SnapshotRequest wanted, CancellationToken cancellationToken) =>
        new RingCentralSnapshots(Context, _server, () => _tokens.Current?.Access).GetAsync((SnapshotScope)wanted, cancellationToken);

    /// <summary>
    /// With <c>-RecoveryPath</c> nothing is given back: a revoked token would end the very session that the next process is
    /// to go on with.
    /// </summary>
    /// <inheritdoc/>
    public override async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_file is null)
            await _tokens.RevokeAsync(cancellationToken).ConfigureAwait(false);
        else
            await _file.FlushAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void CheckCredential(PbxConnectOptions options, RingCentralApp? app)
    {
        var ways = (options.Jwt is null ? 0 : 1) + (options.AccessToken is null ? 0 : 1) + (options.TokenProvider is null ? 0 : 1);
        if (ways != 1)
            throw OptionRules.Invalid("RingCentral needs exactly one of ‹Jwt›, ‹AccessToken› and ‹TokenProvider›.",
                "For a service, a JWT with ‹Jwt› and the app's id and secret with ‹ClientCredential› is the best choice.", "‹Jwt›");
        if (options.Jwt is not null && app is null)
            throw OptionRules.Invalid("A JWT is exchanged for a token in the name of an app.", "Give the app's client id and secret with ‹ClientCredential›.",
                "‹ClientCredential›");
        if (options.Jwt is null && app is not null)
            throw OptionRules.Invalid("A ready token needs no app.", "Leave ‹ClientCredential› out.", "‹ClientCredential›");
        if (options.Sandbox && options.Server is not null)
            throw OptionRules.Invalid("‹Sandbox› and ‹Server› both name a server.", "Give one of them.", "‹Sandbox›");
    }

    private static string IdentityOf(Uri server, PbxConnectOptions options, RingCentralApp? app) =>
        Digest(server.AbsoluteUri, app?.Id ?? "", options.Jwt?.Reveal() ?? "");

    /// <summary>
    /// Whom the platform counts token requests for, as far as the credential tells: nobody knows before a request whose it
    /// is, so two credentials of one user count as two, and so does a provider of tokens, which may name anybody.
    /// </summary>
    private static string UserOf(Uri server, PbxConnectOptions options) =>
        Digest(server.Authority, (options.Jwt ?? options.AccessToken)?.Reveal() ?? Guid.NewGuid().ToString());

    private static string Digest(params string[] parts) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    /// <summary>Goes on where an earlier process stopped, once.</summary>
    /// <returns>Its recovery token while it can still be of use; else null.</returns>
    private string? LoadInherited()
    {
        if (_isLoaded || _file is null)
            return null;
        _isLoaded = true;
        if (_file.Load() is not { } state || state.Identity != _identity)
            return null;
        Interlocked.Exchange(ref _inherited, state);
        if (state.AccessToken is { } access)
        {
            _tokens.Restore(new Secret(access), state.AccessEndsAt, state.RefreshToken is { } refresh ? new Secret(refresh) : null, state.RefreshEndsAt);
        }
        var isInTime = Context.Clock.GetUtcNow() - state.LastFrameAt < TimeSpan.FromSeconds(Math.Clamp(state.RecoverySeconds, 0, 86400));
        Context.Log($"An earlier process left its session at {state.LastFrameAt:u}{(isInTime ? "" : ", too long ago to recover it")}.");
        return isInTime && state.SubscriptionId is not null ? state.Token : null;
    }

    private async Task<SocketToken> GetSocketTokenAsync(CancellationToken cancellationToken)
    {
        for (var isSecondTry = false; ; isSecondTry = true)
        {
            var grant = isSecondTry ? await _tokens.RenewAsync(cancellationToken).ConfigureAwait(false)
                : await _tokens.GetAsync(cancellationToken).ConfigureAwait(false);
            await _limiter.WaitAsync(_user, Context.Clock,
                d => Context.Log($"Waiting {d.TotalSeconds:0.0} s: RingCentral allows a user few token requests a minute."), cancellationToken)
                .ConfigureAwait(false);
            var call = new HttpCall("POST", new Uri(_server, "/restapi/oauth/wstoken"))
            {
                Headers = [new("Authorization", $"Bearer {grant.Access.Reveal()}")],
            };
            var answer = await Context.Http.SendAsync(call, cancellationToken).ConfigureAwait(false);
            if (answer.IsSuccess)
                return ReadSocketToken(answer);
            if (answer.Status == 401)
            {
                var error = RingCentralError.Read(answer.Body);
                if (isSecondTry || Context.Options.AccessToken is not null)
                    throw RingCentralFaults.TokenRefused(Server, error);
                Context.Log($"The access token is not accepted{error.Words()}.");
                continue;
            }
            var fault = RingCentralFaults.FromSocketToken(answer, Server, _timing.Penalty);
            if (fault.RetryAfter is { } pause)
                _limiter.Penalize(_user, Context.Clock, pause);
            throw fault;
        }
    }

    private SocketToken ReadSocketToken(HttpAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && Catalogue.Text(root, "uri") is { } uri && Catalogue.Text(root, "ws_access_token") is { } token)
            {
                var isAddress = Uri.TryCreate(uri, UriKind.Absolute, out var address) && address.Scheme is "ws" or "wss";
                if (!isAddress || (_server.Scheme == "https" && address!.Scheme != "wss"))
                    throw RingCentralFaults.BadSocketAddress(Server);
                return new SocketToken(address!, token);
            }
        }
        catch (JsonException)
        {
            // Told below, together with JSON that has no token.
        }
        throw RingCentralFaults.NoToken(Server, "WebSocket token");
    }

    private static Uri BuildUri(SocketToken socket, string? resume)
    {
        var query = $"access_token={Uri.EscapeDataString(socket.Token)}{(resume is null ? "" : $"&wsc={Uri.EscapeDataString(resume)}")}";
        var separator = socket.Address.Query.Length > 0 ? "&" : "?";
        return new Uri(socket.Address.AbsoluteUri + separator + query);
    }

    private sealed record SocketToken(Uri Address, string Token);
}
