namespace PbxEvents.Tests.Unit.Support;

/// <summary>Recorded frames in tests/Fixtures: one frame on each line.</summary>
internal static class Fixture
{
    /// <summary>The frames of a recording.</summary>
    /// <param name="platform">The folder.</param>
    /// <param name="name">The file without its extension.</param>
    public static IReadOnlyList<string> Read(string platform, string name) => File.ReadAllLines(Path.Combine(Folder(platform), $"{name}.jsonl"));

    /// <summary>The path of a folder in tests/Fixtures.</summary>
    /// <param name="name">The folder.</param>
    public static string Folder(string name)
    {
        // Builds are deterministic, so the sources' paths are not known at run time; the solution's folder is found from here.
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PbxEvents.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the checkout.");
        return Path.Combine(folder.FullName, "tests", "Fixtures", name);
    }
}
