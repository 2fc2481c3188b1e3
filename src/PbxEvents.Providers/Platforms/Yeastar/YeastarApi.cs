using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The PBX's HTTP interface, as far as it is needed (yeastar.md sections 3 and 6.4). Safe from any thread.</summary>
/// <param name="context">HTTP, clock and credential.</param>
/// <param name="server">The base address.</param>
internal sealed class YeastarApi(DriverContext context, Uri server)
{
    private const string Path = "/openapi/v1.0/";

    /// <summary>Section 3.2, for a PBX that does not say.</summary>
    private static readonly TimeSpan DefaultLife = TimeSpan.FromSeconds(1800);

    private static readonly TimeSpan DefaultRefreshLife = TimeSpan.FromSeconds(86400);

    private static readonly FieldNames Names = new();

    private static readonly Field
        ErrCode = Names.Add("errcode"), ErrMsg = Names.Add("errmsg"), AccessToken = Names.Add("access_token"),
        AccessLife = Names.Add("access_token_expire_time"), RefreshToken = Names.Add("refresh_token"),
        RefreshLife = Names.Add("refresh_token_expire_time");

    /// <summary>Host and port.</summary>
    public string Server { get; } = ServerAddress.Display(server);

    /// <summary>The client id.</summary>
    public string ClientId => context.Options.UserName!;

    public DateTimeOffset Now => context.Clock.GetUtcNow();

    /// <summary>Where events come from. The token can only go into the query (section 3.2).</summary>
    public Uri SocketAddress(YeastarToken token) => Address(ServerAddress.ToWebSocket(server), "subscribe", token);

    /// <summary>A fresh pair for the credential. Takes one of the eight slots.</summary>
    public Task<YeastarReply> GetTokenAsync(CancellationToken cancellationToken) => SendAsync("getting a token", Post("get_token", w =>
    {
        w.WriteString("username", ClientId);
        w.WriteString("password", context.Options.Password!.Reveal());
    }), cancellationToken);

    /// <summary>A fresh pair for the refresh token.</summary>
    public Task<YeastarReply> RefreshTokenAsync(Secret refresh, CancellationToken cancellationToken) =>
        SendAsync("refreshing the token", Post("refresh_token", w => w.WriteString("refresh_token", refresh.Reveal())), cancellationToken);

    /// <summary>Gives a token back.</summary>
    public Task<YeastarReply> RevokeTokenAsync(YeastarToken token, CancellationToken cancellationToken) =>
        AskAsync(token, "returning the token", "del_token", [], cancellationToken);

    /// <summary>Calls in progress: <c>type=inbound</c>, <c>type=outbound</c> or <c>call_id=...</c>.</summary>
    public Task<YeastarReply> QueryCallsAsync(YeastarToken token, string name, string value, CancellationToken cancellationToken) =>
        AskAsync(token, "asking for the calls in progress", "call/query", [(name, value)], cancellationToken);

    /// <summary>Asks something.</summary>
    /// <param name="token">Who asks.</param>
    /// <param name="doing">What for, for a fault's text.</param>
    /// <param name="function">What is asked.</param>
    /// <param name="parameters">Names and values.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    public Task<YeastarReply> AskAsync(
        YeastarToken token, string doing, string function, (string Name, string Value)[] parameters, CancellationToken cancellationToken) =>
        SendAsync(doing, new HttpCall("GET", Address(server, function, token, parameters)), cancellationToken);

    private static Uri Address(Uri root, string function, YeastarToken token, params (string Name, string Value)[] parameters)
    {
        var extra = string.Concat(parameters.Select(p => $"&{p.Name}={Uri.EscapeDataString(p.Value)}"));
        return new Uri(root, $"{Path}{function}?access_token={Uri.EscapeDataString(token.Access.Reveal())}{extra}");
    }

    private HttpCall Post(string function, Action<Utf8JsonWriter> writeMembers) => new("POST", new Uri(server, Path + function))
    {
        Body = JsonPayload.Write(w =>
        {
            w.WriteStartObject();
            writeMembers(w);
            w.WriteEndObject();
        }),
    };

    private async Task<YeastarReply> SendAsync(string doing, HttpCall call, CancellationToken cancellationToken)
    {
        var answer = await context.Http.SendAsync(call, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
            throw YeastarFaults.FromHttp(answer, Server, doing);
        var fields = new JsonFields(Names, new Utf8Pool());
        try
        {
            if (fields.Read(answer.Body) && fields.Number(ErrCode) is { } code)
                return new YeastarReply(code, fields.Text(ErrMsg), ReadToken(fields), answer.Body);
        }
        catch (JsonException)
        {
            // Told below, together with JSON that is no answer of a PBX.
        }
        throw YeastarFaults.NoPbx(Server, doing);
    }

    private YeastarToken? ReadToken(JsonFields fields)
    {
        if (fields.Text(AccessToken) is not { } access)
            return null;
        var refresh = fields.Text(RefreshToken);
        return new YeastarToken(
            new Secret(access),
            refresh is null ? null : new Secret(refresh),
            Now,
            Seconds(fields.Number(AccessLife)) ?? DefaultLife,
            Seconds(fields.Number(RefreshLife)) ?? DefaultRefreshLife);
    }

    private static TimeSpan? Seconds(long? value) => value is > 0 and < 1_000_000_000 ? TimeSpan.FromSeconds(value.Value) : null;
}
