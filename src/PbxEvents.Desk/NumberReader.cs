using PhoneNumbers;

namespace PbxEvents.Desk;

/// <summary>Reads telephone numbers by the world's numbering plans. Found by its name.</summary>
internal sealed class NumberReader : INumberReader
{
    /// <summary>What the library calls the home of numbers that belong to no country, such as +800.</summary>
    private const string World = "001";

    private const int CountryLength = 2;

    private readonly PhoneNumberUtil _plans = PhoneNumberUtil.GetInstance();

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Countries => [.. _plans.GetSupportedRegions().Where(r => r.Length == CountryLength).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public PbxNumber Read(string number, string? country)
    {
        var shown = VisibleText.OfValue(number);
        try
        {
            var parsed = _plans.Parse(OfAddress(number), country);

            // An extension can be written as a number of a country, but is none.
            if (_plans.IsValidNumber(parsed))
            {
                var home = _plans.GetRegionCodeForNumber(parsed);
                return new PbxNumber
                {
                    Number = shown,
                    E164 = _plans.Format(parsed, PhoneNumberFormat.E164),
                    International = _plans.Format(parsed, PhoneNumberFormat.INTERNATIONAL),
                    Country = home == World ? null : home,
                };
            }
        }
        catch (NumberParseException)
        {
            // It stays as it is.
        }
        return new PbxNumber { Number = shown };
    }

    /// <summary>The part of a SIP address that a number stands in.</summary>
    private static string OfAddress(string text)
    {
        var address = text.AsSpan().Trim();
        if (!address.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) && !address.StartsWith("sips:", StringComparison.OrdinalIgnoreCase))
            return text;
        address = address[(address.IndexOf(':') + 1)..];
        var end = address.IndexOfAny('@', ';', '?');
        return (end < 0 ? address : address[..end]).ToString();
    }
}
