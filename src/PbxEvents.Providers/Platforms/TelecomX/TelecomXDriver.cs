using System.Runtime.CompilerServices;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>TelecomX over HTTP: login, token check, snapshots (telecomx.md sections 2 and 6).</summary>
internal sealed class TelecomXDriver : PlatformDriver
{
    /// <summary>The legs of calls, for the next process.</summary>
    private const string LegsKey = "legs";

    private static readonly Uri PublicServer = new("https://api.telecomx.dk");

    private readonly Uri _server;
    private readonly TokenHolder<TelecomXTicket> _tokens;
    private readonly TelecomXKeys _keys = new();
    private readonly Lazy<TelecomXRecordApi> _lists;
    private TelecomXRecords? _records;
    private TelecomXNames? _names;

    public TelecomXDriver(DriverContext context)
        : base(context)
    {
        var options = context.Options;
        _server = options.Server is null ? PublicServer : ServerAddress.Parse(options.Server);
        LoginRules.RequireOneWay(options, "TelecomX", "‹Credential›", options.UserName is not null,
            "For a service, a machine token with ‹AccessToken› is the best choice.");
        if (options.UserName is null && options.Domain is null)
            throw OptionRules.Invalid("A token does not identify the customer.", "Give the customer's id with ‹Customer›.", "‹Customer›");
        _tokens = new TokenHolder<TelecomXTicket>(context, token => new TelecomXTicket(token, options.Domain!), (_, ct) => LogInAsync(ct));
        _lists = new Lazy<TelecomXRecordApi>(() => new TelecomXRecordApi(context, _server, _tokens, RecordTimes));
    }

    /// <inheritdoc/>
    public override string Server => ServerAddress.Display(_server);

    /// <inheritdoc/>
    public override RecordReader Records => _records ??= new TelecomXRecords(Context, _lists.Value, _keys, RecordTimes);

    /// <inheritdoc/>
    public override DirectoryReader Directory => _names ??= new TelecomXNames(_lists.Value);

    /// <summary>When call records are asked for.</summary>
    public RecordTimes RecordTimes { get; init; } = TelecomXRecords.Documented;

    /// <inheritdoc/>
    public override long KeysVersion => _keys.Version;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ExportKeys(DateTimeOffset since) =>
        new Dictionary<string, string> { [LegsKey] = _keys.Keep(since) };

    /// <inheritdoc/>
    public override void ImportKeys(IReadOnlyDictionary<string, string> keys)
    {
        if (keys.TryGetValue(LegsKey, out var legs))
            _keys.Restore(legs);
    }

    /// <inheritdoc/>
    public override void Recall(PbxEvent e)
    {
        if (e is not { Synthesized: false, LegId: { } leg, CallId: { } session } || !leg.Contains(':', StringComparison.Ordinal))
            return;
        if (_keys.SessionOf(leg) != session)
            _keys.Add(new TelecomXKey(leg, leg[(leg.LastIndexOf(':') + 1)..], session, e.ReceivedUtc) { Caller = e.From, Callee = e.To });
        if (e.Name == "CALL_END")
            _keys.End(leg, e.ReceivedUtc);
    }

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => new TelecomXSession(host, Server, Context.Options, _keys);

    /// <inheritdoc/>
    public override async Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        var ticket = await _tokens.GetAsync(plan.RenewCredential, cancellationToken).ConfigureAwait(false);

        // No version is stated: revision 4 first, 3 when that is refused (section 1).
        return new LinkOffer([new LinkTarget { Uri = new Uri(_server, "/socket.io/"), Kind = LinkKind.SocketIo, Revision = 4 }], ticket);
    }

    /// <summary>
    /// No refusal of a bad token is documented (section 6): the server just stays silent. So the token is checked first,
    /// and only a token that is really refused is replaced.
    /// </summary>
    /// <inheritdoc/>
    public override async Task<LinkTicket> RenewCredentialAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync("/auth/validateToken?simple=true&extend=true", cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
        {
            Context.Log("The token is valid.");
            return _tokens.Current!;
        }
        if (answer.Status is not (401 or 403))
            throw PlatformFaults.FromHttp(answer, Server, "checking the token");
        Context.Log("The token is no longer valid.");
        if (!_tokens.CanRenew)
            throw TelecomXFaults.TokenRefused(Server);
        return await _tokens.RenewAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<Snapshot> GetSnapshotsAsync(
        SnapshotRequest wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var path in (string[])["/pbx/app/employees?calls=true", "/pbx/app/queues?all=true"])
        {
            var answer = await GetAsync(path, cancellationToken).ConfigureAwait(false);
            if (answer.IsSuccess)
                yield return new Snapshot(path[..path.IndexOf('?')], answer.Body);
            else
                Context.Log($"{Server} did not answer {path[..path.IndexOf('?')]}: {answer}.");
        }
    }

    /// <param name="query">Path and query, to which the token is added.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    private Task<HttpAnswer> GetAsync(string query, CancellationToken cancellationToken)
    {
        var uri = new Uri(_server, $"{query}&token={Uri.EscapeDataString(_tokens.Current!.Token.Reveal())}");
        return Context.Http.SendAsync(new HttpCall("GET", uri), cancellationToken);
    }

    private async Task<TelecomXTicket> LogInAsync(CancellationToken cancellationToken)
    {
        var options = Context.Options;
        Context.Log($"Logging in at {Server}.");
        var body = JsonPayload.Write(w =>
        {
            w.WriteStartObject();
            w.WriteString("username", options.UserName);
            w.WriteString("password", options.Password?.Reveal() ?? "");
            w.WriteBoolean("persist", true);
            w.WriteEndObject();
        });
        var call = new HttpCall("POST", new Uri(_server, "/auth/login")) { Body = body };
        var answer = await Context.Http.SendAsync(call, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
            throw TelecomXFaults.FromLogin(answer, Server, options.UserName!);
        return ReadLogin(answer);
    }

    private TelecomXTicket ReadLogin(HttpAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            if (JsonMember.Text(root, "token") is { } token)
            {
                // -1 stands for a token that does not expire.
                var minutes = root.TryGetProperty("expiresInMinutes", out var m) && m.TryGetDouble(out var value) ? value : 15;
                return new TelecomXTicket(new Secret(token), Context.Options.Domain ?? JsonMember.Text(root, "customer") ?? "")
                {
                    EndsAt = minutes < 0 ? null : Context.Clock.GetUtcNow() + TimeSpan.FromMinutes(minutes),
                    AccessLevel = JsonMember.Text(root, "accessLevel"),
                };
            }
        }
        catch (JsonException)
        {
            // Told below, together with JSON that has no token.
        }
        throw PlatformFaults.NoToken(Server);
    }
}
