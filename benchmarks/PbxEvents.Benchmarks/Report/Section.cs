namespace PbxEvents.Benchmarks.Report;

/// <summary>One row of the table as a table of its own.</summary>
/// <param name="title">What was measured.</param>
/// <param name="columns">The heads of the columns.</param>
internal sealed class Section(string title, params string[] columns)
{
    public string Title => title;

    public IReadOnlyList<string> Columns => columns;

    public List<string[]> Rows { get; } = [];

    public List<Aim> Aims { get; } = [];

    /// <summary>How it was measured, and what was left out.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>A section in whose place nothing could be measured.</summary>
    public static Section LeftOut(string title, string why) => new(title) { Notes = { $"Left out: {why}." } };
}
