using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;
using PbxEvents.Simulator.SocketIo;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>TelecomX's <c>/auth</c> pages and machine tokens (telecomx.md section 2).</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="options">The simulator's settings.</param>
/// <param name="user">The user that may log in.</param>
/// <param name="userName">The user's name.</param>
/// <param name="password">The user's password.</param>
/// <param name="clock">The clock.</param>
internal sealed class TelecomXAccounts(
    TokenStore tokens, TelecomXSimulatorOptions options, TelecomXIdentity user, string userName, string password, TimeProvider clock)
{
    private const string Login = "login";
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, TelecomXIdentity> _identities = new();
    private int _blacklisted;

    /// <summary>Told about each login: the user's name, and the error or null.</summary>
    public Action<string, string?>? LoggedIn { get; set; }

    /// <summary>Adds the end points.</summary>
    /// <param name="routes">Where to.</param>
    public void Map(HttpRouter routes)
    {
        routes.Map("POST", "/auth/login", r => LogIn(Body(r)));
        routes.Map("GET", "/auth/login", r => LogIn(name => r.Query.GetValueOrDefault(name)));
        routes.Map("GET", "/auth/validateToken", Validate);
        routes.Map("GET", "/auth/logout", LogOut);
        routes.Map("POST", "/employee/{id}/token", MakeMachineToken);
        routes.Map("DELETE", "/employee/{id}/token/{token}", RemoveMachineToken);
    }

    /// <summary>Answers the next logins with 403 <c>blacklisted</c>.</summary>
    /// <param name="count">How many.</param>
    public void BlacklistNext(int count) => Volatile.Write(ref _blacklisted, count);

    /// <summary>Makes a token that lives until it is removed.</summary>
    /// <param name="identity">Whose it is.</param>
    /// <returns>Its text.</returns>
    public string Issue(TelecomXIdentity identity) => Issue(identity, "machine", null);

    /// <summary>Who a token belongs to.</summary>
    /// <param name="token">Its text.</param>
    /// <returns>The identity; null when the token is not valid.</returns>
    public TelecomXIdentity? Identify(string? token) => Find(token) is { } found ? _identities[found.Text] : null;

    /// <summary>Who sends a REST request.</summary>
    /// <param name="request">The request, with the token in the query or as a bearer.</param>
    /// <returns>The identity; null when the token is not valid.</returns>
    public TelecomXIdentity? Identify(ServerRequest request) => Identify(TokenOf(request));

    /// <summary>The answer to a REST request whose token is not valid.</summary>
    /// <param name="request">The request.</param>
    /// <returns>401 <c>expired</c> or <c>invalid_token</c>.</returns>
    public ServerResponse Refuse(ServerRequest request) => Error(401, tokens.IsKnown(TokenOf(request)) ? "expired" : "invalid_token");

    /// <summary>An error answer.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="error">The platform's word for it.</param>
    /// <returns>The answer.</returns>
    public static ServerResponse Error(int status, string error) => ServerResponse.Json(status, $$"""{"error":"{{error}}"}""");

    private static Func<string, string?> Body(ServerRequest request)
    {
        JsonElement body;
        try
        {
            body = JsonDocument.Parse(request.Body.Length == 0 ? "{}"u8.ToArray() : request.Body).RootElement.Clone();
        }
        catch (JsonException)
        {
            body = default;
        }

        return name => body.Member(name) switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
            var other => other.GetRawText(),
        };
    }

    private static string TokenOf(ServerRequest request)
    {
        var header = request.Header("Authorization");
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..] : request.Parameter("token");
    }

    private static bool IsTrue(string? text) => text is "true" or "1";

    private ServerResponse LogIn(Func<string, string?> field)
    {
        var name = field("username");
        var error = ErrorOf(name, field);
        LoggedIn?.Invoke(name ?? "", error);
        if (error is not null)
            return Error(error == "blacklisted" ? 403 : error == "bad_request" ? 400 : 401, error);
        var persists = IsTrue(field("persist"));
        var lifetime = persists ? (TimeSpan?)null : options.TokenLifetime ?? DefaultLifetime;
        var token = Issue(user, Login, lifetime);
        return ServerResponse.Json(200, Describe(user, token, lifetime).ToJsonString());
    }

    private string? ErrorOf(string? name, Func<string, string?> field)
    {
        if (Volatile.Read(ref _blacklisted) > 0)
        {
            Interlocked.Decrement(ref _blacklisted);
            return "blacklisted";
        }

        if (name is null || field("password") is not { } given)
            return "bad_request";
        if (!name.Equals(userName, StringComparison.OrdinalIgnoreCase) || given != password)
            return "credentials_invalid";
        // The pages say that a second factor can be demanded, not how; the word is made up after the field's name.
        if (options.SmsKey is { } key && field("smsKey") != key)
            return field("smsKey") is null ? "smsKey_required" : "credentials_invalid";
        if (options.AuthenticatorToken is { } code && field("authenticatorToken") != code)
        {
            return field("authenticatorToken") is null ? "authenticatorToken_required" : "credentials_invalid";
        }

        return null;
    }

    private static JsonObject Describe(TelecomXIdentity identity, string token, TimeSpan? lifetime) => new()
    {
        ["token"] = token,
        ["expiresInMinutes"] = lifetime is { } time ? JsonValue.Create(time.TotalMinutes) : JsonValue.Create(-1),
        ["employee"] = identity.Employee,
        ["customer"] = identity.Customer,
        ["accessLevel"] = identity.AccessLevel,
        ["name"] = "Simulated User",
        ["language"] = "en",
        ["customerName"] = "Simulated Customer",
        ["features"] = new JsonArray("PBX"),
    };

    private ServerResponse Validate(ServerRequest request)
    {
        var simple = IsTrue(request.Parameter("simple"));
        if (Find(request.Parameter("token")) is not { } token)
            return simple ? new ServerResponse(403) : Refuse(request);
        if (simple)
            return new ServerResponse(200);
        var left = token.ExpiresAt - clock.GetUtcNow();
        return ServerResponse.Json(200, Describe(_identities[token.Text], token.Text, left).ToJsonString());
    }

    private ServerResponse LogOut(ServerRequest request)
    {
        if (Find(TokenOf(request)) is not { } token)
            return Refuse(request);
        tokens.Expire(t => t.Owner == token.Owner && t.Kind == Login);
        return ServerResponse.Json(200, """{"success":true}""");
    }

    private ServerResponse MakeMachineToken(ServerRequest request)
    {
        if (Identify(request) is not { } identity)
            return Refuse(request);
        if (!identity.Reaches("MANAGER") || identity.Reaches("RESELLER_ADMIN"))
            return Error(403, "access_denied");
        var token = Issue(identity with { Employee = request.Values["id"] });
        return ServerResponse.Json(200, $$"""{"token":"{{token}}"}""");
    }

    private ServerResponse RemoveMachineToken(ServerRequest request)
    {
        if (Identify(request) is null)
            return Refuse(request);
        tokens.Expire(t => t.Text == request.Values["token"] && t.Owner == request.Values["id"]);
        return ServerResponse.Json(200, """{"success":true}""");
    }

    private string Issue(TelecomXIdentity identity, string kind, TimeSpan? lifetime)
    {
        var token = tokens.Issue(kind, identity.Employee, lifetime);
        _identities[token.Text] = identity;
        return token.Text;
    }

    private SimulatedToken? Find(string? token) => tokens.Find(token, Login) ?? tokens.Find(token, "machine");
}
