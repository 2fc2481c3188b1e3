using System.Text.RegularExpressions;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Docs;

/// <summary>What the pages under docs link to is there.</summary>
public sealed partial class LinkTests
{
    [Fact(DisplayName = "every relative link of the pages under docs leads to a file or a folder")]
    public void LinksLeadSomewhere()
    {
        var links = Directory.EnumerateFiles(Path.Combine(Checkout.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .SelectMany(page => Link().Matches(File.ReadAllText(page)).Select(m => (Page: page, Target: m.Groups[1].Value)))
            .Where(l => !l.Target.Contains("://", StringComparison.Ordinal))
            .ToArray();

        var dead = links.Where(l => !Path.Exists(Path.Combine(Path.GetDirectoryName(l.Page)!, l.Target)))
            .Select(l => $"{l.Page}: {l.Target}")
            .ToArray();

        Assert.True(dead.Length == 0, string.Join('\n', dead));
        Assert.NotEmpty(links);
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)")]
    private static partial Regex Link();
}
