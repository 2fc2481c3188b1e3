namespace PbxEvents.Build.Testing;

/// <summary>The tests against the reference servers, which are Node.js packages.</summary>
internal static class PeerSuite
{
    /// <summary>Finds what installs the servers.</summary>
    /// <param name="whyNot">Why there is none, when there is none.</param>
    /// <returns>The path of npm, or null.</returns>
    public static string? FindNpm(out string whyNot)
    {
        whyNot = Executables.Find("node") is null ? "node is not on the PATH" : "npm is not on the PATH";
        return Executables.Find("node") is null ? null : Executables.Find("npm");
    }

    /// <summary>Installs the servers that the lock file names.</summary>
    /// <exception cref="StepFailedException">They cannot be installed, although Node.js is there.</exception>
    public static Task InstallAsync(string npm, CancellationToken cancellationToken)
    {
        var install = new Command(npm, "ci", "--no-audit", "--no-fund", "--loglevel", "error")
        {
            Folder = Repo.Under("tests", "Peers", "node"),
            Timeout = TimeSpan.FromMinutes(5),
        };
        return Step.RunAsync("peer servers (npm ci)", install, cancellationToken);
    }
}
