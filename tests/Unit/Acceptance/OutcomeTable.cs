using System.Text.RegularExpressions;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Acceptance;

/// <summary>The table in docs/outcomes.md, read from the page that people read.</summary>
internal static partial class OutcomeTable
{
    /// <summary>The columns that say what a call shows.</summary>
    public static readonly string[] Columns = ["Outcome", "Direction", "From", "To", "Extension", "AnsweredBy", "Queue", "Legs"];

    /// <summary>The platforms.</summary>
    public static readonly string[] Platforms = ["OneCloud", "PortSIP", "RingCentral", "TelecomX", "Yeastar"];

    private static readonly string[][] Cells = Read();

    /// <summary>Every row of every platform that can tell it.</summary>
    public static IEnumerable<(string Platform, string Scenario)> Rows =>
        from row in Cells
        from platform in Platforms
        where !row[^1].Contains(platform, StringComparison.Ordinal)
        select (platform, row[0]);

    /// <summary>The scenarios, in order.</summary>
    public static IEnumerable<string> Scenarios => Cells.Select(r => r[0]);

    /// <summary>What a platform has to show.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="scenario">The row.</param>
    /// <returns>A text for each of <see cref="Columns"/>.</returns>
    public static IReadOnlyDictionary<string, string> Expect(string platform, string scenario)
    {
        var row = Cells.Single(r => r[0] == scenario);
        return Columns.Select((name, i) => (name, cell: For(platform, row[i + 2]))).ToDictionary(c => c.name, c => c.cell);
    }

    private static string For(string platform, string cell)
    {
        var match = Exceptions().Match(cell);
        if (!match.Success)
            return cell;
        foreach (var exception in match.Groups[2].Value.Split(';'))
        {
            var parts = exception.Split(':', 2);
            if (parts[0].Split(',', StringSplitOptions.TrimEntries).Contains(platform))
                return parts[1].Trim();
        }
        return match.Groups[1].Value.Trim();
    }

    private static string[][] Read() => [.. File.ReadLines(Path.Combine(Checkout.Root, "docs", "outcomes.md"))
        .Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| Scenario", StringComparison.Ordinal) && !l.StartsWith("| ---", StringComparison.Ordinal))
        .Select(l => l.Trim()[1..^1].Split('|', StringSplitOptions.TrimEntries))];

    [GeneratedRegex(@"^(.*?)\[(.*)\]$")]
    private static partial Regex Exceptions();
}
