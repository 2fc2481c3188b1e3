using System.Net;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport;

/// <summary>
/// The <see cref="IHttpClient"/> for real: one pool of connections with one connection's TLS and proxy rules. Any thread.
/// </summary>
internal sealed class HttpTransport : IHttpClient, IDisposable
{
    private readonly TransportOptions _options;
    private readonly TlsRules _tls;
    private readonly HttpMessageInvoker _invoker;

    /// <summary>Makes it; nothing is opened yet.</summary>
    /// <param name="options">TLS, proxy, limits.</param>
    /// <exception cref="PbxException">The thumbprint in the options is none.</exception>
    public HttpTransport(TransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _tls = new TlsRules(options);
        var handler = HttpHandlers.Create(options, _tls);
        handler.AutomaticDecompression = DecompressionMethods.All;
        _invoker = new HttpMessageInvoker(handler);
    }

    public async Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var display = request.Display;
        using var limit = new CancellationTokenSource(_options.ConnectTimeout, _options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var message = CreateMessage(request);
            using var response = await _invoker.SendAsync(message, both.Token).ConfigureAwait(false);
            var body = await HttpBody.ReadAsync(response.Content, _options.MaxFrameBytes, display, both.Token).ConfigureAwait(false);
            return new HttpAnswer((int)response.StatusCode, body)
            {
                Headers = ReadHeaders(response),
                RetryAfter = Contracts.RetryAfter.Read(response.Headers.RetryAfter, _options.Clock),
            };
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception) when (limit.IsCancellationRequested)
        {
            throw LinkFaults.TimedOut(display, request.Uri.Host, _options.ConnectTimeout);
        }
        catch (Exception error) when (error is not PbxException)
        {
            throw LinkFaults.Opening(error, display, request.Uri.Host, _tls);
        }
    }

    /// <summary>Closes all connections; requests under way fail.</summary>
    public void Dispose() => _invoker.Dispose();

    private static Dictionary<string, string> ReadHeaders(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated)
            headers[name] = values.ToString();
        foreach (var (name, values) in response.Content.Headers.NonValidated)
            headers[name] = values.ToString();
        return headers;
    }

    private HttpRequestMessage CreateMessage(HttpCall request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Uri);
        if (!request.Body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        message.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }
}
