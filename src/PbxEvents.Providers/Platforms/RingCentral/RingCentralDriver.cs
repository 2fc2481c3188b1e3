using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>RingCentral over HTTP: tokens, the WebSocket token of each link, snapshots, the call log, what a later process needs (ringcentral.md sections 2, 3, 9 and 11).</summary>
internal sealed class RingCentralDriver : PlatformDriver
{
    /// <summary>The ids of calls, for the next process.</summary>
    private const string CallsKey = "calls";
    private const string LogKey = "callLog";

    private static readonly Uri Production = new("https://platform.ringcentral.com");
    private static readonly Uri Sandbox = new("https://platform.devtest.ringcentral.com");

    private readonly Uri _server;
    private readonly RingCentralTiming _timing;
    private readonly RequestLimiter _limiter;
    private readonly Lazy<RingCentralRecords> _records;
    private readonly RingCentralNames _names;
    private readonly LiveCallIds _sessionIds = new(4000);
    private readonly string _user;
    private readonly RingCentralTokens _oauth;
    private readonly TokenHolder<RingCentralTicket> _tokens;
    private readonly RecoveryMemory? _memory;
    private RingCentralSession? _session;

    /// <summary>True once a link has opened: what an earlier process left is with the session then.</summary>
    private volatile bool _isReached;

    public RingCentralDriver(DriverContext context, RingCentralTiming timing, RateGroups groups)
        : base(context)
    {
        var options = context.Options;
        var app = RingCentralApp.Of(options);
        CheckCredential(options, app);
        _timing = timing;
        _server = options.Server is not null ? ServerAddress.Parse(options.Server) : options.Sandbox ? Sandbox : Production;
        _limiter = groups.Auth;
        _user = UserOf(_server, options);
        _oauth = new RingCentralTokens(context, _server, timing, _limiter, _user, app);
        _tokens = new TokenHolder<RingCentralTicket>(context, token => new RingCentralTicket(1, token), _oauth.LogInAsync);
        var rest = new CallLogApi(context, _server, _tokens, groups.Heavy, _user, timing);
        _names = new RingCentralNames(context, rest, timing);
        _records = new Lazy<RingCentralRecords>(() => new RingCentralRecords(
            context, rest, timing, _sessionIds.Find, () => _session?.WantsOthersCalls == true));
        _memory = options.StatePath is null ? null : new RecoveryMemory(context, _tokens);
        Account = string.Join(' ', new[] { app?.Id, options.Jwt is { } jwt ? Digest(jwt.Reveal())[..16] : null }.Where(t => t is not null));
    }

    /// <inheritdoc/>
    public override string Server => ServerAddress.Display(_server);

    /// <summary>The app, and of the JWT, which is one user's, a hash.</summary>
    /// <inheritdoc/>
    public override string Account { get; }

    /// <inheritdoc/>
    public override BackoffPolicy Backoff => _timing.Backoff;

    /// <inheritdoc/>
    public override RecordReader Records => _records.Value;

    /// <inheritdoc/>
    public override DirectoryReader Directory => _names;

    /// <inheritdoc/>
    public override long KeysVersion => (_memory?.Version ?? 0) + _records.Value.Sync.Version;

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => _session = new RingCentralSession(
        host, Server, _timing, _memory is { } memory ? memory.Keep : null, _sessionIds);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ExportKeys(DateTimeOffset since)
    {
        var keys = new Dictionary<string, string> { [CallsKey] = _sessionIds.Keep(since - RecordReader.LongestCall) };
        if (_memory?.Export() is { } session)
            keys[RecoveryMemory.Key] = session;
        if (_records.Value.Sync.Export() is { } log)
            keys[LogKey] = log;
        return keys;
    }

    /// <inheritdoc/>
    public override void ImportKeys(IReadOnlyDictionary<string, string> keys)
    {
        if (keys.TryGetValue(RecoveryMemory.Key, out var session))
            _memory?.Import(session);
        if (keys.TryGetValue(CallsKey, out var calls))
            _sessionIds.Restore(calls);
        if (keys.TryGetValue(LogKey, out var log))
            _records.Value.GoOn(log);
    }

    /// <inheritdoc/>
    public override void Recall(PbxEvent e)
    {
        if (e is not { Category: PbxCategory.Call, Synthesized: false, CallId: { } call })
            return;
        JsonMember.LookInto(e.Payload, notification =>
        {
            if (JsonMember.TextOrNumber(JsonMember.Part(notification, "body"), "sessionId") is { } older)
                _sessionIds.Set(older, call, e.ReceivedUtc);
        });
    }

