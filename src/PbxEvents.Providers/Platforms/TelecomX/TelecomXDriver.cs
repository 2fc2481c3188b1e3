using System.Runtime.CompilerServices;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>TelecomX over HTTP: login, token check, snapshots (telecomx.md sections 2 and 6).</summary>
internal sealed class TelecomXDriver : PlatformDriver
{
    private static readonly Uri PublicServer = new("https://api.telecomx.dk");

    /// <summary>A token that ends sooner than this is not worth a link.</summary>
    private static readonly TimeSpan RenewAhead = TimeSpan.FromMinutes(1);

    private readonly Uri _server;
    private volatile Login? _login;

    public TelecomXDriver(DriverContext context)
        : base(context)
    {
        var options = context.Options;
        _server = options.Server is null ? PublicServer : ServerAddress.Parse(options.Server);
        var ways = (options.AccessToken is null ? 0 : 1) + (options.TokenProvider is null ? 0 : 1) + (options.UserName is null ? 0 : 1);
        if (ways != 1)
            throw OptionRules.Invalid("TelecomX needs exactly one of -Credential, -AccessToken and -TokenProvider.",
                "For a service, a machine token with -AccessToken is the best choice.", "-Credential");
        if (options.UserName is null && options.Domain is null)
            throw OptionRules.Invalid("A token does not say whose events are wanted.", "Give the customer's id with -Customer.", "-Customer");
    }

    /// <inheritdoc/>
    public override string Server => ServerAddress.Display(_server);

    /// <summary>The customer whose events are wanted; known after the first <see cref="PrepareAsync"/>.</summary>
    public string Customer => Context.Options.Domain ?? _login?.Customer ?? "";

    /// <summary>The access level that the login told; null with a ready token.</summary>
    public string? AccessLevel => _login?.AccessLevel;

    /// <summary>The token; there is one after <see cref="PrepareAsync"/>.</summary>
    public Secret Token => _login!.Token;

    /// <inheritdoc/>
    public override ProtocolSession CreateSession(ISessionHost host) => new TelecomXSession(host, this, Context.Options);

    /// <inheritdoc/>
    public override async Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
    {
        if (_login is null || plan.RenewCredential || _login.EndsBefore(Context.Clock.GetUtcNow() + RenewAhead))
            _login = await ObtainAsync(cancellationToken).ConfigureAwait(false);

        // No version is stated: revision 4 first, 3 when that is refused (section 1).
        return new LinkOffer([new LinkTarget { Uri = new Uri(_server, "/socket.io/"), Kind = LinkKind.SocketIo, Revision = 4 }], LinkTicket.None);
    }

    /// <summary>
    /// No refusal of a bad token is documented (section 6): the server just stays silent. So the token is checked first,
    /// and only a token that is really refused is replaced.
    /// </summary>
    /// <inheritdoc/>
    public override async Task<LinkTicket> RenewCredentialAsync(CancellationToken cancellationToken)
    {
        var uri = new Uri(_server, $"/auth/validateToken?simple=true&extend=true&token={Uri.EscapeDataString(Token.Reveal())}");
        var answer = await Context.Http.SendAsync(new HttpCall("GET", uri), cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
        {
            Context.Log("The token is valid.");
            return LinkTicket.None;
        }
        if (answer.Status is not (401 or 403))
            throw TelecomXFaults.FromHttp(answer, Server, "checking the token");
        Context.Log("The token is not valid any more.");
        if (Context.Options.AccessToken is not null)
            throw TelecomXFaults.TokenRefused(Server);
        _login = await ObtainAsync(cancellationToken).ConfigureAwait(false);
        return LinkTicket.None;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<Snapshot> GetSnapshotsAsync(
        SnapshotRequest wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var path in (string[])["/pbx/app/employees?calls=true", "/pbx/app/queues?all=true"])
        {
            var uri = new Uri(_server, $"{path}&token={Uri.EscapeDataString(Token.Reveal())}");
            var answer = await Context.Http.SendAsync(new HttpCall("GET", uri), cancellationToken).ConfigureAwait(false);
            if (answer.IsSuccess)
                yield return new Snapshot(path[..path.IndexOf('?')], answer.Body);
            else
                Context.Log($"{Server} did not answer {path[..path.IndexOf('?')]}: {answer}.");
        }
    }

    private async Task<Login> ObtainAsync(CancellationToken cancellationToken)
    {
        var options = Context.Options;
        if (options.AccessToken is { } ready)
            return new Login(ready, null, null, null);
        if (options.TokenProvider is { } provider)
            return new Login(await provider(cancellationToken).ConfigureAwait(false), null, null, null);
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

    private Login ReadLogin(HttpAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            var token = Catalogue.Text(root, "token");
            if (token is not null)
            {
                // -1 stands for a token that does not expire.
                var minutes = root.TryGetProperty("expiresInMinutes", out var m) && m.TryGetDouble(out var value) ? value : 15;
                var endsAt = minutes < 0 ? (DateTimeOffset?)null : Context.Clock.GetUtcNow() + TimeSpan.FromMinutes(minutes);
                return new Login(new Secret(token), endsAt, Catalogue.Text(root, "customer"), Catalogue.Text(root, "accessLevel"));
            }
        }
        catch (JsonException)
        {
            // Told below, together with JSON that has no token.
        }
        throw TelecomXFaults.NoLogin(Server);
    }

    private sealed record Login(Secret Token, DateTimeOffset? EndsAt, string? Customer, string? AccessLevel)
    {
        public bool EndsBefore(DateTimeOffset moment) => EndsAt < moment;
    }
}
