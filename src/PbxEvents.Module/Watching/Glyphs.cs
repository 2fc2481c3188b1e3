namespace PbxEvents.Module.Watching;

/// <summary>The signs of a live view, for terminals that know Unicode and for those that do not.</summary>
internal sealed record Glyphs(string Ellipsis, string Dot, string Link, string Changed)
{
    public static Glyphs Unicode { get; } = new("…", "·", "●", "›");

    public static Glyphs Ascii { get; } = new("~", "-", "*", ">");
}
