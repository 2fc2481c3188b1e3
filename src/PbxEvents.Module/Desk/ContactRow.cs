using System.Management.Automation;

namespace PbxEvents.Module.Desk;

/// <summary>Makes a contact of a row, whatever program wrote its headings: those of Outlook and Google, and plain ones.</summary>
internal static class ContactRow
{
    private static readonly string[] NameHeadings = ["NAME", "FULLNAME", "DISPLAYNAME", "FILEAS"];
    private static readonly string[] FirstNameHeadings = ["FIRSTNAME", "GIVENNAME"];
    private static readonly string[] LastNameHeadings = ["LASTNAME", "SURNAME", "FAMILYNAME"];
    private static readonly string[] CompanyHeadings = ["COMPANY", "ORGANIZATION", "ORGANISATION", "ORGANIZATIONNAME", "ORGANIZATION1NAME"];
    private static readonly string[] EmailHeadings = ["EMAIL", "MAIL", "EMAILADDRESS", "EMAIL1VALUE"];
    private static readonly string[] NumberWords = ["PHONE", "MOBIL", "CELL"];

    // Google puts several into one cell.
    private static readonly string[] Between = [":::", ";"];

    /// <summary>The contact of a row; null when it has no name.</summary>
    /// <param name="row">An object with a property for each column.</param>
    /// <param name="country">Where its numbers without a country's code belong; null for anywhere.</param>
    /// <param name="source">Where it comes from.</param>
    public static PbxContact? Read(PSObject row, string? country, string? source)
    {
        var cells = row.Properties.Where(p => p.IsGettable)
            .Select(p => (Heading: string.Concat(p.Name.Where(char.IsLetterOrDigit)).ToUpperInvariant(), Value: ToTexts(p.Value)))
            .Where(c => c.Value.Length > 0)
            .ToArray();
        var company = Find(CompanyHeadings);
        var name = Find(NameHeadings) ?? Join(Find(FirstNameHeadings), Find(LastNameHeadings)) ?? company;
        return name is null ? null : new PbxContact
        {
            Name = name,
            Company = company,
            Email = Find(EmailHeadings),
            Numbers =
            [
                .. cells.Where(c => IsNumber(c.Heading)).SelectMany(c => c.Value)
                    .SelectMany(v => v.Split(Between, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                    .Select(n => NumberKey.Of(n, country))
                    .Distinct(),
            ],
            Source = source,
        };

        string? Find(string[] headings) =>
            headings.Select(h => Array.Find(cells, c => c.Heading == h).Value?[0]).FirstOrDefault(v => v is not null) is { } text ? VisibleText.OfValue(text) : null;
    }

    private static bool IsNumber(string heading) =>
        heading is "NUMBER" or "NUMBERS"
        || ((heading.StartsWith("TEL", StringComparison.Ordinal) || Array.Exists(NumberWords, w => heading.Contains(w, StringComparison.Ordinal)))
            && !heading.EndsWith("LABEL", StringComparison.Ordinal) && !heading.EndsWith("TYPE", StringComparison.Ordinal));

    private static string[] ToTexts(object? value)
    {
        var values = LanguagePrimitives.GetEnumerable(value) is { } several ? several.Cast<object?>() : [value];
        return [.. values.Select(v => LanguagePrimitives.ConvertTo<string>(v)?.Trim()).OfType<string>().Where(v => v.Length > 0)];
    }

    private static string? Join(string? first, string? last) => first is null ? last : last is null ? first : $"{first} {last}";
}
