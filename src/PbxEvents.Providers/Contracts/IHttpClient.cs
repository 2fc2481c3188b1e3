namespace PbxEvents.Providers.Contracts;

/// <summary>
/// HTTP for tokens and look-ups. Follows no redirect (a token must not travel to another host), reads at most
/// <see cref="TransportOptions.MaxFrameBytes"/>, and gives up after <see cref="TransportOptions.ConnectTimeout"/>.
/// Tests put a fake in its place.
/// </summary>
internal interface IHttpClient
{
    /// <summary>Sends a request. An HTTP error status is an answer, not an exception.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="PbxException">No answer: host, port, TLS, time. The text names the host, never query or body.</exception>
    Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken);
}

/// <summary>One HTTP request. Immutable; it prints without query, headers and body.</summary>
/// <param name="Method">The method.</param>
/// <param name="Uri">The address.</param>
internal sealed record HttpCall(string Method, Uri Uri)
{
    /// <summary>Headers besides Content-Type and User-Agent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's type. Default JSON.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>True when the path, too, is for nobody's eyes: who knows that of a webhook can use it. Default false.</summary>
    public bool IsPathSecret { get; init; }

    /// <summary>The address without anything secret.</summary>
    public string Display => Uri.GetLeftPart(IsPathSecret ? UriPartial.Authority : UriPartial.Path);

    /// <summary>A request for JSON with a bearer token.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="token">The token.</param>
    /// <returns>The request.</returns>
    public static HttpCall GetJson(Uri uri, Secret token) => new("GET", uri)
    {
        Headers = [new("Authorization", $"Bearer {token.Reveal()}"), new("Accept", "application/json")],
    };

    /// <summary>Method and address without anything secret.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Method} {Display}";
}

/// <summary>The answer to an <see cref="HttpCall"/>. Immutable; it prints without headers and body.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body.</param>
internal sealed record HttpAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>The headers, names without regard to case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What Retry-After asks for (seconds or date); null when it is absent or unreadable.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True for 200 to 299.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The status.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"HTTP {Status}";
}
