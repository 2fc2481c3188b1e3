using System.Text;

namespace PbxEvents.Module.Desk;

/// <summary>Reads vCards, of the versions 3 and 4: names, company, mail and numbers. What else is in them is passed over.</summary>
internal static class ContactCards
{
    private const string Begin = "BEGIN:VCARD";

    /// <summary>True for a file of vCards.</summary>
    public static bool Is(string text) => text.AsSpan().TrimStart('\ufeff').TrimStart().StartsWith(Begin, StringComparison.OrdinalIgnoreCase);

    /// <summary>The contacts. A card without a name and without a company is none.</summary>
    /// <param name="text">The file.</param>
    /// <param name="country">Where its numbers without a country's code belong; null for anywhere.</param>
    /// <param name="source">Where it comes from.</param>
    public static IEnumerable<PbxContact> Read(string text, string? country, string source)
    {
        Card? card = null;
        foreach (var (name, value) in Unfold(text).Select(Split))
        {
            if (name == "BEGIN" && value.Equals("VCARD", StringComparison.OrdinalIgnoreCase))
            {
                card = new Card();
            }
            else if (name == "END")
            {
                if (card?.ToContact(source) is { } contact)
                    yield return contact;
                card = null;
            }
            else
            {
                card?.Add(name, value, country);
            }
        }
    }

    /// <summary>A line that begins with a space goes on with the one before it.</summary>
    private static IEnumerable<string> Unfold(string text)
    {
        var line = new StringBuilder();
        foreach (var next in text.TrimStart('\ufeff').Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (next.Length > 0 && next[0] is ' ' or '\t')
            {
                line.Append(next, 1, next.Length - 1);
                continue;
            }
            if (line.Length > 0)
                yield return line.ToString();
            line.Clear().Append(next);
        }
        if (line.Length > 0)
            yield return line.ToString();
    }

    /// <summary>The property's name without its group and its parameters, in which a colon may stand in quotes, and its value.</summary>
    private static (string Name, string Value) Split(string line)
    {
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
                isQuoted = !isQuoted;
            if (line[i] != ':' || isQuoted)
                continue;
            var name = line[..i].Split(';')[0];
            return (name[(name.LastIndexOf('.') + 1)..].Trim().ToUpperInvariant(), line[(i + 1)..].Trim());
        }
        return ("", "");
    }

    /// <summary>The parts of a value that a semicolon parts.</summary>
    private static List<string> Parts(string value)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
                part.Append(value[++i] is 'n' or 'N' ? ' ' : value[i]);
            else if (value[i] == ';')
                Take();
            else
                part.Append(value[i]);
        }
        Take();
        return parts;

        void Take()
        {
            parts.Add(VisibleText.OfValue(part.ToString().Trim()));
            part.Clear();
        }
    }

    private sealed class Card
    {
        private readonly List<string> _numbers = [];
        private string? _full;
        private string? _made;
        private string? _company;
        private string? _email;

        public void Add(string name, string value, string? country)
        {
            switch (name)
            {
                case "FN":
                    _full ??= NullIfEmpty(string.Join(';', Parts(value)));
                    break;
                case "N":
                    // Family name, given name, more names, prefix, suffix.
                    var parts = Parts(value);
                    _made ??= NullIfEmpty(string.Join(' ', new[] { parts.ElementAtOrDefault(1), parts[0] }.Where(p => !string.IsNullOrEmpty(p))));
                    break;
                case "ORG":
                    _company ??= NullIfEmpty(Parts(value)[0]);
                    break;
                case "EMAIL":
                    _email ??= NullIfEmpty(Parts(value)[0].Replace("mailto:", "", StringComparison.OrdinalIgnoreCase));
                    break;
                case "TEL" when value.Length > 0:
                    // Of a tel: address the number alone; an extension behind it is no part of it.
                    var number = value.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) ? value["tel:".Length..].Split(';')[0] : value;
                    _numbers.Add(NumberKey.Of(number, country));
                    break;
            }
        }

        public PbxContact? ToContact(string source) => (_full ?? _made ?? _company) is not { } name ? null : new PbxContact
        {
            Name = name,
            Company = _company,
            Email = _email,
            Numbers = [.. _numbers.Distinct()],
            Source = source,
        };

        private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
    }
}
