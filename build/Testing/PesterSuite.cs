namespace PbxEvents.Build.Testing;

/// <summary>The Pester suite, on the built module, in a PowerShell of its own.</summary>
internal static class PesterSuite
{
    /// <summary>How many processes share the files: on two cores most of their time is still waiting.</summary>
    private const int Processes = 3;

    /// <summary>Where the modules are put that the suite runs with.</summary>
    private static readonly string ModuleFolder = Path.Combine(Repo.Out, "modules");

    // PowerShell adds its own folders to the variable, so what the user has stays visible.
    private static Dictionary<string, string> ModulePath =>
        new() { ["PSModulePath"] = string.Join(Path.PathSeparator, new[] { ModuleFolder, Environment.GetEnvironmentVariable("PSModulePath") }.Where(p => !string.IsNullOrEmpty(p))) };

    /// <summary>Lays out the Pester that tests/Pester/Modules.csproj names.</summary>
    /// <returns>Null when it is there, else why not.</returns>
    public static async Task<string?> PrepareAsync(CancellationToken cancellationToken)
    {
        var project = Path.Combine("tests", "Pester", "Modules.csproj");
        var layOut = new Command(Executables.Dotnet, "build", project, "-t:LayOut", "-v", "q", "-nologo")
        {
            Timeout = PowerShellHost.RestoreLimit,
        };
        var result = await Runner.RunAsync(layOut, cancellationToken);
        if (result.IsOk)
            return null;
        var reason = result.Output.FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))?.Trim() ?? result.Ending;
        return $"Pester cannot be fetched as a NuGet package ({reason})";
    }

    /// <summary>Runs the suite; each of several processes takes the next file that no other has taken.</summary>
    public static async Task<SuiteResult> RunAsync(PowerShellHost host, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Repo.Out, "test-results", "pester");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        var queue = Directory.CreateDirectory(Path.Combine(folder, "queue")).FullName;
        var results = await Task.WhenAll(Enumerable.Range(1, Processes).Select(async number =>
        {
            var script = host.Script(Repo.Under("tests", "Pester", "Invoke-Tests.ps1"), "-Queue", queue);
            var run = await Runner.RunAsync(script with { Timeout = TimeSpan.FromMinutes(25), Environment = ModulePath }, cancellationToken);
            await File.WriteAllLinesAsync(Path.Combine(folder, $"output-{number}.txt"), run.Output, cancellationToken);
            return PesterReport.Read(run.Output, run.IsOk ? null : run.Ending);
        }));
        return results.Aggregate((left, right) => left + right);
    }
}
