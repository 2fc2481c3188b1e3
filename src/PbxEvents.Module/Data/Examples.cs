using System.Management.Automation.Language;

namespace PbxEvents.Module.Data;

/// <summary>The examples that ship with the module.</summary>
internal static class Examples
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(typeof(Examples).Assembly.Location)!)!, "examples");

    /// <summary>All, by name.</summary>
    public static IEnumerable<PbxExample> All() => !Directory.Exists(Folder) ? [] : Directory.EnumerateFiles(Folder, "*.ps*1").Order(StringComparer.OrdinalIgnoreCase).Select(path => new PbxExample
    {
        Name = Path.GetFileNameWithoutExtension(path),
        Synopsis = Parser.ParseFile(path, out _, out _).GetHelpContent()?.Synopsis?.Trim() ?? "",
        Path = path,
    });
}
