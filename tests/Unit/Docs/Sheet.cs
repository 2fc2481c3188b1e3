using System.Text.RegularExpressions;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Docs;

/// <summary>A page of docs/protocols, by its numbered headings. Immutable.</summary>
internal sealed partial class Sheet
{
    private readonly Dictionary<string, string> _sections = [];

    private Sheet(string text)
    {
        var headings = Heading().Matches(text);
        for (var i = 0; i < headings.Count; i++)
        {
            var end = i + 1 < headings.Count ? headings[i + 1].Index : text.Length;
            _sections.Add(headings[i].Groups[1].Value, text[headings[i].Index..end]);
        }
    }

    /// <summary>The sheets by the names that comments use: <c>yeastar.md</c>, <c>history/yeastar-history.md</c>.</summary>
    public static IReadOnlyDictionary<string, Sheet> All { get; } = ReadAll();

    /// <summary>True when there is such a heading.</summary>
    public bool Has(string section) => _sections.ContainsKey(section);

    /// <summary>True when a line of the section, not of its subsections, begins with the label: <c>3.</c> of a list, <c>H</c> of a table of rows.</summary>
    public bool Has(string section, string label) =>
        _sections.TryGetValue(section, out var text) && Regex.IsMatch(text, $"^{Regex.Escape(label)}\\s", RegexOptions.Multiline);

    private static Dictionary<string, Sheet> ReadAll()
    {
        var folder = Path.Combine(Checkout.Root, "docs", "protocols");
        return Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(folder, f).Replace('\\', '/'), f => new Sheet(File.ReadAllText(f)));
    }

    [GeneratedRegex(@"^#{2,3} (\d+(?:\.\d+)*)\.? ", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
