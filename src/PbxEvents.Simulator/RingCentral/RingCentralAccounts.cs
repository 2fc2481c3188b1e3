using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>OAuth and the tokens for the WebSocket (ringcentral.md sections 2 and 3). Safe from any thread.</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="options">Lifetimes and limits.</param>
/// <param name="clientId">The app that is accepted.</param>
/// <param name="clientSecret">Its secret.</param>
/// <param name="jwt">The credential that is accepted.</param>
/// <param name="owner">The id of the extension that owns the tokens.</param>
/// <param name="socketAddress">Where the WebSocket is.</param>
/// <param name="clock">The clock.</param>
internal sealed class RingCentralAccounts(
    TokenStore tokens, RingCentralSimulatorOptions options, string clientId, string clientSecret, string jwt, string owner,
    Func<Uri> socketAddress, TimeProvider clock)
{
    /// <summary>What an access token is called in the store.</summary>
    public const string AccessKind = "access";

    private const string RefreshKind = "refresh";
    private const string SocketKind = "socket";
    private const string JwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    private readonly RateWindow _window = new(options.SocketTokenLimit, options.SocketTokenWindow, clock);
    private readonly Dictionary<string, Issued> _refreshed = new(StringComparer.Ordinal);
    private readonly object _lock = new();
    private int _lastSession;

    /// <summary>Told of every grant and refusal: what, and the reason or the OAuth session.</summary>
    public required Action<bool, string, string> Judged { get; init; }

    /// <summary>Adds the end points.</summary>
    public void Map(HttpRouter routes)
    {
        routes.Map("POST", "/restapi/oauth/token", Token);
        routes.Map("POST", "/restapi/oauth/revoke", Revoke);
        routes.Map("POST", "/restapi/oauth/wstoken", SocketToken);
    }

    /// <summary>A ready access token, in an OAuth session of its own.</summary>
    public string IssueReady() => tokens.Issue(AccessKind, NewSession(), null).Text;

    /// <summary>The OAuth session of a request's access token; null when there is no valid one.</summary>
    public string? SessionOf(ServerRequest request)
    {
        var header = request.Header("Authorization");
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? tokens.Find(header["Bearer ".Length..], AccessKind)?.Owner : null;
    }

    /// <summary>Takes a WebSocket token, which is good for one use.</summary>
    /// <returns>The OAuth session; null when the token is not valid.</returns>
    public string? TakeSocketToken(string text)
    {
        if (tokens.Find(text, SocketKind) is not { } token)
            return null;
        tokens.Expire(t => t.Text == text);
        return token.Owner;
    }

    /// <summary>Ends every OAuth session with all its tokens.</summary>
    public void RevokeAll() => tokens.Expire(_ => true);

    private string NewSession() => $"oauth-{Interlocked.Increment(ref _lastSession)}";

    private ServerResponse Token(ServerRequest request)
    {
        if (!IsClient(request))
            return Refuse("token", 401, "OAU-146", "Invalid client credentials");
        var form = request.Form();
        var grant = form.GetValueOrDefault("grant_type", "");
        if (grant == JwtGrant)
        {
            return form.GetValueOrDefault("assertion") == jwt
                ? Grant(NewSession(), "jwt")
                : Refuse("token", 400, "OAU-147", "The assertion is not valid");
        }

        if (grant != "refresh_token")
            return Refuse("token", 403, "OAU-112", "The grant type is not allowed");
        return Refresh(form.GetValueOrDefault("refresh_token", ""));
    }

    // A refresh whose reply was lost may be repeated: the same tokens come again while the old one is not replaced.
    private ServerResponse Refresh(string text)
    {
        lock (_lock)
        {
            if (tokens.Find(text, RefreshKind) is not { } token)
                return Refuse("refresh", 400, "OAU-210", "The refresh token is not valid");
            if (_refreshed.TryGetValue(text, out var issued) && tokens.Find(issued.Access.Text, AccessKind) is not null)
                return Answer(issued);
            tokens.Expire(t => t.Owner == token.Owner && t.Kind == AccessKind);
            var fresh = Issue(token.Owner);
            _refreshed[text] = fresh;
            Judged(true, "refresh", token.Owner);
            return Answer(fresh);
        }
    }

    private ServerResponse Grant(string session, string name)
    {
        Judged(true, name, session);
        return Answer(Issue(session));
    }

    private Issued Issue(string session) => new(
        tokens.Issue(AccessKind, session, options.TokenLifetime ?? DefaultLifetime),
        options.IssuesRefreshTokens ? tokens.Issue(RefreshKind, session, RefreshLifetime) : null);

    private ServerResponse Answer(Issued issued)
    {
        var body = new JsonObject
        {
            ["access_token"] = issued.Access.Text,
            ["token_type"] = "bearer",
            ["expires_in"] = (int)(issued.Access.ExpiresAt!.Value - clock.GetUtcNow()).TotalSeconds,
            ["scope"] = "CallControl ReadAccounts ReadMessages ReadPresence WebSocketsSubscription",
            ["owner_id"] = owner,
            ["endpoint_id"] = "simulator",
        };
        if (issued.Refresh is { } refresh)
        {
            body["refresh_token"] = refresh.Text;
            body["refresh_token_expires_in"] = (int)RefreshLifetime.TotalSeconds;
        }

        return ServerResponse.Json(200, body.ToJsonString());
    }

    private ServerResponse Revoke(ServerRequest request)
    {
        if (!IsClient(request))
            return Refuse("revoke", 401, "OAU-146", "Invalid client credentials");
        var text = request.Form().GetValueOrDefault("token", "");
        if ((tokens.Find(text, AccessKind) ?? tokens.Find(text, RefreshKind)) is { } token)
        {
            tokens.Expire(t => t.Owner == token.Owner);
            Judged(true, "revoke", token.Owner);
        }

        return new ServerResponse(200);
    }

    private ServerResponse SocketToken(ServerRequest request)
    {
        if (_window.Take() is { } wait)
            return Refuse("wstoken", 429, "CMN-301", "Request rate exceeded", wait);
        if (SessionOf(request) is not { } session)
            return Refuse("wstoken", 401, "OAU-128", "Access token expired");
        return ServerResponse.Json(200, new JsonObject
        {
            ["uri"] = socketAddress().ToString(),
            ["ws_access_token"] = tokens.Issue(SocketKind, session, options.SocketTokenLifetime).Text,
            ["expires_in"] = (int)options.SocketTokenLifetime.TotalSeconds,
        }.ToJsonString());
    }

    private bool IsClient(ServerRequest request)
    {
        var header = request.Header("Authorization");
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return false;
        var buffer = new byte[header.Length];
        return Convert.TryFromBase64String(header["Basic ".Length..], buffer, out var length)
            && Encoding.UTF8.GetString(buffer, 0, length) == $"{clientId}:{clientSecret}";
    }

    private ServerResponse Refuse(string what, int status, string code, string message, TimeSpan? retryAfter = null)
    {
        Judged(false, what, code);
        return RingCentralErrors.Http(status, code, message, retryAfter);
    }

    private sealed record Issued(SimulatedToken Access, SimulatedToken? Refresh);
}
