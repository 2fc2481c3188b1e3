using CsCheck;

namespace PbxEvents.Tests.Unit.Properties;

/// <summary>TextGen of what makes trouble: blanks of every kind, escapes, characters of one to four bytes, and the codecs' own marks.</summary>
internal static class TextGen
{
    private static readonly string[] Pieces =
        ["a", "b4", "7", "-", " ", "\u00a0", "\u3000", "\t", "\n", "\"", "\\", "\u0001", "\u00e9", "\u20ac", "\ud83d\ude00", ",", "/", ":", "[", "]", "{", "}", "?", "true"];

    public static Gen<string> Any { get; } = Gen.OneOf(Pieces).List[0, 6].Select(string.Concat);
}
