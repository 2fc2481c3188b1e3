using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// Asks the REST interface, one request at a time (history/portsip-history.md sections 2 and 8): a refused token is renewed once, and who
/// is asked for fewer requests waits.
/// </summary>
/// <param name="context">HTTP, clock, activity log.</param>
/// <param name="api">The interface's base, ending in <c>/api</c>.</param>
/// <param name="login">Who asks, for people.</param>
/// <param name="tokens">The connection's token.</param>
/// <param name="breath">The pause before each request.</param>
internal sealed class PortSipRecordApi(
    DriverContext context, Func<Uri> api, PortSipLogin login, TokenHolder<PortSipTicket> tokens, TimeSpan breath)
{
    /// <summary>Before the second, third and fourth time.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)];

    /// <summary>A PBX that wants a longer pause is asked by the next reading.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>The server, for people.</summary>
    public string Server => ServerAddress.Display(api());

    /// <summary>Asks for something.</summary>
    /// <param name="what">What, for people.</param>
    /// <param name="path">Path and query behind <c>/api</c>.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The answer: a good one, or one that says that there is no such thing or that it cannot be asked so (400, 404, 405).</returns>
    /// <exception cref="PbxException">It was not given.</exception>
    public async Task<HttpAnswer> GetAsync(string what, string path, CancellationToken cancellationToken)
    {
        var wasRenewed = false;
        for (var attempt = 0; ;)
        {
            var ticket = await tokens.GetAsync(false, cancellationToken).ConfigureAwait(false);
            await Task.Delay(breath, context.Clock, cancellationToken).ConfigureAwait(false);
            var answer = await context.Http.SendAsync(HttpCall.GetJson(new Uri(api() + path), ticket.Token), cancellationToken).ConfigureAwait(false);
            switch (answer.Status)
            {
                case >= 200 and < 300 or 400 or 404 or 405:
                    return answer;
                case 401 when !wasRenewed:
                    wasRenewed = true;
                    await tokens.ReplaceAsync(ticket, cancellationToken).ConfigureAwait(false);
                    continue;
                case 401:
                    throw PortSipFaults.RecordLoginRefused(login, Server, answer);
                case 403:
                    throw PortSipFaults.NoRecordRight(login, Server, what, answer);
            }
            var isTemporary = answer.Status is 429 or >= 500;
            if (!isTemporary || attempt == Pauses.Length || answer.RetryAfter > LongestPause)
                throw PlatformFaults.FromHttp(answer, Server, $"asking for {what}");
            var pause = answer.RetryAfter > Pauses[attempt] ? answer.RetryAfter.Value : Pauses[attempt];
            attempt++;
            context.Log($"{Server} answered {answer} when asked for {what}; again in {pause.TotalSeconds:0.#} s.");
            await Task.Delay(pause, context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for a list.</summary>
    /// <returns>Null when there is none, or when it cannot be asked so (400, 404, 405).</returns>
    /// <exception cref="PbxException">It was not given, or is no list.</exception>
    public async Task<PortSipPage?> GetPageAsync(string what, string path, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(what, path, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccess ? PortSipPage.Read(answer.Body) ?? throw PortSipFaults.NoList(Server, what) : null;
    }

    /// <summary>The pages of a whole list; none where there is no such list, or when it cannot be asked so (400, 404, 405).</summary>
    /// <param name="what">What is asked for, for people.</param>
    /// <param name="path">Path and query behind <c>/api</c>, without the page.</param>
    /// <param name="maxPages">More pages are not asked for.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">It was not given, or is no list.</exception>
    public async IAsyncEnumerable<PortSipPage> PagesAsync(
        string what, string path, int maxPages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var read = 0;
        for (var page = 0; page < maxPages; page++)
        {
            if (await GetPageAsync(what, PortSipPage.Query(path, read), cancellationToken).ConfigureAwait(false) is not { } found)
                yield break;
            read += found.Rows.Count;
            yield return found;

            // Where skip counts from 1 (section 1), each page but the first begins with the last row before it.
            if (!found.HasMore(read - page))
                yield break;
        }
    }

    /// <summary>
    /// The rows of a whole list, page by page; none where it may not be asked for, which costs a detail and not the records.
    /// </summary>
    /// <param name="what">What is asked for, for people.</param>
    /// <param name="path">Path and query behind <c>/api</c>, without the page.</param>
    /// <param name="maxPages">More pages are not asked for.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>Null where it may not be asked for.</returns>
    public async Task<List<ReadOnlyMemory<byte>>?> ListAsync(string what, string path, int maxPages, CancellationToken cancellationToken)
    {
        var rows = new List<ReadOnlyMemory<byte>>();
        var isThere = false;
        try
        {
            await foreach (var page in PagesAsync(what, path, maxPages, cancellationToken).ConfigureAwait(false))
            {
                isThere = true;
                rows.AddRange(page.Rows);
            }
            if (isThere)
                return rows;
            context.Log($"{Server} has no list of {what}; continuing without it.");
        }
        catch (PbxException e) when (e.Kind is PbxErrorKind.PermissionDenied)
        {
            context.Log($"Continuing without {what}: {e.Message}");
        }
        return null;
    }
}
