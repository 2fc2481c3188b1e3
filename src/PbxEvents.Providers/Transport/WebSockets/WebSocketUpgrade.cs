using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace PbxEvents.Providers.Transport.WebSockets;

/// <summary>
/// The opening request of a WebSocket (RFC 6455 section 4). ClientWebSocket makes the same one, but lets nobody at the
/// stream below the frames, which liveness and pings need on .NET 8.
/// </summary>
internal static class WebSocketUpgrade
{
    private const string AcceptKey = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Asks for the upgrade.</summary>
    /// <param name="invoker">What sends the request.</param>
    /// <param name="uri">The address, <c>ws</c> or <c>wss</c>.</param>
    /// <param name="headers">More headers.</param>
    /// <param name="options">User-Agent and clock.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The stream that carries the frames.</returns>
    /// <exception cref="PbxException">The server answered something else than 101.</exception>
    public static async Task<Stream> SendAsync(HttpMessageInvoker invoker, Uri uri, IReadOnlyDictionary<string, string> headers,
        TransportOptions options, CancellationToken cancellationToken)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        request.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);

        var response = await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            var display = uri.GetLeftPart(UriPartial.Path);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
                throw LinkFaults.Refused(display, uri.Host, (int)response.StatusCode, RetryAfter.Read(response.Headers, options.Clock));
            if (!IsAnswerTo(key, response)) throw LinkFaults.NoSense(null, display, uri.Host, "its answer to the WebSocket upgrade is not valid");
            return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

#pragma warning disable CA5350 // RFC 6455 section 4.2.2 asks for SHA-1; it protects nothing here.
    private static bool IsAnswerTo(string key, HttpResponseMessage response) =>
        response.Headers.Upgrade.Any(p => p.Name.Equals("websocket", StringComparison.OrdinalIgnoreCase))
        && response.Headers.TryGetValues("Sec-WebSocket-Accept", out var values)
        && values.SequenceEqual([Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptKey)))]);
#pragma warning restore CA5350
}
