using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>Gets tokens by password and refresh (onecloud.md section 2).</summary>
/// <param name="context">Options, HTTP, activity log.</param>
/// <param name="api">The API's base, ending in <c>/ns-api</c>.</param>
/// <param name="pause">Grows while the address is blocked.</param>
internal sealed class OneCloudTokens(DriverContext context, Uri api, OneCloudPause pause)
{
    /// <summary>The documented life, for an answer that does not tell it.</summary>
    private static readonly TimeSpan DocumentedLife = TimeSpan.FromHours(1);

    // The sources disagree about the path (section 2), so the second one is tried when the first is not there.
    private readonly Uri[] _endpoints = [new($"{api}/oauth2/token/"), new(api, "/oauth2/token/")];
    private int _endpoint;

    private PbxConnectOptions Options => context.Options;

    private string Server => ServerAddress.Display(api);

    private string UserName =>
        Options.UserName!.Contains('@') || Options.Domain is null ? Options.UserName! : $"{Options.UserName}@{Options.Domain}";

    /// <summary>Gets a token.</summary>
    /// <param name="old">The one before; null for none.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public async Task<OneCloudTicket> ObtainAsync(OneCloudTicket? old, CancellationToken cancellationToken)
    {
        if (old?.Refresh is { } refresh)
        {
            context.Log($"Refreshing the token at {Server}.");
            var renewed = await PostAsync([("grant_type", "refresh_token"), ("refresh_token", refresh.Reveal())], cancellationToken).ConfigureAwait(false);
            if (renewed.IsSuccess)
                return Read(renewed, refresh);

            // Refreshing is proven at other operators only, and a refresh token ends after a day; the password still works then.
            if (renewed.Status is not (400 or 401 or 404 or 405))
                throw PlatformFaults.FromHttp(renewed, Server, "refreshing the token");
            context.Log($"{Server} no longer accepts the refresh token ({renewed}).");
        }
        context.Log($"Logging in at {Server}.");
        var answer = await PostAsync(
            [("format", "json"), ("grant_type", "password"), ("username", UserName), ("password", Options.Password?.Reveal() ?? "")],
            cancellationToken).ConfigureAwait(false);
        return answer.IsSuccess ? Read(answer, null) : throw OneCloudFaults.FromLogin(answer, Server, UserName);
    }

    private async Task<HttpAnswer> PostAsync((string Name, string Value)[] fields, CancellationToken cancellationToken)
    {
        (string Name, string Value)[] all = [.. fields, ("client_id", Options.ClientId ?? ""), ("client_secret", Options.ClientSecret?.Reveal() ?? "")];
        var body = Encoding.UTF8.GetBytes(string.Join('&', all.Select(f => $"{f.Name}={Uri.EscapeDataString(f.Value)}")));
        while (true)
        {
            var call = new HttpCall("POST", _endpoints[_endpoint]) { Body = body, ContentType = "application/x-www-form-urlencoded" };
            var answer = await context.Http.SendAsync(call, cancellationToken).ConfigureAwait(false);
            if (answer.Status == 404 && _endpoint == 0)
            {
                _endpoint = 1;
                continue;
            }
            if (OneCloudFaults.IsBlock(answer))
                throw OneCloudFaults.Blocked(answer, Server, pause.Grow());
            pause.End();
            return answer;
        }
    }

    private OneCloudTicket Read(HttpAnswer answer, Secret? oldRefresh)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(answer.Body);
        }
        catch (JsonException)
        {
            throw PlatformFaults.NoToken(Server);
        }
        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw PlatformFaults.NoToken(Server);
            var scope = JsonMember.Text(root, "scope");
            if (string.Equals(scope, "MFA", StringComparison.OrdinalIgnoreCase) || JsonMember.Text(root, "user_scope") == "mfa_required")
                throw OneCloudFaults.MfaRequired(answer, Server, UserName);
            if (JsonMember.Text(root, "access_token") is not { Length: > 0 } access)
                throw PlatformFaults.NoToken(Server);
            var now = context.Clock.GetUtcNow();
            var refresh = JsonMember.Text(root, "refresh_token");
            var domain = JsonMember.Text(root, "domain");
            return new OneCloudTicket(new Secret(access), Options.Domain ?? domain ?? DomainOf(UserName) ?? "", now)
            {
                Refresh = string.IsNullOrEmpty(refresh) ? oldRefresh : new Secret(refresh),
                EndsAt = now + ReadLife(root),
                OwnDomain = domain,
                Uid = JsonMember.Text(root, "uid"),
                Scope = scope,
            };
        }
    }

    private static string? DomainOf(string userName) => userName.IndexOf('@') is >= 0 and var at ? userName[(at + 1)..] : null;

    private static TimeSpan ReadLife(JsonElement root)
    {
        // Seconds, as a number or as text.
        var isThere = root.TryGetProperty("expires_in", out var member);
        return isThere && double.TryParse(member.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : DocumentedLife;
    }
}
