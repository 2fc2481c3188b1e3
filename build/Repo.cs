namespace PbxEvents.Build;

/// <summary>Where things are.</summary>
internal static class Repo
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>What the build makes and nobody commits.</summary>
    public static string Out { get; } = Under("out");

    /// <summary>The built module: what people and tests import, and what is packaged.</summary>
    public static string Module { get; } = Under("out", "PbxEvents");

    /// <summary>The built command-line tool.</summary>
    public static string Tool { get; } = Under("out", "tool", "PbxEvents.Tool.dll");

    /// <summary>A path under the root.</summary>
    public static string Under(params string[] parts) => Path.Combine([Root, .. parts]);

    // From the program's own place, not from the current directory: build.sh may be called from anywhere.
    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PbxEvents.sln")))
                return folder.FullName;
        }
        throw new StepFailedException($"PbxEvents.sln is not above {AppContext.BaseDirectory}.");
    }
}
