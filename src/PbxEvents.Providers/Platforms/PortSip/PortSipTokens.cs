using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>Gets tokens of the REST interface by password and refresh (history/portsip-history.md section 2).</summary>
/// <param name="context">HTTP, clock, activity log.</param>
/// <param name="api">The interface's base, ending in <c>/api</c>.</param>
/// <param name="login">Who logs in: the same as on the event link.</param>
internal sealed class PortSipTokens(DriverContext context, Func<Uri> api, PortSipLogin login)
{
    /// <summary>The constant that PortSIP's page on authentication prints for every client; no secret.</summary>
    private const string ClientId = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a";

    /// <summary>The documented life, for an answer that does not tell it.</summary>
    private static readonly TimeSpan DocumentedLife = TimeSpan.FromSeconds(1800);

    /// <summary>A login that was refused. It is not tried again: repeated tries can get the address blocked.</summary>
    private PbxException? _refusal;

    private string Server => ServerAddress.Display(api());

    /// <summary>Gets a token.</summary>
    /// <param name="old">The one before; null for none.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public async Task<PortSipTicket> ObtainAsync(PortSipTicket? old, CancellationToken cancellationToken)
    {
        if (_refusal is { } known)
            throw new PbxException(known.Kind, known.Message, known.Advice) { Target = known.Target, Code = known.Code, IsPermanent = true };
        if (old?.Refresh is { } refresh)
        {
            var renewed = await PostFormAsync([("grant_type", "refresh_token"), ("refresh_token", refresh.Reveal())], cancellationToken).ConfigureAwait(false);
            if (renewed.IsSuccess)
                return Read(renewed, refresh);
            if (renewed.Status is not (400 or 401 or 404 or 405))
                throw PlatformFaults.FromHttp(renewed, Server, "refreshing the token");
            context.Log($"{Server} no longer accepts the refresh token ({renewed}).");
        }
        context.Log($"Logging in at the REST interface of {Server}.");
        var answer = await PostFormAsync(
            [
                ("grant_type", "password"), ("username", login.Name), .. login.Domain is { } domain ? [("domain", domain)] : ((string, string)[])[],
                ("password", login.Password.Reveal()), ("scope", "all"),
            ], cancellationToken).ConfigureAwait(false);

        // v16 before it had OAuth.
        if (answer.Status is 404 or 405)
            answer = await PostJsonAsync(cancellationToken).ConfigureAwait(false);
        if (answer.Status is 400 or 401 or 403)
        {
            _refusal = PortSipFaults.RecordLoginRefused(login, Server, answer);
            throw _refusal;
        }
        return answer.Status switch
        {
            >= 200 and < 300 => Read(answer, null),
            _ => throw PlatformFaults.FromHttp(answer, Server, "logging in"),
        };
    }

    private Task<HttpAnswer> PostFormAsync((string Name, string Value)[] fields, CancellationToken cancellationToken) => context.Http.SendAsync(
        new HttpCall("POST", new Uri($"{api()}/login/oauth/token"))
        {
            Body = Encoding.UTF8.GetBytes(string.Join('&', fields.Append(("client_id", ClientId)).Select(f => $"{f.Item1}={Uri.EscapeDataString(f.Item2)}"))),
            ContentType = "application/x-www-form-urlencoded",
        }, cancellationToken);

    private Task<HttpAnswer> PostJsonAsync(CancellationToken cancellationToken) => context.Http.SendAsync(
        new HttpCall("POST", new Uri($"{api()}/login"))
        {
            Body = JsonPayload.Write(w =>
            {
                w.WriteStartObject();
                w.WriteString("username", login.Name);
                w.WriteString("password", login.Password.Reveal());
                w.WriteOptional("domain", login.Domain);
                w.WriteEndObject();
            }),
        }, cancellationToken);

    private PortSipTicket Read(HttpAnswer answer, Secret? oldRefresh)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && JsonMember.Text(root, "access_token") is { Length: > 0 } access)
            {
                var life = root.TryGetProperty("expires_in", out var member) && member.ValueKind == JsonValueKind.Number
                    && member.TryGetInt32(out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : DocumentedLife;
                var refresh = JsonMember.Text(root, "refresh_token");
                return new PortSipTicket(new Secret(access))
                {
                    Refresh = string.IsNullOrEmpty(refresh) ? oldRefresh : new Secret(refresh),
                    EndsAt = context.Clock.GetUtcNow() + life,
                };
            }
        }
        catch (JsonException)
        {
            // Told below.
        }
        throw PlatformFaults.NoToken(Server);
    }
}
