using System.Net;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport;

/// <summary>The one place that turns <see cref="TransportOptions"/> into .NET's HTTP handler, for requests and upgrades alike.</summary>
internal static class HttpHandlers
{
    /// <summary>Makes a handler. It follows no redirect: a token must not travel to another host.</summary>
    /// <param name="options">Proxy and time-out.</param>
    /// <param name="tls">The certificate rules.</param>
    /// <returns>The handler; the caller disposes of it.</returns>
    public static SocketsHttpHandler Create(TransportOptions options, TlsRules tls)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.ConnectTimeout,
            // A PBX may move to another address: a pooled connection is not kept for ever.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = tls.CreateOptions(),
            DefaultProxyCredentials = options.ProxyCredential,
        };
        if (options.Proxy is not null)
            handler.Proxy = new WebProxy(options.Proxy) { Credentials = options.ProxyCredential };
        return handler;
    }
}
