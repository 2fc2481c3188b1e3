using System.Globalization;
using System.Text;

namespace PbxEvents.Module.Views;

/// <summary>
/// Text of strangers on a screen: a caller chooses the name that is shown. Nothing in it may move the cursor, change colours
/// or turn the direction of writing.
/// </summary>
public static class DisplayText
{
    /// <summary>More than any screen shows; bounds the work on a name of a megabyte.</summary>
    private const int MaxLength = 1024;

    private const char Replacement = '\uFFFD';

    /// <summary>
    /// The text with every character that would steer a terminal made visible (as the model does it already to most texts),
    /// and those that take no room, and halves of characters, replaced by U+FFFD. Any thread.
    /// </summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <returns>Text that is safe to show, cut at 1024 characters.</returns>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        text = VisibleText.OfValue(text);
        if (text.Length <= MaxLength && text.All(c => c is >= ' ' and <= '~'))
            return text;
        var clean = new StringBuilder(Math.Min(text.Length, MaxLength));

        // A half of a surrogate pair comes out of the enumeration as U+FFFD by itself.
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= MaxLength)
                break;
            if (IsHidden(rune))
                clean.Append(Replacement);
            else
                clean.Append(rune.ToString());
        }
        return clean.ToString();
    }

    /// <summary>A number with its name beside it; one of them where the other says nothing more.</summary>
    internal static string Named(string? number, string? name)
    {
        var (shown, called) = (Clean(number), Clean(name));
        return called.Length == 0 || shown.Length == 0 ? shown : called.Contains(shown, StringComparison.Ordinal) ? called : $"{shown} {called}";
    }

    /// <summary>How many cells of a terminal a text takes.</summary>
    internal static int Width(string text)
    {
        if (text.All(c => c is >= ' ' and <= '~'))
            return text.Length;
        var width = 0;
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
            width += ElementWidth(elements.GetTextElement());
        return width;
    }

    /// <summary>A text in at most so many cells; one that is longer ends in an ellipsis.</summary>
    internal static string Fit(string text, int width, string ellipsis)
    {
        if (width <= 0)
            return "";
        if (Width(text) <= width)
            return text;
        var room = width - Width(ellipsis);
        if (room < 0)
            return ellipsis[..width];
        var fitted = new StringBuilder();
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            room -= ElementWidth(element);
            if (room < 0)
                break;
            fitted.Append(element);
        }
        return fitted.Append(ellipsis).ToString();
    }

    private static bool IsHidden(Rune rune) =>
        rune.Value is 0x061C or 0x200B or 0x200E or 0x200F or (>= 0x2060 and <= 0x206F) or 0xFEFF
            or (>= 0xFFF9 and <= 0xFFFB) or (>= 0xE0000 and <= 0xE007F);

    private static int ElementWidth(string element)
    {
        // What an element shows is its first character; the others mark it, or make it an emoji.
        var first = Rune.GetRuneAt(element, 0);
        if (Rune.GetUnicodeCategory(first) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        return WideCharacters.Contains(first.Value) || element.Contains('\uFE0F') ? 2 : 1;
    }
}
