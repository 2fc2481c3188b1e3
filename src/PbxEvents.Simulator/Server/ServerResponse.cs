using System.Text;

namespace PbxEvents.Simulator.Server;

/// <summary>The answer to a <see cref="ServerRequest"/>: a body, or the step up to a WebSocket.</summary>
/// <param name="Status">The HTTP status.</param>
internal sealed record ServerResponse(int Status)
{
    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's type.</summary>
    public string ContentType { get; init; } = "application/json; charset=utf-8";

    /// <summary>More headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>What to do with the WebSocket, when this answer accepts one; the connection ends with it.</summary>
    public Func<ServerWebSocket, Task>? WebSocket { get; init; }

    /// <summary>What writes the answer byte by byte, when it is none that this server would write. The connection stays as that leaves it.</summary>
    public Func<ServerLink, Task>? Raw { get; init; }

    /// <summary>Told once whether the answer was written in full; null when nobody asks.</summary>
    public Action<bool>? Written { get; init; }

    /// <summary>A JSON answer.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="json">The body.</param>
    /// <returns>The answer.</returns>
    public static ServerResponse Json(int status, string json) => new(status) { Body = Encoding.UTF8.GetBytes(json) };

    /// <summary>A plain text answer.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="text">The body.</param>
    /// <returns>The answer.</returns>
    public static ServerResponse Plain(int status, string text) =>
        new(status) { Body = Encoding.UTF8.GetBytes(text), ContentType = "text/plain; charset=UTF-8" };

    /// <summary>Accepts the WebSocket.</summary>
    /// <param name="session">Runs as long as the WebSocket is wanted.</param>
    /// <returns>The answer.</returns>
    public static ServerResponse Upgrade(Func<ServerWebSocket, Task> session) => new(101) { WebSocket = session };
}
