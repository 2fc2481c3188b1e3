using System.Text.Json;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.Yeastar;

/// <summary>
/// The token end points (yeastar.md section 3): HTTP 200 whatever the answer, eight tokens at most, a block after five
/// failures. Safe from any thread.
/// </summary>
/// <param name="tokens">The tokens.</param>
/// <param name="options">Limits and lifetimes.</param>
/// <param name="clientId">The client id that is accepted.</param>
/// <param name="secret">The secret that goes with it.</param>
internal sealed class YeastarAccounts(TokenStore tokens, YeastarSimulatorOptions options, string clientId, string secret)
{
    private const string Access = "access", Refresh = "refresh";
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(1800);

    private readonly object _lock = new();
    private readonly List<SimulatedToken> _accessTokens = [];
    private int _lastSlot;
    private int _failures;
    private int _limitLeft;
    private bool _isBlocked;
    private bool _isForbidden;

    /// <summary>Told of each call with its function, and what was wrong with it; null for nothing.</summary>
    public Action<string, string?>? Asked { get; init; }

    /// <summary>How many slots are taken. A refresh takes none.</summary>
    public int SlotsTaken
    {
        get
        {
            lock (_lock)
            {
                _accessTokens.RemoveAll(t => tokens.Find(t.Text, Access) is null);
                return _accessTokens.Select(t => t.Owner).Distinct().Count();
            }
        }
    }

    /// <summary>Takes the end points.</summary>
    /// <param name="routes">The server's routes.</param>
    public void Map(HttpRouter routes)
    {
        routes.Map("POST", "/openapi/v1.0/get_token", r => Answer(r, "get_token", GetToken));
        routes.Map("POST", "/openapi/v1.0/refresh_token", r => Answer(r, "refresh_token", RefreshToken));
        routes.Map("GET", "/openapi/v1.0/del_token", r => Answer(r, "del_token", RevokeToken));
    }

    /// <summary>The access token of a request; null when it has none that is valid.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The token.</returns>
    public SimulatedToken? Identify(ServerRequest request) => tokens.Find(request.Parameter("access_token"), Access);

    /// <summary>Refuses the next calls of get_token with the limit's code.</summary>
    /// <param name="count">How many.</param>
    public void LimitNext(int count)
    {
        lock (_lock)
            _limitLeft = count;
    }

    /// <summary>Blocks the client, as failures do, or forbids it, as an allow list does; or takes both back.</summary>
    /// <param name="isBlocked">True for 70004.</param>
    /// <param name="isForbidden">True for 70087.</param>
    public void SetBlock(bool isBlocked, bool isForbidden)
    {
        lock (_lock)
        {
            (_isBlocked, _isForbidden) = (isBlocked, isForbidden);
            if (!isBlocked)
                _failures = 0;
        }
    }

    /// <summary>An answer without more than its code.</summary>
    /// <param name="code">The code.</param>
    /// <param name="text">The words.</param>
    /// <returns>The answer, HTTP 200.</returns>
    public static ServerResponse Code(int code, string text) => ServerResponse.Json(200, $$"""{"errcode":{{code}},"errmsg":"{{text}}"}""");

    private static string? Member(ServerRequest request, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(request.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private ServerResponse Answer(ServerRequest request, string function, Func<ServerRequest, (int Code, string Text, string? More)> handle)
    {
        (int Code, string Text, string? More) answer;
        lock (_lock)
        {
            answer = _isForbidden ? (70087, "IP FORBIDDEN", null)
                : _isBlocked ? (70004, "ACCOUNT IP BLOCKED", null)
                : request.Header("User-Agent").Length == 0 ? (40002, "PARAMETER ERROR", null)
                : handle(request);
        }

        Asked?.Invoke(function, answer.Code == 0 ? null : $"{answer.Code} {answer.Text}");
        return answer.More is { } more
            ? ServerResponse.Json(200, $$"""{"errcode":{{answer.Code}},"errmsg":"{{answer.Text}}",{{more}}}""")
            : Code(answer.Code, answer.Text);
    }

    private (int, string, string?) GetToken(ServerRequest request)
    {
        if (Member(request, "username") is not { } user || Member(request, "password") is not { } password)
            return (40002, "PARAMETER ERROR", null);
        if (user != clientId || password != secret)
        {
            _isBlocked = ++_failures >= options.MaxFailures;
            return (1, "FAILED", null);
        }

        if (_limitLeft > 0 || SlotsTaken >= options.MaxTokens)
        {
            if (_limitLeft > 0)
                _limitLeft--;
            return (60002, "MAX LIMITATION EXCEEDED", null);
        }

        _failures = 0;
        return (0, "SUCCESS", Issue($"slot {++_lastSlot}"));
    }

    private (int, string, string?) RefreshToken(ServerRequest request)
    {
        if (Member(request, "refresh_token") is not { } text)
            return (40002, "PARAMETER ERROR", null);
        if (tokens.Find(text, Refresh) is not { } old)
            return (10004, "TOKEN EXPIRED", null);
        tokens.Expire(t => t.Owner == old.Owner && (t.Kind == Refresh || options.RefreshEndsOldToken));
        return (0, "SUCCESS", Issue(old.Owner));
    }

    private (int, string, string?) RevokeToken(ServerRequest request)
    {
        if (Identify(request) is not { } token)
            return (10004, "TOKEN EXPIRED", null);
        tokens.Expire(t => t.Owner == token.Owner);
        return (0, "SUCCESS", null);
    }

    private string Issue(string slot)
    {
        var life = options.TokenLifetime ?? DefaultLifetime;
        var access = tokens.Issue(Access, slot, life);
        var refresh = tokens.Issue(Refresh, slot, options.RefreshLifetime);
        _accessTokens.Add(access);
        return $$"""
            "access_token_expire_time":{{Seconds(life)}},"access_token":"{{access.Text}}","refresh_token_expire_time":{{Seconds(options.RefreshLifetime)}},"refresh_token":"{{refresh.Text}}"
            """;
    }

    private static string Seconds(TimeSpan time) => Math.Max(1, Math.Ceiling(time.TotalSeconds)).ToString("0");
}
