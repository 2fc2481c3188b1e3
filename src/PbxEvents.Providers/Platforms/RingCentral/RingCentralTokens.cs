using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>OAuth: access tokens from a JWT grant, refreshed within its session (ringcentral.md section 2). One caller at a time.</summary>
/// <param name="context">What it works with.</param>
/// <param name="server">The platform.</param>
/// <param name="timing">Pauses.</param>
/// <param name="limiter">Keeps the penalties, which hold for tokens of both kinds.</param>
/// <param name="user">Whom the limiter counts for.</param>
/// <param name="app">The client application; null with a ready token.</param>
internal sealed class RingCentralTokens(
    DriverContext context, Uri server, RingCentralTiming timing, RequestLimiter limiter, string user, RingCentralApp? app)
{
    private const int RefreshTries = 3;
    private const string JwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private readonly string _display = ServerAddress.Display(server);

    /// <summary>A fresh token: by refresh within the OAuth session as long as that is possible, else by a new grant.</summary>
    /// <param name="current">The one before; null for the first.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public async Task<RingCentralTicket> LogInAsync(RingCentralTicket? current, CancellationToken cancellationToken)
    {
        if (current?.CanRefresh(context.Clock.GetUtcNow()) == true
            && await TryRefreshAsync(current, cancellationToken).ConfigureAwait(false) is { } refreshed)
        {
            return refreshed;
        }
        context.Log($"Asking {_display} for a token with the JWT.");
        var answer = await PostAsync("/restapi/oauth/token", [("grant_type", JwtGrant), ("assertion", context.Options.Jwt!.Reveal())], cancellationToken)
            .ConfigureAwait(false);
        if (!answer.IsSuccess)
            throw Failed(answer);
        return Read(answer, (current?.Grant ?? 0) + 1);
    }

    /// <summary>Ends an OAuth session.</summary>
    public async Task RevokeAsync(RingCentralTicket ticket, CancellationToken cancellationToken)
    {
        var answer = await SendAsync("/restapi/oauth/revoke", [("token", ticket.Token.Reveal())], cancellationToken).ConfigureAwait(false);
        context.Log($"The token was returned: {answer}.");
    }

    /// <returns>Null when the OAuth session cannot go on.</returns>
    private async Task<RingCentralTicket?> TryRefreshAsync(RingCentralTicket current, CancellationToken cancellationToken)
    {
        // Section 2.2: a refresh whose reply was lost may be repeated.
        for (var attempt = 1; attempt <= RefreshTries; attempt++)
        {
            if (attempt > 1)
                await Task.Delay(timing.RetryPause, context.Clock, cancellationToken).ConfigureAwait(false);
            context.Log("Refreshing the token.");
            HttpAnswer answer;
            try
            {
                answer = await PostAsync("/restapi/oauth/token",
                    [("grant_type", "refresh_token"), ("refresh_token", current.Refresh!.Reveal())], cancellationToken).ConfigureAwait(false);
            }
            catch (PbxException e) when (e.Kind == PbxErrorKind.Timeout)
            {
                continue;
            }
            if (answer.IsSuccess)
                return Read(answer, current.Grant);
            if (answer.Status is 429 or 503)
                throw Failed(answer);
            context.Log($"The token was not refreshed: {answer}{RingCentralError.Read(answer.Body).Words()}.");
            if (answer.Status is not 408 and < 500)
                return null;
        }
        return null;
    }

    private PbxException Failed(HttpAnswer answer)
    {
        var fault = RingCentralFaults.FromGrant(answer, _display, timing.Penalty);
        if (fault.RetryAfter is { } pause)
            limiter.Penalize(user, context.Clock, pause);
        return fault;
    }

    private async Task<HttpAnswer> PostAsync(string path, (string Name, string Value)[] form, CancellationToken cancellationToken)
    {
        await limiter.WaitForPenaltyAsync(user, context.Clock, d => context.Log($"Waiting {d.TotalSeconds:0.0} s, as RingCentral asked."), cancellationToken)
            .ConfigureAwait(false);
        return await SendAsync(path, form, cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpAnswer> SendAsync(string path, (string Name, string Value)[] form, CancellationToken cancellationToken)
    {
        var secret = app?.Secret is { IsEmpty: false } given ? given.Reveal() : null;

        // Section 2.2: an app without a secret names itself in the body.
        var fields = secret is null ? form.Append(("client_id", app?.Id ?? "")) : form;
        var body = string.Join('&', fields.Select(f => $"{f.Item1}={Uri.EscapeDataString(f.Item2)}"));
        var call = new HttpCall("POST", new Uri(server, path))
        {
            Body = Encoding.UTF8.GetBytes(body),
            ContentType = "application/x-www-form-urlencoded",
            Headers = secret is null
                ? []
                : [new("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{app!.Id}:{secret}"))}")],
        };
        return context.Http.SendAsync(call, cancellationToken);
    }

    private RingCentralTicket Read(HttpAnswer answer, int grant)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && JsonMember.Text(root, "access_token") is { Length: > 0 } access)
            {
                return new RingCentralTicket(grant, new Secret(access))
                {
                    EndsAt = EndOf(root, "expires_in"),
                    Refresh = JsonMember.Text(root, "refresh_token") is { Length: > 0 } refresh ? new Secret(refresh) : null,
                    RefreshEndsAt = EndOf(root, "refresh_token_expires_in"),
                    IsOwn = true,
                };
            }
        }
        catch (JsonException)
        {
            // Told below, together with JSON that has no token.
        }
        throw RingCentralFaults.NoToken(_display, "token");
    }

    private DateTimeOffset? EndOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds)
            ? context.Clock.GetUtcNow() + TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e8))
            : null;
}
