using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>Reads what users give as a server.</summary>
internal static class ServerAddress
{
    /// <summary>
    /// The base address: scheme, host, port, and the path when one was given. <c>ws</c> and <c>wss</c> become <c>http</c>
    /// and <c>https</c>; without a scheme it is <c>https</c>.
    /// </summary>
    /// <param name="server">A host name, <c>host:port</c>, or a URI.</param>
    /// <exception cref="PbxException">It is none of these.</exception>
    public static Uri Parse(string server)
    {
        var text = server.Contains("://", StringComparison.Ordinal) ? server : $"https://{server}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0
            || uri.Scheme is not ("http" or "https" or "ws" or "wss") || uri.UserInfo.Length > 0 || uri.Query.Length > 0)
        {
            throw OptionRules.Invalid($"'{server}' is not a server.", "Give a host name, host:port, or a URI such as https://pbx.example.com.", "‹Server›");
        }
        var isSecure = uri.Scheme is "https" or "wss";
        return new UriBuilder(uri) { Scheme = isSecure ? "https" : "http", Port = uri.IsDefaultPort ? (isSecure ? 443 : 80) : uri.Port }.Uri;
    }

    /// <summary>Host and port, for people to read.</summary>
    public static string Display(Uri uri) => uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}";

    /// <summary>The same address as a WebSocket one.</summary>
    public static Uri ToWebSocket(Uri uri) =>
        new UriBuilder(uri) { Scheme = uri.Scheme == "https" ? "wss" : "ws", Port = uri.Port }.Uri;
}
