using System.Text.RegularExpressions;

namespace PbxEvents;

/// <summary>
/// How the program at hand calls the options. The layers below it do not know whether somebody typed <c>-Server</c> or <c>--server</c>, so their
/// texts write <c>‹Server›</c>, and <see cref="PbxException"/> says it in the program's words. Any thread.
/// </summary>
internal static partial class OptionWords
{
    /// <summary>The program's word for an option. Set once, when the program starts; by default the bare name.</summary>
    public static Func<string, string> Word { get; set; } = name => name;

    /// <summary>A text in the program's words.</summary>
    public static string Say(string text) =>
        text.Contains('‹', StringComparison.Ordinal) ? Option().Replace(text, m => Word(m.Groups[1].Value)) : text;

    [GeneratedRegex("‹([A-Za-z]+)›")]
    private static partial Regex Option();
}
