using System.Text;

namespace PbxEvents.Module.Desk;

/// <summary>How a file of contacts is written: spreadsheets ask nobody.</summary>
internal static class ContactText
{
    private static readonly char[] Delimiters = [',', ';', '\t'];

    /// <summary>UTF-8, or UTF-16 with its mark; what is neither is taken for what Western Europe's spreadsheets write.</summary>
    public static string Decode(byte[] bytes)
    {
        try
        {
            using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>What stands most often in the line of headings.</summary>
    public static char DelimiterOf(string text)
    {
        var headings = text.AsSpan(0, text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length);
        var (best, most) = (Delimiters[0], 0);
        foreach (var delimiter in Delimiters)
        {
            if (headings.Count(delimiter) is var count && count > most)
                (best, most) = (delimiter, count);
        }
        return best;
    }
}