    /// <inheritdoc/>
    public override async Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        var inherited = _isReached ? null : _memory?.Inherited;
        var socket = await GetSocketTokenAsync(cancellationToken).ConfigureAwait(false);
        var ticket = _tokens.Current!;
        var resume = (KeptSession?)plan.Resume ?? inherited;
        if (resume is not null && resume.Grant != ticket.Grant)
        {
            // Section 11 H: with a new grant the platform would only answer WSG-1003.
            Context.Log("The OAuth session is a new one; the lost session cannot be recovered.");
            resume = null;
        }
        var token = resume?.IsInTime(Context.Clock.GetUtcNow()) == true ? resume.Token.Token : null;
        return new LinkOffer(
            [new LinkTarget { Uri = BuildUri(socket, token), Kind = LinkKind.WebSocket }], ticket with { Inherited = inherited });
    }

    /// <inheritdoc/>
    public override void Reached(LinkTarget target) => _isReached = true;

    /// <inheritdoc/>
    public override async Task<LinkTicket> RenewCredentialAsync(CancellationToken cancellationToken) =>
        await _tokens.RenewAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override IAsyncEnumerable<Snapshot> GetSnapshotsAsync(SnapshotRequest wanted, CancellationToken cancellationToken) =>
        new RingCentralSnapshots(Context, _server, () => _tokens.Current?.Token).GetAsync((SnapshotScope)wanted, cancellationToken);

    /// <summary>
    /// With <c>-StatePath</c> nothing is given back: a revoked token would end the very session that the next process is
    /// to go on with.
    /// </summary>
    /// <inheritdoc/>
    public override async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_memory is null && _tokens.Current is { IsOwn: true } ticket)
            await _oauth.RevokeAsync(ticket, cancellationToken).ConfigureAwait(false);
    }

    private static void CheckCredential(PbxConnectOptions options, RingCentralApp? app)
    {
        LoginRules.RequireOneWay(options, "RingCentral", "‹Jwt›", options.Jwt is not null,
            "For a service, a JWT with ‹Jwt› and the app's id and secret with ‹ClientCredential› is the best choice.");
        if (options.Jwt is not null && app is null)
        {
            throw OptionRules.Invalid("A JWT is exchanged for a token in the name of an app.", "Give the app's client id and secret with ‹ClientCredential›.",
                "‹ClientCredential›");
        }
        if (options.Jwt is null && app is not null)
            throw OptionRules.Invalid("A ready token does not need an app.", "Leave ‹ClientCredential› out.", "‹ClientCredential›");
        if (options.Sandbox && options.Server is not null)
            throw OptionRules.Invalid("‹Sandbox› and ‹Server› both name a server.", "Give one of them.", "‹Sandbox›");
    }

    /// <summary>
    /// Whom the platform counts token requests for, as far as the credential tells: nobody knows before a request whose it
    /// is, so two credentials of one user count as two, and so does a provider of tokens, which may name anybody.
    /// </summary>
    private static string UserOf(Uri server, PbxConnectOptions options) =>
        Digest(server.Authority, (options.Jwt ?? options.AccessToken)?.Reveal() ?? Guid.NewGuid().ToString());

    private static string Digest(params string[] parts) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    private async Task<SocketToken> GetSocketTokenAsync(CancellationToken cancellationToken)
    {
        for (var isSecondTry = false; ; isSecondTry = true)
        {
            // A provider of tokens is asked for every link: nobody knows how long what it gave lives.
            var isStale = isSecondTry || Context.Options.TokenProvider is not null;
            var ticket = await _tokens.GetAsync(isStale, cancellationToken).ConfigureAwait(false);
            await _limiter.WaitAsync(_user, Context.Clock,
                d => Context.Log($"Waiting {d.TotalSeconds:0.0} s: RingCentral allows a user few token requests a minute."), cancellationToken)
                .ConfigureAwait(false);
            var call = new HttpCall("POST", new Uri(_server, "/restapi/oauth/wstoken"))
            {
                Headers = [new("Authorization", $"Bearer {ticket.Token.Reveal()}")],
            };
            var answer = await Context.Http.SendAsync(call, cancellationToken).ConfigureAwait(false);
            if (answer.IsSuccess)
                return ReadSocketToken(answer);
            if (answer.Status == 401)
            {
                var error = RingCentralError.Read(answer.Body);
                if (isSecondTry || !_tokens.CanRenew)
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
            if (root.ValueKind == JsonValueKind.Object && JsonMember.Text(root, "uri") is { } uri && JsonMember.Text(root, "ws_access_token") is { } token)
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
