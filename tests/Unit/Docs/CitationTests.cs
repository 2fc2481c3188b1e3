using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Docs;

/// <summary>What the comments under src cite of docs/protocols is there.</summary>
public sealed partial class CitationTests
{
    private static readonly string Source = Path.Combine(Checkout.Root, "src");

    [Fact(DisplayName = "every section that a comment cites is a heading of its sheet, and every point, question and row is there")]
    public void SectionsResolve()
    {
        List<string> broken = [];
        var count = 0;
        foreach (var file in Files())
        {
            var comments = CommentsOf(file);
            var named = SheetName().Matches(comments).Select(m => m.Value).Where(Sheet.All.ContainsKey).Distinct().ToArray();
            foreach (Match citation in Citation().Matches(comments))
            {
                if (citation.Groups["rfc"].Success)
                    continue;
                var name = citation.Groups["sheet"] is { Success: true } own ? own.Value : named.Length == 1 ? named[0] : SheetOfFolder(file);
                if (name is null || !Sheet.All.TryGetValue(name, out var sheet))
                {
                    broken.Add($"{file}: '{citation.Value}' names no sheet");
                    continue;
                }
                foreach (var section in SectionsIn(citation.Groups["list"].Value))
                {
                    count++;
                    if (!sheet.Has(section))
                        broken.Add($"{file}: '{citation.Value}': {name} has no section {section}");
                }
                var last = SectionsIn(citation.Groups["list"].Value).Last();
                foreach (var label in LabelsIn(citation))
                {
                    if (!sheet.Has(last, label))
                        broken.Add($"{file}: '{citation.Value}': {name} section {last} has no '{label}'");
                }
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
        Assert.InRange(count, 250, int.MaxValue);
    }

    [Fact(DisplayName = "every page that a comment names is there")]
    public void PagesExist()
    {
        string[] folders = ["docs/protocols", "docs", "."];
        var missing = Files()
            .SelectMany(f => SheetName().Matches(CommentsOf(f)).Select(m => (File: f, Page: m.Value)))
            .Where(c => !Array.Exists(folders, f => File.Exists(Path.Combine(Checkout.Root, f, c.Page))))
            .Select(c => $"{c.File}: {c.Page}")
            .ToArray();

        Assert.True(missing.Length == 0, string.Join('\n', missing));
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Source, f).Replace('\\', '/'))
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    /// <summary>The comments of a file; a citation may go on in the next line.</summary>
    private static string CommentsOf(string file)
    {
        StringBuilder text = new();
        foreach (var line in File.ReadLines(Path.Combine(Source, file)))
        {
            var comment = Comment().Match(line);
            text.Append(comment.Success ? $" {comment.Groups[1].Value}" : "\n");
        }
        return text.ToString();
    }

    private static string? SheetOfFolder(string file) =>
        file.Split('/').Select(f => $"{f.ToLowerInvariant()}.md").LastOrDefault(Sheet.All.ContainsKey);

    private static IEnumerable<string> SectionsIn(string list)
    {
        foreach (Match part in Part().Matches(list))
        {
            // "4 to 6" means 5 too.
            if (part.Groups["to"].Success)
            {
                for (var i = Number(part.Groups["from"].Value) + 1; i < Number(part.Groups["to"].Value); i++)
                    yield return i.ToString(CultureInfo.InvariantCulture);
            }
            yield return part.Groups["from"].Value;
            if (part.Groups["to"].Success)
                yield return part.Groups["to"].Value;
        }

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> LabelsIn(Match citation) => Label().Matches(citation.Groups["points"].Value)
        .Select(m => $"{m.Value}.")
        .Concat(citation.Groups["row"].Captures.Select(c => c.Value));

    [GeneratedRegex(@"(?<![:""])///? ?(.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(?:history/)?[A-Za-z-]+\.md\b")]
    private static partial Regex SheetName();

    // "yeastar.md sections 4, 5.1 and 6", "Section 7, points 4 and 6", "section 11 H", "section 8, row I", "(section 12, question 4)".
    [GeneratedRegex(@"(?:(?<sheet>(?:history/)?[a-z-]+\.md)\s+|(?<rfc>RFC \d+\s+))?\b[Ss]ections?\s+"
        + @"(?<list>\d+(?:\.\d+)*(?:(?:,\s+and\s+|,\s+|\s+and\s+|\s+to\s+)\d+(?:\.\d+)*)*)"
        + @"(?:,?\s+(?:point|question|step)s? (?<points>\d+(?:(?:, | and )\d+)*)|,?\s+(?:row )?(?<row>[A-Z])\b)?")]
    private static partial Regex Citation();

    [GeneratedRegex(@"(?<from>\d+(?:\.\d+)*)(?:\s+to\s+(?<to>\d+))?")]
    private static partial Regex Part();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Label();
}
