using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// Asks the API for lists, one request at a time (history/onecloud-history.md sections 2 and 8): a refused token is renewed once, a blocked address
/// waits growing pauses, and a right that is missing is told from a block by what everybody may ask.
/// </summary>
/// <param name="context">Options, HTTP, clock.</param>
/// <param name="api">The API's base, ending in <c>/ns-api</c>.</param>
/// <param name="tokens">The connection's token.</param>
/// <param name="pause">Grows while the address is blocked.</param>
/// <param name="times">The pause before each request.</param>
internal sealed class OneCloudRecordApi(
    DriverContext context, Uri api, TokenHolder<OneCloudTicket> tokens, OneCloudPause pause, RecordTimes times)
{
    private const int MaxTries = 5;

    /// <summary>The server, for people.</summary>
    public string Server { get; } = ServerAddress.Display(api);

    /// <summary>A token that lives, for what it says of its rights.</summary>
    public Task<OneCloudTicket> GetTicketAsync(CancellationToken cancellationToken) => tokens.GetAsync(false, cancellationToken);

    /// <summary>Asks for a list.</summary>
    /// <param name="what">What is asked for, for people.</param>
    /// <param name="path">Path and query behind <c>/ns-api</c>.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The rows; they live as long as the list.</returns>
    /// <exception cref="PbxException">It was not given.</exception>
    public async Task<OneCloudList> GetAsync(string what, string path, CancellationToken cancellationToken)
    {
        bool wasRenewed = false, wasFree = false;
        for (var tries = 1; ; tries++)
        {
            var ticket = await tokens.GetAsync(false, cancellationToken).ConfigureAwait(false);
            var answer = await SendAsync(ticket, path, cancellationToken).ConfigureAwait(false);
            switch (answer.Status)
            {
                case >= 200 and < 300:
                    pause.End();
                    return Read(answer, what);
                case 401 when !wasRenewed && tokens.CanRenew:
                    wasRenewed = true;
                    await tokens.ReplaceAsync(ticket, cancellationToken).ConfigureAwait(false);
                    break;
                case 401:
                    throw OneCloudFaults.TokenRefused(Server, null);
                case 403 when wasFree:
                    throw OneCloudFaults.NoRight(Server, what, ticket, answer);
                case 403 or 429:
                    // A block meets every request, a missing right only this one.
                    await WaitUntilFreeAsync(answer, ticket, cancellationToken).ConfigureAwait(false);
                    wasFree = true;
                    break;
                case >= 500 when tries < MaxTries:
                    context.Log($"{Server} answered {answer} when asked for {what}.");
                    await Task.Delay(TimeSpan.FromSeconds(1 << (tries - 1)), context.Clock, cancellationToken).ConfigureAwait(false);
                    break;
                case >= 500:
                    throw PlatformFaults.FromHttp(answer, Server, $"asking for {what}");
                default:
                    throw OneCloudFaults.NoRecords(answer, Server, what);
            }
        }
    }

    /// <summary>Waits growing pauses until the address gets an answer to what everybody may ask.</summary>
    private async Task WaitUntilFreeAsync(HttpAnswer answer, OneCloudTicket ticket, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var fault = OneCloudFaults.Blocked(answer, Server, pause.Grow());
            if (tries == MaxTries)
                throw fault;
            var wait = fault.RetryAfter ?? pause.Current;
            context.Log($"{Server} answered {answer}; next request in {wait.TotalSeconds:0.#} s.");
            await Task.Delay(wait, context.Clock, cancellationToken).ConfigureAwait(false);
            answer = await SendAsync(ticket, OneCloudDriver.HostLookUp, cancellationToken).ConfigureAwait(false);
            if (answer.Status is not (403 or 429))
            {
                pause.End();
                return;
            }
        }
    }

    private async Task<HttpAnswer> SendAsync(OneCloudTicket ticket, string path, CancellationToken cancellationToken)
    {
        await Task.Delay(times.Breath, context.Clock, cancellationToken).ConfigureAwait(false);
        return await context.Http.SendAsync(HttpCall.GetJson(new Uri(api + path), ticket.Token), cancellationToken).ConfigureAwait(false);
    }

    private OneCloudList Read(HttpAnswer answer, string what)
    {
        try
        {
            var document = JsonDocument.Parse(answer.Body);
            if (document.RootElement.ValueKind is JsonValueKind.Array)
                return new OneCloudList(document, [.. document.RootElement.EnumerateArray()]);

            // Section 8: an empty object is an empty list.
            if (document.RootElement.ValueKind is JsonValueKind.Object && !document.RootElement.EnumerateObject().Any())
                return new OneCloudList(document, []);
            document.Dispose();
        }
        catch (JsonException)
        {
            // Told below.
        }
        throw OneCloudFaults.NoList(Server, what);
    }
}

/// <summary>A list of the API.</summary>
/// <param name="document">What its rows live in.</param>
/// <param name="rows">Its rows.</param>
internal sealed class OneCloudList(JsonDocument document, IReadOnlyList<JsonElement> rows) : IDisposable
{
    public IReadOnlyList<JsonElement> Rows => rows;

    public void Dispose() => document.Dispose();
}
