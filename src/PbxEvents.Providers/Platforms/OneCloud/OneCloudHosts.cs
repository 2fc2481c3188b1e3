using System.Text;
using System.Text.Json;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>Reads the answer that names the socket's hosts (onecloud.md section 1).</summary>
internal static class OneCloudHosts
{
    private const int SocketPort = 8001;

    private static readonly string[] ValueMembers = ["config-value", "config_value", "value"];

    /// <summary>The socket at the API's own host, for an answer that names none.</summary>
    public static Uri Default(Uri api) => Address(api.Host, SocketPort, api);

    /// <summary>
    /// The hosts that an answer names, in its order; empty when it names none. The shape is not published: text, an object
    /// or an array are taken, and several hosts with commas between them.
    /// </summary>
    /// <param name="body">The answer.</param>
    /// <param name="api">The API's base; the socket is as secure as the API.</param>
    public static IReadOnlyList<Uri> Read(ReadOnlyMemory<byte> body, Uri api)
    {
        var texts = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(body);
            Collect(document.RootElement, texts);
        }
        catch (JsonException)
        {
            texts.Add(Encoding.UTF8.GetString(body.Span));
        }
        var names = texts.SelectMany(t => t.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return names.Select(n => Parse(n, api)).OfType<Uri>().Distinct().ToArray();
    }

    private static void Collect(JsonElement element, List<string> texts)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                texts.Add(element.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Collect(item, texts);
                break;
            case JsonValueKind.Object:
                foreach (var name in ValueMembers)
                {
                    if (element.TryGetProperty(name, out var value))
                        Collect(value, texts);
                }
                break;
        }
    }

    private static Uri? Parse(string name, Uri api)
    {
        var text = name.Contains("://", StringComparison.Ordinal) ? name[(name.IndexOf("://", StringComparison.Ordinal) + 3)..] : name;
        text = text.TrimEnd('/');
        if (!Uri.TryCreate($"tcp://{text}", UriKind.Absolute, out var uri) || uri.PathAndQuery.Length > 1 || uri.UserInfo.Length > 0)
            return null;
        return Uri.CheckHostName(uri.Host) == UriHostNameType.Unknown ? null : Address(uri.Host, uri.Port > 0 ? uri.Port : SocketPort, api);
    }

    private static Uri Address(string host, int port, Uri api) =>
        new UriBuilder(api.Scheme == "https" ? "wss" : "ws", host, port, "/socket.io/").Uri;
}
