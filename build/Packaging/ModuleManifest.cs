using System.Text.RegularExpressions;

namespace PbxEvents.Build.Packaging;

/// <summary>
/// The manifest of the built module. Only what this project writes into it is understood: a text in single quotes, and a list of
/// such texts. So the package can be made without PowerShell; the Pester suite compares the two.
/// </summary>
internal sealed partial class ModuleManifest
{
    private readonly string _text;

    private ModuleManifest(string text) => _text = text;

    /// <summary>Reads the manifest of the module in out/PbxEvents.</summary>
    public static ModuleManifest Read() => new(File.ReadAllText(Path.Combine(Repo.Module, "PbxEvents.psd1")));

    /// <summary>The text under a key.</summary>
    /// <exception cref="StepFailedException">It is not there.</exception>
    public string Text(string key) =>
        Regex.Match(_text, $@"^\s*{key}\s*=\s*('(?:[^']|'')*')", RegexOptions.Multiline) is { Success: true } match
            ? Unquote(match.Groups[1].Value)
            : throw Missing(key);

    /// <summary>The list under a key.</summary>
    /// <exception cref="StepFailedException">It is not there.</exception>
    public IReadOnlyList<string> List(string key) =>
        Regex.Match(_text, $@"^\s*{key}\s*=\s*@\(([^)]*)\)", RegexOptions.Multiline) is { Success: true } match
            ? [.. Quoted().Matches(match.Groups[1].Value).Select(m => Unquote(m.Value))]
            : throw Missing(key);

    [GeneratedRegex("'(?:[^']|'')*'")]
    private static partial Regex Quoted();

    private static string Unquote(string literal) => literal[1..^1].Replace("''", "'", StringComparison.Ordinal);

    private static StepFailedException Missing(string key) => new($"PbxEvents.psd1 has no {key}.");
}
