using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The access token: from a JWT grant, refreshed ahead of its end, or given by the user (ringcentral.md section 2). One
/// caller at a time; <see cref="Current"/> may be read anywhere.
/// </summary>
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

    /// <summary>A token that ends sooner than this is renewed before it is used.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(2);

    private readonly string _display = ServerAddress.Display(server);
    private volatile OAuthGrant? _current;
    private int _lastNumber;

    /// <summary>The newest tokens; null before the first request.</summary>
    public OAuthGrant? Current => _current;

    /// <summary>Goes on with the tokens of an earlier process.</summary>
    public void Restore(Secret access, DateTimeOffset? endsAt, Secret? refresh, DateTimeOffset? refreshEndsAt) =>
        _current = new OAuthGrant(++_lastNumber, access) { EndsAt = endsAt, Refresh = refresh, RefreshEndsAt = refreshEndsAt, IsOwn = true };

    /// <summary>A token that lives.</summary>
    public async Task<OAuthGrant> GetAsync(CancellationToken cancellationToken)
    {
        var current = _current;
        if (current is not null && context.Options.TokenProvider is null && current.LivesUntil(context.Clock.GetUtcNow() + Ahead))
            return current;
        return await RenewAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A fresh token: by refresh within the OAuth session as long as that is possible, else by a new grant.</summary>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public async Task<OAuthGrant> RenewAsync(CancellationToken cancellationToken)
    {
        var options = context.Options;
        if (options.AccessToken is { } ready)
            return _current = new OAuthGrant(1, ready);
        if (options.TokenProvider is { } provider)
            return _current = new OAuthGrant(1, await provider(cancellationToken).ConfigureAwait(false));
        if (_current is { } current && current.CanRefresh(context.Clock.GetUtcNow())
            && await TryRefreshAsync(current, cancellationToken).ConfigureAwait(false) is { } refreshed)
        {
            return _current = refreshed;
        }
        context.Log($"Asking {_display} for a token with the JWT.");
        var answer = await PostAsync("/restapi/oauth/token", [("grant_type", JwtGrant), ("assertion", options.Jwt!.Reveal())], cancellationToken)
            .ConfigureAwait(false);
        if (!answer.IsSuccess)
            throw Failed(answer);
        return _current = Read(answer, ++_lastNumber);
    }

    /// <summary>Ends the OAuth session when it was acquired here.</summary>
    public async Task RevokeAsync(CancellationToken cancellationToken)
    {
        if (_current is not { IsOwn: true } current)
            return;
        _current = null;
        var answer = await SendAsync("/restapi/oauth/revoke", [("token", current.Access.Reveal())], cancellationToken).ConfigureAwait(false);
        context.Log($"The token was given back: {answer}.");
    }

    /// <returns>Null when the OAuth session cannot go on.</returns>
    private async Task<OAuthGrant?> TryRefreshAsync(OAuthGrant current, CancellationToken cancellationToken)
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
                return Read(answer, current.Number);
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

    private OAuthGrant Read(HttpAnswer answer, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && Catalogue.Text(root, "access_token") is { Length: > 0 } access)
            {
                return new OAuthGrant(number, new Secret(access))
                {
                    EndsAt = EndOf(root, "expires_in"),
                    Refresh = Catalogue.Text(root, "refresh_token") is { Length: > 0 } refresh ? new Secret(refresh) : null,
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
