using System.Buffers;

namespace PbxEvents;

/// <summary>
/// Text from others (a caller's name, a server's text) to be shown in a line: a terminal must not obey it, and
/// a line must stay one. Control characters become their visible pictures (<c>ESC</c> is U+241B), what turns the direction
/// of writing around becomes U+FFFD. Everything else is left as it is. Any thread.
/// </summary>
internal static class VisibleText
{
    private const string Turning = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";
    private const string LineBreaks = "\t\r\n";

    private static readonly SearchValues<char> Hidden = SearchValues.Create(
        Turning + string.Concat(Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(char.IsControl)));

    /// <summary>A value that stands in a line, such as a number or a name.</summary>
    /// <param name="text">The text; null stays null.</param>
    /// <returns>The same object when there is nothing to change.</returns>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? OfValue(string? text) =>
        text is null || text.AsSpan().IndexOfAny(Hidden) < 0 ? text : Show(text, keepsLines: false);

    /// <summary>A message, which may have several lines.</summary>
    /// <param name="text">The text; null stays null.</param>
    /// <returns>The same object when there is nothing to change.</returns>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? OfMessage(string? text) =>
        text is null || text.AsSpan().IndexOfAny(Hidden) < 0 ? text : Show(text, keepsLines: true);

    private static string Show(string text, bool keepsLines) => string.Create(text.Length, (text, keepsLines), static (shown, from) =>
    {
        for (var i = 0; i < shown.Length; i++)
        {
            var c = from.text[i];
            shown[i] = from.keepsLines && LineBreaks.Contains(c) ? c
                : c < ' ' ? (char)('\u2400' + c)
                : c == '\u007f' ? '\u2421'
                : Hidden.Contains(c) ? '\ufffd'
                : c;
        }
    });
}
