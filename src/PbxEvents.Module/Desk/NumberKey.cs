namespace PbxEvents.Module.Desk;

/// <summary>What makes two notations of a number one.</summary>
internal static class NumberKey
{
    private const string Separators = " \u00a0-./()";

    /// <summary>The number in the form of E.164 where it can be understood, else without what stands between its digits.</summary>
    /// <param name="number">The number.</param>
    /// <param name="country">Where it was dialled or written down; null for anywhere.</param>
    public static string Of(string number, string? country)
    {
        // Most platforms give them so, and then no library need be loaded for it.
        if (number.Length > 1 && number[0] == '+' && number.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
            return number;
        return DeskParts.Numbers.Read(number, country).E164 ?? string.Concat(VisibleText.OfValue(number).Where(c => !Separators.Contains(c))).ToUpperInvariant();
    }
}
