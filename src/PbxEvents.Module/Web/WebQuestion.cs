namespace PbxEvents.Module.Web;

/// <summary>What a client asks a port on loopback. Immutable.</summary>
/// <param name="Method">GET or HEAD.</param>
/// <param name="Path">The path, without what stands behind a question mark.</param>
/// <param name="Lines">The lines of the head behind the first.</param>
internal sealed record WebQuestion(string Method, string Path, IReadOnlyList<string> Lines)
{
    /// <summary>Reads the head of a question.</summary>
    /// <param name="head">The head, without the empty line at its end.</param>
    /// <returns>Null when it is none.</returns>
    public static WebQuestion? Read(string head)
    {
        var lines = head.Split("\r\n");
        var words = lines[0].Split(' ');
        return words.Length == 3 && words[2].StartsWith("HTTP/1.", StringComparison.Ordinal) ? new WebQuestion(words[0], words[1].Split('?')[0], lines[1..]) : null;
    }

    /// <summary>The value of a header; null when it is not there, or there more than once.</summary>
    public string? Header(string name)
    {
        var found = Lines.Where(l => l.Length > name.Length && l[name.Length] == ':' && l.StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToArray();
        return found.Length == 1 ? found[0][(name.Length + 1)..].Trim() : null;
    }
}
