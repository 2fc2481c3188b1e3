using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>OneCloud's token endpoint and the look-up of the socket's hosts (onecloud.md sections 1 and 2).</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="options">The simulator's settings.</param>
/// <param name="account">What a login must bring.</param>
internal sealed class OneCloudAccounts(TokenStore tokens, OneCloudSimulatorOptions options, OneCloudAccount account)
{
    private const string Access = "access";
    private const string Refresh = "refresh";
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromHours(24);

    /// <summary>Told about each token request: the grant, and the error or null.</summary>
    public Action<string, string?>? Asked { get; set; }

    /// <summary>Adds the end points.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="hosts">The body that answers the look-up.</param>
    public void Map(HttpRouter routes, Func<string> hosts)
    {
        routes.Map("POST", "/ns-api/oauth2/token", AnswerToken);
        routes.Map("GET", "/ns-api/v2/configurations/PORTAL_SOCKET_HOSTNAME", r =>
            IsGood(r) ? ServerResponse.Json(200, hosts()) : Error(401, "invalid_token"));
    }

    /// <summary>Makes a token that lives until it is ended.</summary>
    /// <returns>Its text.</returns>
    public string Issue() => tokens.Issue(Access, account.UserName, null).Text;

    /// <summary>True for a token that is good for the API and the socket.</summary>
    /// <param name="token">Its text.</param>
    public bool IsValid(string? token) => tokens.Find(token, Access) is not null;

    /// <summary>True for a request with such a token.</summary>
    /// <param name="request">The request.</param>
    public bool IsGood(ServerRequest request) =>
        IsValid(request.Header("Authorization") is { } h && h.StartsWith("Bearer ", StringComparison.Ordinal) ? h[7..] : null);

    private static ServerResponse Error(int status, string error) => ServerResponse.Json(status, $$"""{"error":"{{error}}"}""");

    private ServerResponse AnswerToken(ServerRequest request)
    {
        var form = request.Form();
        var grant = form.GetValueOrDefault("grant_type", "");
        var error = ErrorOf(form, grant);
        Asked?.Invoke(grant, error);
        if (error is not null)
            return Error(error == "invalid_request" ? 400 : 401, error);
        return options.RequiresMfa && grant == "password" ? Mfa() : Grant();
    }

    private string? ErrorOf(IReadOnlyDictionary<string, string> form, string grant)
    {
        if (form.GetValueOrDefault("client_id") != account.ClientId || form.GetValueOrDefault("client_secret") != account.ClientSecret)
            return "invalid_client";
        return grant switch
        {
            "password" => form.GetValueOrDefault("username") == account.UserName && form.GetValueOrDefault("password") == account.Password
                ? null
                : "invalid_grant",
            "refresh_token" => tokens.Find(form.GetValueOrDefault("refresh_token"), Refresh) is null ? "invalid_grant" : null,
            _ => "invalid_request",
        };
    }

    private ServerResponse Mfa() => ServerResponse.Json(200, new JsonObject
    {
        ["access_token"] = tokens.Issue("mfa", account.UserName, DefaultLifetime).Text,
        ["scope"] = "MFA",
        ["mfa_vendor"] = "google",
        ["mfa_type"] = "authenticator",
    }.ToJsonString());

    private ServerResponse Grant()
    {
        var lifetime = options.TokenLifetime ?? DefaultLifetime;
        return ServerResponse.Json(200, new JsonObject
        {
            ["access_token"] = tokens.Issue(Access, account.UserName, lifetime).Text,
            ["refresh_token"] = tokens.Issue(Refresh, account.UserName, RefreshLifetime).Text,
            ["expires_in"] = lifetime.TotalSeconds,
            ["token_type"] = "Bearer",
            ["scope"] = options.Scope,
            ["domain"] = account.Domain,
            ["uid"] = account.UserName,
            ["login"] = account.UserName,
            ["displayName"] = "Simulated User",
            ["client_id"] = account.ClientId,
            ["apiversion"] = "Version: 44",
        }.ToJsonString());
    }
}
