using System.Net.Sockets;
using System.Security.Authentication;

namespace PbxEvents.Providers.Transport;

/// <summary>The one place that turns what .NET throws into what a person can act on. Texts hold no query and no header.</summary>
internal static class LinkFaults
{
    /// <summary>What to do about a server that answers a TLS handshake with something else, or with nothing.</summary>
    private const string PlainHttp = "Check the port. If the server speaks plain HTTP there, give its address with http:// in front; nothing is encrypted then.";

    /// <summary>Nothing came of an attempt to open a link or to send a request.</summary>
    /// <param name="error">What .NET threw.</param>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="host">The host.</param>
    /// <param name="tls">The rules that may have refused its certificate.</param>
    /// <returns>The fault.</returns>
    public static PbxException Opening(Exception error, string display, string host, TlsRules tls)
    {
        if (Find<PbxException>(error) is { } known)
            return known;
        if (Find<AuthenticationException>(error) is { } refused)
            return Tls(refused, display, host, tls.WhyRefused(host));
        if (Find<SocketException>(error) is { } socket)
            return Socket(socket, display, host);
        var http = Find<HttpRequestException>(error);
        return http?.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => Tls(error, display, host, tls.WhyRefused(host)),
            HttpRequestError.NameResolutionError => NotFound(error, display, host),
            HttpRequestError.ProxyTunnelError => new PbxException(PbxErrorKind.HandshakeFailed,
                $"The proxy did not allow the connection to {display}{(http.StatusCode is { } status ? $" (HTTP {(int)status})" : "")}.",
                "Check the proxy's address, its credential, and that it allows this host and port.", error)
            { Target = host, Code = http.StatusCode is { } code ? ((int)code).ToString() : null },
            _ => NoSense(error, display, host),
        };
    }

    /// <summary>No answer came in time.</summary>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="host">The host.</param>
    /// <param name="limit">The time it had.</param>
    /// <returns>The fault.</returns>
    public static PbxException TimedOut(string display, string host, TimeSpan limit) => new(PbxErrorKind.Timeout,
        $"{display} did not answer within {limit.TotalSeconds:0.#} s.",
        display.StartsWith("https:", StringComparison.Ordinal) || display.StartsWith("wss:", StringComparison.Ordinal)
            ? $"Check the address, and whether a firewall in between drops the connection. {PlainHttp}"
            : "Check the address, and whether a firewall in between drops the connection.")
    { Target = host };

    /// <summary>An HTTP answer where a link should have opened.</summary>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="host">The host.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="retryAfter">What it asks for.</param>
    /// <returns>The fault, with the status as code.</returns>
    public static PbxException Refused(string display, string host, int status, TimeSpan? retryAfter) => new(
        status == 429 ? PbxErrorKind.RateLimited : PbxErrorKind.HandshakeFailed,
        $"{display} answered HTTP {status} instead of opening an event connection.",
        status switch
        {
            401 or 403 => "Check the credential and its permissions.",
            429 or 503 => "The server is busy: wait before the next attempt.",
            >= 300 and < 400 => "The server redirects elsewhere, which is not followed: check host, port and path.",
            _ => "Check host, port and path, and that the platform's event service is switched on.",
        })
    { Target = host, Code = status.ToString(), RetryAfter = retryAfter };

    /// <summary>Something answered that is not the event service.</summary>
    /// <param name="error">What was thrown; null when nothing was.</param>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="host">The host.</param>
    /// <param name="what">What is wrong, as half a sentence; null to say it in general.</param>
    /// <returns>The fault.</returns>
    public static PbxException NoSense(Exception? error, string display, string host, string? what = null) => new(
        PbxErrorKind.HandshakeFailed,
        $"{display} did not open an event connection: {what ?? "it closed the connection, or its answer makes no sense"}.",
        "Check host, port and path, and whether the port needs TLS.", error)
    { Target = host };

    /// <summary>An open link went down.</summary>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="why">Why, as half a sentence.</param>
    /// <param name="error">What was thrown; null when nothing was.</param>
    /// <param name="code">The code that came with it; null for none.</param>
    /// <returns>The fault.</returns>
    public static PbxException Lost(string display, string why, Exception? error = null, string? code = null) => new(
        PbxErrorKind.LinkLost, $"The link to {display} went down: {why}.", "Check the network between here and the server.", error)
    { Code = code };

    /// <summary>A link brought what cannot be read on from.</summary>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="what">What is wrong, as half a sentence.</param>
    /// <param name="error">What was thrown; null when nothing was.</param>
    /// <returns>The fault.</returns>
    public static PbxException Unreadable(string display, string what, Exception? error = null) => new(
        PbxErrorKind.ProtocolError, $"The link to {display} was closed: {what}.",
        "Something between here and the server may alter the stream; report it with a trace if it happens again.", error);

    /// <summary>A message is larger than allowed.</summary>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="limit">The limit in bytes.</param>
    /// <returns>The fault.</returns>
    public static PbxException TooLarge(string display, int limit) => new(PbxErrorKind.ProtocolError,
        $"{display} sent a message of more than {limit} bytes, the limit.", "Raise the limit if the platform really sends such messages.");

    /// <summary>The server does not take what is sent.</summary>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="queued">How many frames wait.</param>
    /// <returns>The fault.</returns>
    public static PbxException Slow(string display, int queued) => new(PbxErrorKind.SlowServer,
        $"{display} does not accept data fast enough: {queued} frames are waiting.", "Send less, or check the network and the server's load.");

    private static PbxException Tls(Exception error, string display, string host, (string? Reason, string? Thumbprint) refused)
    {
        if (refused.Reason is { } reason)
        {
            return TlsFailed(reason, refused.Thumbprint is { } shown
                ? $"Check host name, port and the server's certificate. If you know that it is the right one, pin it: ‹CertificateThumbprint› {shown}"
                : "Check host name and port.");
        }

        return Find<AuthenticationException>(error) is { InnerException: null } plain && plain.Message.Contains("frame", StringComparison.Ordinal)
            ? TlsFailed("the port does not speak TLS", PlainHttp)
            : TlsFailed("the TLS handshake failed", "Check host name and port, and which versions of TLS the server accepts.");

        PbxException TlsFailed(string why, string advice) =>
            new(PbxErrorKind.TlsFailed, $"No secure connection to {display}: {why}.", advice, error) { Target = host };
    }

    private static PbxException Socket(SocketException error, string display, string host) => error.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery => NotFound(error, display, host),
        SocketError.ConnectionRefused => new PbxException(PbxErrorKind.ConnectionRefused, $"{display} refused the connection.",
            "Check the port, that the service runs, and that no firewall refuses it.", error)
        { Target = host },
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown
            or SocketError.AddressNotAvailable => new PbxException(PbxErrorKind.NetworkUnreachable, $"{display} cannot be reached.",
                "Check this machine's network, its routes and VPN.", error)
            { Target = host },
        SocketError.TimedOut => new PbxException(PbxErrorKind.Timeout, $"{display} did not answer.",
            "Check the address, and whether a firewall in between drops the connection.", error)
        { Target = host },
        _ => NoSense(error, display, host),
    };

    private static PbxException NotFound(Exception error, string display, string host) => new(PbxErrorKind.HostNotFound,
        $"The host name {host} of {display} could not be resolved.", "Check the spelling and this machine's DNS.", error)
    { Target = host };

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
                return found;
        }
        return null;
    }
}
