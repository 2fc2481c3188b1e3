using System.Text.Encodings.Web;
using System.Text.Json;

namespace PbxEvents.Simulator.SocketIo;

/// <summary>Makes the texts of packets.</summary>
internal static class SocketIoText
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An event: <c>2["name",...]</c>.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="arguments">Its arguments, each as JSON.</param>
    /// <returns>The packet's text.</returns>
    public static string Event(string name, params IReadOnlyList<string> arguments) => $"2[{string.Join(",", [Quote(name), .. arguments])}]";

    /// <summary>A text as JSON.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text in quotes.</returns>
    public static string Quote(string text) => JsonSerializer.Serialize(text, Plain);
}
