using System.Buffers;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// A party as SIP writes it: a name-addr or an addr-spec (RFC 3261 section 25.1), a tel URI (RFC 3966), or the bare number that
/// many events have in its place. A password in an address is never told. Immutable.
/// </summary>
/// <param name="Number">The user part, or the number of a tel URI; null when there is none, or when the caller hides it.</param>
/// <param name="Name">The display name; null when there is none.</param>
internal readonly record struct SipAddress(string? Number, string? Name)
{
    /// <summary>What stands in place of the number of a caller who hides it, or whose network does not tell it.</summary>
    private static readonly string[] HiddenWords = ["anonymous", "restricted", "private", "withheld", "unknown", "unavailable"];

    private static readonly SearchValues<char> Special = SearchValues.Create("<>\"@:;% \t");
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789+*#");
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789+*#-.()");

    /// <summary>Takes an address apart. What follows no grammar is read as far as it goes, never refused.</summary>
    public static SipAddress Read(string? text) => Read(text, out _);

    /// <summary>The number in <c>sip:102@example.io</c>, <c>"Ann &lt;EU&gt;" &lt;sip:102:pw@example.io&gt;;tag=1</c>, <c>tel:102</c> or <c>102</c>.</summary>
    /// <returns>The number; null when there is none, or when the caller hides it.</returns>
    public static string? NumberOf(string? text) => Read(text).Number;

    /// <summary>
    /// True for an address by which somebody hides himself: <c>anonymous</c>, <c>sip:anonymous@anonymous.invalid</c> (RFC 3323), and
    /// what platforms and carriers write in place of a number, such as <c>Restricted</c> or <c>Private number</c>. A number that
    /// is called unknown counts as well: there is nothing to show, and the name beside it is not the caller's word.
    /// </summary>
    public static bool IsHidden(string? text)
    {
        Read(text, out var isHidden);
        return isHidden;
    }

    /// <summary>The same address without its password, to be shown or kept.</summary>
    public static string WithoutPassword(string address)
    {
        var uri = FindUri(address, out _);
        var start = SchemeOf(uri, out _);
        var end = uri.LastIndexOf('@');
        if (end < start || uri[start..end].IndexOf(':') is not (>= 0 and var colon))
            return address;
        address.AsSpan().Overlaps(uri, out var offset);
        return address.Remove(offset + start + colon, end - start - colon);
    }

    private static SipAddress Read(string? text, out bool isHidden)
    {
        isHidden = false;
        if (string.IsNullOrEmpty(text))
            return default;
        if (text.AsSpan().IndexOfAny(Special) < 0)
        {
            isHidden = IsHiddenWord(text);
            return isHidden ? default : new SipAddress(text, null);
        }
        var uri = FindUri(text, out var name);
        var number = NumberIn(uri);
        isHidden = IsHiddenWord(number) || uri.EndsWith("@anonymous.invalid", StringComparison.OrdinalIgnoreCase);
        return isHidden ? default : new SipAddress(number, name.Length == 0 ? null : Unquote(name));
    }

    /// <summary>The addr-spec in an address; the name before it is still as it was written.</summary>
    private static ReadOnlySpan<char> FindUri(ReadOnlySpan<char> text, out ReadOnlySpan<char> name)
    {
        text = text.Trim();
        name = default;
        var from = EndOfQuoted(text);
        var open = from > 0 ? text[from..].IndexOf('<') : FindBracket(text);
        if (open < 0)
        {
            name = text[..from];
            return text[from..].Trim();
        }
        name = text[..(from + open)].Trim();
        var uri = text[(from + open + 1)..];
        return (uri.IndexOf('>') is >= 0 and var close ? uri[..close] : uri).Trim();
    }

    /// <summary>Where a quoted string ends that a text begins with; 0 when it begins with none, or with one that does not end.</summary>
    private static int EndOfQuoted(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] != '"')
            return 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i + 1;
            if (text[i] == '\\')
                i++;
        }
        return 0;
    }

    /// <summary>The bracket before the address. A name without quotes must not have brackets, and some have them all the same.</summary>
    private static int FindBracket(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '<' && SchemeOf(text[(i + 1)..].TrimStart(), out _) > 0)
                return i;
        }
        return text.LastIndexOf('<');
    }

    private static string? NumberIn(ReadOnlySpan<char> uri)
    {
        var scheme = SchemeOf(uri, out var isPhone);
        uri = uri[scheme..];
        var user = uri;
        if (isPhone)
        {
            user = Before(uri, ';');
        }
        else if (uri.IndexOf('@') is >= 0 and var at)
        {
            // No user name has a colon or an at sign in it: what follows the first of them is password, host and the rest.
            user = Before(uri[..at], ':');
            isPhone = uri[at..].Contains(";user=phone", StringComparison.OrdinalIgnoreCase);
        }
        else if (scheme > 0)
        {
            // Only a host: by the grammar none is all digits, so such a one is a number without a host.
            user = Before(Before(Before(uri, '?'), ';'), ':');
            if (Decode(user).AsSpan().ContainsAnyExcept(Digits))
                return null;
        }

        // A number can have parameters of its own (phone-context); a name may hold a semicolon.
        var number = Before(user, ';');
        if (number.Length < user.Length && !Decode(number).AsSpan().ContainsAnyExcept(NumberCharacters))
            user = number;
        var text = scheme > 0 || user.Length < uri.Length ? Decode(user) : user.ToString();
        if (isPhone)
            text = WithoutSeparators(text);
        text = text.Trim();
        return text.Length == 0 ? null : text;
    }

    private static int SchemeOf(ReadOnlySpan<char> uri, out bool isTel)
    {
        isTel = uri.StartsWith("tel:", StringComparison.OrdinalIgnoreCase);
        return isTel || uri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) ? 4
            : uri.StartsWith("sips:", StringComparison.OrdinalIgnoreCase) ? 5
            : 0;
    }

    private static ReadOnlySpan<char> Before(ReadOnlySpan<char> text, char end) => text.IndexOf(end) is >= 0 and var at ? text[..at] : text;

    private static string Decode(ReadOnlySpan<char> text) => text.Contains('%') ? Uri.UnescapeDataString(text) : text.ToString();

    /// <summary>RFC 3966 section 3: what parts a number for the eye is no part of it.</summary>
    private static string WithoutSeparators(string text) =>
        text.AsSpan().IndexOfAny("-.()") < 0 ? text : string.Concat(text.Where(c => c is not ('-' or '.' or '(' or ')')));

    private static string? Unquote(ReadOnlySpan<char> name)
    {
        if (EndOfQuoted(name) != name.Length)
        {
            name = name.Trim('"').Trim();
            return name.IsEmpty ? null : name.ToString();
        }
        name = name[1..^1];
        var text = new System.Text.StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
            text.Append(name[i] == '\\' && i + 1 < name.Length ? name[++i] : name[i]);
        var plain = text.ToString().Trim();
        return plain.Length == 0 ? null : plain;
    }

    /// <summary>True for one of <see cref="HiddenWords"/>, alone or before <c>number</c> or <c>caller</c>.</summary>
    private static bool IsHiddenWord(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !char.IsAsciiLetter(text[0]))
            return false;
        if (text.EndsWith(" number", StringComparison.OrdinalIgnoreCase) || text.EndsWith(" caller", StringComparison.OrdinalIgnoreCase))
            text = text[..^7];
        foreach (var word in HiddenWords)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
