namespace PbxEvents.Module.Web;

/// <summary>What a port on loopback answers to one question. Immutable.</summary>
/// <param name="Status">The status and its words.</param>
/// <param name="Text">The text.</param>
/// <param name="ContentType">What the text is.</param>
internal sealed record WebAnswer(string Status, string Text, string ContentType = "text/plain; charset=utf-8")
{
    /// <summary>More lines of the head, such as a policy.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>
    /// Writes on after the head for as long as the client stays, text by text; null for an answer that is whole. What a client does not take in
    /// time is the end of it.
    /// </summary>
    public Func<Func<string, Task>, CancellationToken, Task>? Stream { get; init; }

    public static WebAnswer Ok(string text) => new("200 OK", text);

    public static WebAnswer Unavailable(string why) => new("503 Service Unavailable", why.ReplaceLineEndings(" ") + "\n");

    public static WebAnswer NotFound(string what) => new("404 Not Found", what + "\n");
}
