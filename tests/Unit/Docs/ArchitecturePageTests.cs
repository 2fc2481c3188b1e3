using System.Text.RegularExpressions;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Docs;

/// <summary>docs/architecture.md speaks of what is there.</summary>
public sealed partial class ArchitecturePageTests
{
    /// <summary>What the page's paths begin at.</summary>
    private static readonly string[] Folders = ["", "src", "src/PbxEvents.Providers", "src/PbxEvents.Providers/Transport", "src/PbxEvents.Providers/Platforms", "src/PbxEvents.Module"];

    private static readonly string[] Sources = [.. new[] { "src", "tests/Unit" }
        .SelectMany(f => Directory.EnumerateFiles(Path.Combine(Checkout.Root, f), "*.cs", SearchOption.AllDirectories))
        .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];

    /// <summary>The texts of the files in which a type is declared, by its name.</summary>
    private static readonly ILookup<string, string> Types = Sources.Select(File.ReadAllText)
        .SelectMany(t => Declaration().Matches(t).Select(m => (Name: m.Groups[1].Value, Text: t)))
        .ToLookup(d => d.Name, d => d.Text);

    [Fact(DisplayName = "every type, member, cmdlet, file and folder in backticks on the architecture page exists")]
    public void NamesExist()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "architecture.md"));
        var names = Quoted().Matches(page).Select(m => m.Groups[1].Value).Distinct().ToArray();
        var missing = names.Where(n => !Exists(n)).ToArray();

        Assert.True(missing.Length == 0, string.Join('\n', missing));
        Assert.InRange(names.Length, 80, int.MaxValue);
    }

    private static bool Exists(string name)
    {
        if (name == "pbxevents" || Array.Exists(Folders, f => Path.Exists(Path.Combine(Checkout.Root, f, name))))
            return true;
        if (name.EndsWith(".cs", StringComparison.Ordinal))
            return Array.Exists(Sources, f => Path.GetFileName(f) == name);
        if (name.Contains('-', StringComparison.Ordinal))
            return Types.Contains($"{name.Replace("-", "", StringComparison.Ordinal)}Command");
        return name.Split('.') is [var type, var member]
            ? Types[type].Any(t => Regex.IsMatch(t, $@"\b{Regex.Escape(member)}\b"))
            : Types.Contains(name);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b(?:class|interface|record|struct|enum) (?!struct\b|class\b)(\w+)")]
    private static partial Regex Declaration();
}
