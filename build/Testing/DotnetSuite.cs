namespace PbxEvents.Build.Testing;

/// <summary>A suite that `dotnet test` runs.</summary>
internal static class DotnetSuite
{
    /// <summary>Runs a test project that has been built.</summary>
    public static async Task<SuiteResult> RunAsync(string name, string project, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Repo.Out, "test-results", name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        var run = await Runner.RunAsync(
            new Command(
                Executables.Dotnet, "test", project, "-c", "Release", "--no-build", "-v", "q", "-nologo",
                "--logger", "trx;LogFileName=results.trx", "--results-directory", folder,
                // One test that hangs is ended and named, long before the limit of the whole run.
                "--blame-hang-timeout", "5m", "--blame-hang-dump-type", "none",
                // Most tests wait for a network or a clock: six at once keep two processors less than half busy.
                "--", "xUnit.MaxParallelThreads=6")
            {
                Timeout = TimeSpan.FromMinutes(25),
            },
            cancellationToken);
        await File.WriteAllLinesAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, "output.txt"), run.Output, cancellationToken);
        var trx = Path.Combine(folder, "results.trx");
        var text = File.Exists(trx) ? await File.ReadAllTextAsync(trx, cancellationToken) : null;
        return TrxReport.Read(text, run.IsOk ? null : run.Ending, run.Output);
    }
}
