using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// Asks for the call log, one request at a time (history/ringcentral-history.md sections 2 and 8): with the connection's access token, no
/// faster than the rate group Heavy allows, and after growing pauses when the platform has trouble.
/// </summary>
/// <param name="context">HTTP, clock, log.</param>
/// <param name="server">The platform.</param>
/// <param name="tokens">The connection's access token.</param>
/// <param name="heavy">The rate group.</param>
/// <param name="user">Whom the group counts for.</param>
/// <param name="timing">Pauses.</param>
internal sealed class CallLogApi(
    DriverContext context, Uri server, TokenHolder<RingCentralTicket> tokens, RequestLimiter heavy, string user, RingCentralTiming timing)
{
    private const int MaxTries = 4;

    /// <summary>What a platform that asks for a longer pause gets: the next asking comes later.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>The server, for people.</summary>
    public string Server { get; } = ServerAddress.Display(server);

    /// <summary>Asks for a part of the call log.</summary>
    /// <param name="what">What is asked for, for people.</param>
    /// <param name="pathAndQuery">From the root.</param>
    /// <param name="isHeavy">True for requests of the group Heavy.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The answer; one with status 400, 403 or 404 is the caller's to judge.</returns>
    /// <exception cref="PbxException">It was not given.</exception>
    public async Task<CallLogAnswer> GetAsync(string what, string pathAndQuery, bool isHeavy, CancellationToken cancellationToken)
    {
        var wasRenewed = false;
        for (var tries = 1; ; tries++)
        {
            var ticket = await tokens.GetAsync(false, cancellationToken).ConfigureAwait(false);
            var answer = await SendAsync(ticket, pathAndQuery, isHeavy, cancellationToken).ConfigureAwait(false);
            switch (answer.Status)
            {
                case >= 200 and < 300:
                    return Read(answer, what);
                case 400 or 403 or 404:
                    return new CallLogAnswer(answer.Status, RingCentralError.Read(answer.Body), null);
                case 401 when !wasRenewed && tokens.CanRenew:
                    wasRenewed = true;
                    await tokens.ReplaceAsync(ticket, cancellationToken).ConfigureAwait(false);
                    break;
                case 401:
                    throw RingCentralFaults.TokenRefused(Server, RingCentralError.Read(answer.Body));
                default:
                    var fault = RingCentralFaults.FromCallLog(answer, Server, what, timing.Penalty);
                    if (answer.Status == 429 && isHeavy)
                        heavy.Penalize(user, context.Clock, fault.RetryAfter!.Value);
                    var pause = fault.RetryAfter ?? timing.RecordRetry * (1 << (tries - 1));
                    if (fault.IsPermanent || tries == MaxTries || pause > LongestPause)
                        throw fault;
                    context.Log($"Asking {Server} for {what} again in {pause.TotalSeconds:0.#} s: {fault.Message}");
                    await Task.Delay(pause, context.Clock, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task<HttpAnswer> SendAsync(RingCentralTicket ticket, string pathAndQuery, bool isHeavy, CancellationToken cancellationToken)
    {
        if (isHeavy)
            await heavy.WaitAsync(user, context.Clock, _ => { }, cancellationToken).ConfigureAwait(false);
        var answer = await context.Http.SendAsync(HttpCall.GetJson(new Uri(server, pathAndQuery), ticket.Token), cancellationToken).ConfigureAwait(false);

        // The last one that is allowed: others of the same user and app have taken the rest.
        if (isHeavy && answer.Headers.GetValueOrDefault("X-Rate-Limit-Remaining") == "0")
            heavy.Penalize(user, context.Clock, WindowOf(answer) ?? timing.Penalty);
        return answer;
    }

    private static TimeSpan? WindowOf(HttpAnswer answer) =>
        int.TryParse(answer.Headers.GetValueOrDefault("X-Rate-Limit-Window"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private CallLogAnswer Read(HttpAnswer answer, string what)
    {
        try
        {
            var document = JsonDocument.Parse(answer.Body);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("records", out var records) && records.ValueKind == JsonValueKind.Array)
            {
                return new CallLogAnswer(answer.Status, default, document);
            }
            document.Dispose();
        }
        catch (JsonException)
        {
            // Told below, together with JSON that is no list.
        }
        throw RingCentralFaults.NoList(Server, what);
    }
}

/// <summary>An answer about the call log.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="error">What a refusal says.</param>
/// <param name="document">The answer, an object with a list of records; null for a refusal.</param>
internal sealed class CallLogAnswer(int status, RingCentralError error, JsonDocument? document) : IDisposable
{
    public int Status => status;

    public RingCentralError Error => error;

    /// <summary>True when it was given.</summary>
    public bool IsGiven => document is not null;

    /// <summary>The records; they live as long as the answer.</summary>
    public IEnumerable<JsonElement> Records => document!.RootElement.GetProperty("records").EnumerateArray();

    /// <summary>A part of the answer beside the records; nothing when it is not there.</summary>
    public JsonElement Part(string name) => document!.RootElement.TryGetProperty(name, out var part) ? part : default;

    public void Dispose() => document?.Dispose();
}
