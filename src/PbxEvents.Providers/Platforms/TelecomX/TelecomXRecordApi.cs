using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// Asks the REST interface for lists, one request at a time (history/telecomx-history.md sections 1 and 8): a refused token is renewed
/// once, a failure is tried once more, and a wish for fewer requests is obeyed.
/// </summary>
/// <param name="context">HTTP, clock, log.</param>
/// <param name="server">The server.</param>
/// <param name="tokens">The connection's token.</param>
/// <param name="times">The pauses.</param>
internal sealed class TelecomXRecordApi(DriverContext context, Uri server, TokenHolder<TelecomXTicket> tokens, RecordTimes times)
{
    private const int MaxTries = 5;

    /// <summary>The server, for people.</summary>
    public string Server { get; } = ServerAddress.Display(server);

    /// <summary>A token that lives, for what its login told.</summary>
    public Task<TelecomXTicket> GetTicketAsync(CancellationToken cancellationToken) => tokens.GetAsync(false, cancellationToken);

    /// <summary>Asks for a list.</summary>
    /// <param name="what">What is asked for, for people.</param>
    /// <param name="query">Path and query, to which the token is added.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The rows.</returns>
    /// <exception cref="PbxException">It was not given.</exception>
    public async Task<IReadOnlyList<JsonElement>> GetAsync(string what, string query, CancellationToken cancellationToken)
    {
        bool wasRenewed = false, hasFailed = false;
        for (var tries = 1; ; tries++)
        {
            await Task.Delay(times.Breath, context.Clock, cancellationToken).ConfigureAwait(false);
            var ticket = await tokens.GetAsync(false, cancellationToken).ConfigureAwait(false);
            var uri = new Uri(server, $"{query}{(query.Contains('?', StringComparison.Ordinal) ? '&' : '?')}token={Uri.EscapeDataString(ticket.Token.Reveal())}");
            var answer = await context.Http.SendAsync(new HttpCall("GET", uri), cancellationToken).ConfigureAwait(false);
            switch (answer.Status)
            {
                case >= 200 and < 300:
                    return TelecomXJson.Rows(answer.Body) ?? throw TelecomXFaults.NoList(Server, what);
                case 401 when !wasRenewed && tokens.CanRenew:
                    wasRenewed = true;
                    await tokens.ReplaceAsync(ticket, cancellationToken).ConfigureAwait(false);
                    break;
                case 401:
                    throw TelecomXFaults.TokenRefused(Server);
                case 403:
                    throw TelecomXFaults.NoRecordRight(answer, Server, what, ticket.AccessLevel);
                case 429 when tries < MaxTries:
                    await PauseAsync(answer, what, answer.RetryAfter ?? times.Pause * (1 << tries), cancellationToken).ConfigureAwait(false);
                    break;
                case >= 500 when !hasFailed:
                    hasFailed = true;
                    await PauseAsync(answer, what, answer.RetryAfter ?? times.Pause, cancellationToken).ConfigureAwait(false);
                    break;
                case 429 or >= 500:
                    throw PlatformFaults.FromHttp(answer, Server, $"asking for {what}");
                default:
                    throw TelecomXFaults.NoRecords(answer, Server, what);
            }
        }
    }

    private Task PauseAsync(HttpAnswer answer, string what, TimeSpan pause, CancellationToken cancellationToken)
    {
        context.Log($"{Server} answered {answer} when asked for {what}; next request in {pause.TotalSeconds:0.#} s.");
        return Task.Delay(pause, context.Clock, cancellationToken);
    }
}
