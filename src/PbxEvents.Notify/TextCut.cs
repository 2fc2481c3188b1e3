using System.Globalization;

namespace PbxEvents.Notify;

/// <summary>Cuts what is too long for its place, and says how much is not there.</summary>
internal static class TextCut
{
    /// <summary>A text of at most so many characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">How many, the note included.</param>
    public static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
            return text;
        // The note is never longer than with all of the text left out.
        var kept = Math.Max(0, limit - Note(text.Length, "characters").Length);
        if (kept > 0 && char.IsHighSurrogate(text[kept - 1]))
            kept--;
        return text[..kept] + Note(text.Length - kept, "characters");
    }

    /// <summary>At most so many items, and behind them how many more there are.</summary>
    /// <param name="items">The items.</param>
    /// <param name="limit">How many.</param>
    /// <param name="word">What they are, in the plural.</param>
    public static IEnumerable<string> Cut(IReadOnlyList<string> items, int limit, string word) =>
        items.Count <= limit ? items : items.Take(limit).Append(Note(items.Count - limit, word).TrimStart());

    private static string Note(int count, string word) => string.Create(CultureInfo.InvariantCulture, $" … [{count:N0} more {word}]");
}
