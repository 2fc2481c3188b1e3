namespace PbxEvents.Build.Tasks;

/// <summary>Removes what a build made. Fetched packages stay: they cost time to get again.</summary>
internal static class CleanTask
{
    public static Task<int> RunAsync(CancellationToken cancellationToken)
    {
        string[] projects = ["src", "tests", "benchmarks"];
        var folders = projects.Select(p => Repo.Under(p)).Where(Directory.Exists)
            .SelectMany(p => Directory.EnumerateFiles(p, "*.csproj", SearchOption.AllDirectories))
            .Select(p => Path.GetDirectoryName(p)!)
            .SelectMany(p => new[] { Path.Combine(p, "bin"), Path.Combine(p, "obj") })
            .Append(Repo.Out)
            .Where(Directory.Exists)
            .ToList();
        foreach (var folder in folders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Directory.Delete(folder, recursive: true);
            Console.WriteLine($"removed {Path.GetRelativePath(Repo.Root, folder)}");
        }
        return Task.FromResult(0);
    }
}
