using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>Builds the addresses of the handshake (socketio.md section 2).</summary>
internal static class EngineUri
{
    /// <summary>The address of one transport.</summary>
    /// <param name="target">Where the link leads, with the caller's own query.</param>
    /// <param name="revision">3 or 4.</param>
    /// <param name="transport"><c>websocket</c> or <c>polling</c>.</param>
    /// <returns>The address.</returns>
    public static Uri Build(LinkTarget target, int revision, string transport)
    {
        var isSecure = target.Uri.Scheme is "https" or "wss";
        var query = new StringBuilder(target.Uri.Query.TrimStart('?'));
        Add(query, "EIO", revision.ToString());
        Add(query, "transport", transport);
        foreach (var (name, value) in target.Query)
            Add(query, name, value);
        var isBare = target.Uri.AbsolutePath == "/";
        return new UriBuilder(target.Uri)
        {
            Scheme = transport == "websocket" ? isSecure ? "wss" : "ws" : isSecure ? "https" : "http",
            Port = target.Uri.IsDefaultPort ? isSecure ? 443 : 80 : target.Uri.Port,
            // The server's path ends with a slash; people leave it out.
            Path = isBare ? "/socket.io/" : target.Uri.AbsolutePath.TrimEnd('/') + "/",
            Query = query.ToString(),
        }.Uri;
    }

    /// <summary>Adds parameters to an address.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="parameters">The parameters, percent-encoded.</param>
    /// <returns>The longer address.</returns>
    public static Uri With(Uri uri, string parameters) => new($"{uri.AbsoluteUri}&{parameters}");

    private static void Add(StringBuilder query, string name, string value)
    {
        if (query.Length > 0)
            query.Append('&');
        query.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
    }
}
