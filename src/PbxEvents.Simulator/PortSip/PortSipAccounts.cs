using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.PortSip;

/// <summary>The login of the REST interface (portsip.md section 2): with OAuth, and on v16.0, which had none yet, as JSON.</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="options">The simulator's settings.</param>
internal sealed class PortSipAccounts(TokenStore tokens, PortSipSimulatorOptions options)
{
    private const string Access = "access";
    private const string Refresh = "refresh";
    private static readonly TimeSpan DocumentedLifetime = TimeSpan.FromSeconds(1800);

    /// <summary>True for a user who may log in: name, domain, password.</summary>
    public required Func<string, string, string, bool> IsUser { get; init; }

    /// <summary>Told about each login: its grant or form, the user, and whether it was good.</summary>
    public required Action<string, string, bool> Asked { get; init; }

    /// <summary>Adds the end points.</summary>
    /// <param name="routes">Where to.</param>
    public void Map(HttpRouter routes)
    {
        if (options.Version == PortSipVersion.V160)
            routes.Map("POST", "/api/login", LogInAsJson);
        else
            routes.Map("POST", "/api/login/oauth/token", AnswerToken);
    }

    /// <summary>True for a request with a token that lives.</summary>
    /// <param name="request">The request.</param>
    public bool IsGood(ServerRequest request) =>
        request.Header("Authorization") is { } h && h.StartsWith("Bearer ", StringComparison.Ordinal) && tokens.Find(h[7..], Access) is not null;

    /// <summary>An answer that says no.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The platform's code.</param>
    /// <param name="message">What is wrong.</param>
    public static ServerResponse Error(int status, string code, string message) => ServerResponse.Json(status, new JsonObject
    {
        ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
    }.ToJsonString());

    private ServerResponse AnswerToken(ServerRequest request)
    {
        var form = request.Form();
        var user = form.GetValueOrDefault("username", "");
        switch (form.GetValueOrDefault("grant_type"))
        {
            case "password":
                return Answer("password", user, IsUser(user, form.GetValueOrDefault("domain", ""), form.GetValueOrDefault("password", "")));
            case "refresh_token" when tokens.Find(form.GetValueOrDefault("refresh_token"), Refresh) is { } refresh:
                return Answer("refresh_token", refresh.Owner, true);
            default:
                Asked(form.GetValueOrDefault("grant_type", ""), user, false);
                return Error(400, "UNKNOWN", "unknown error");
        }
    }

    private ServerResponse LogInAsJson(ServerRequest request)
    {
        try
        {
            using var document = JsonDocument.Parse(request.Body);
            string Text(string name) => document.RootElement.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
            return Answer("login", Text("username"), IsUser(Text("username"), Text("domain"), Text("password")));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Error(400, "VALIDATE_FAILED", "field validation failed");
        }
    }

    private ServerResponse Answer(string grant, string user, bool isGood)
    {
        Asked(grant, user, isGood);
        if (!isGood)
            return Error(400, "UNAUTHORIZED", "Login failed, authentication error");
        var lifetime = options.TokenLifetime ?? DocumentedLifetime;
        return ServerResponse.Json(200, new JsonObject
        {
            ["access_token"] = tokens.Issue(Access, user, lifetime).Text,
            ["expires_in"] = (long)lifetime.TotalSeconds,
            ["refresh_token"] = tokens.Issue(Refresh, user, null).Text,
            ["token_type"] = "Bearer",
        }.ToJsonString());
    }
}
