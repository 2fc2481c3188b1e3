namespace PbxEvents.Build;

/// <summary>Finds programs the way a shell does.</summary>
internal static class Executables
{
    /// <summary>The dotnet that runs this program.</summary>
    public static string Dotnet { get; } = Environment.ProcessPath ?? "dotnet";

    /// <summary>The full path of a program on the PATH, or null.</summary>
    public static string? Find(string name)
    {
        // npm is npm.cmd on Windows, which starting a process by its bare name does not find.
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var folder in folders)
        {
            foreach (var ending in endings)
            {
                if (Path.Combine(folder, name + ending) is var path && File.Exists(path))
                    return path;
            }
        }
        return null;
    }
}
