namespace PbxEvents.Providers.Protocol.Yeastar;

/// <summary>A party of a record: a bare number, or a name with the number in angle brackets.</summary>
/// <param name="Number">The number; null for none.</param>
/// <param name="Name">The name; null for none.</param>
internal readonly record struct YeastarParty(string? Number, string? Name)
{
    public static YeastarParty Read(string? text)
    {
        if (text is null || text.Equals("Unknown", StringComparison.OrdinalIgnoreCase))
            return default;
        var open = text.LastIndexOf('<');
        if (open < 0 || text[^1] != '>')
            return new YeastarParty(text, null);
        var name = text[..open].Trim().Trim('"');
        return new YeastarParty(text[(open + 1)..^1].Trim(), name.Length == 0 ? null : name);
    }
}
