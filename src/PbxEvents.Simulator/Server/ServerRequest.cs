using System.Globalization;
using System.Text;

namespace PbxEvents.Simulator.Server;

/// <summary>One HTTP request as it came in.</summary>
/// <param name="Link">The connection it came on.</param>
/// <param name="Method">The method, in upper case.</param>
/// <param name="Path">The path, percent-decoded, without the query.</param>
internal sealed record ServerRequest(ServerLink Link, string Method, string Path)
{
    /// <summary>Path and query as they came.</summary>
    public string Target { get; init; } = "";

    /// <summary>The query's parameters, decoded; of a repeated name the last value.</summary>
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    /// <summary>The headers, names without regard to case; repeated ones joined with commas.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What a pattern of the route matched, such as <c>{id}</c>.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>The body as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>True when the client asks for a WebSocket.</summary>
    public bool IsWebSocket =>
        Header("Upgrade").Equals("websocket", StringComparison.OrdinalIgnoreCase) && Header("Sec-WebSocket-Key").Length > 0;

    /// <summary>True when the connection stays for another request.</summary>
    public bool KeepAlive => !Header("Connection").Contains("close", StringComparison.OrdinalIgnoreCase);

    /// <summary>A header.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its value; empty when absent.</returns>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>A parameter of the query.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its value; empty when absent.</returns>
    public string Parameter(string name) => Query.GetValueOrDefault(name, "");

    /// <summary>A parameter of the query as a number.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The number; null when it is absent or none.</returns>
    public int? Number(string name) => int.TryParse(Parameter(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A parameter of the query as a time; without an offset it is UTC.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The time; null when it is absent or none.</returns>
    public DateTimeOffset? Time(string name) =>
        DateTimeOffset.TryParse(Parameter(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>The body as form fields.</summary>
    /// <returns>The fields, decoded.</returns>
    public IReadOnlyDictionary<string, string> Form() => HttpReader.ParseQuery(Text);
}
