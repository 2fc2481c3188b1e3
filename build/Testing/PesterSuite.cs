namespace PbxEvents.Build.Testing;

/// <summary>The Pester suite, on the built module, in a PowerShell of its own.</summary>
internal static class PesterSuite
{
    /// <summary>How many processes share the files. Two halve the time on two cores; with more, tests that measure time would disturb each other.</summary>
    private const int Parts = 2;

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

    /// <summary>Runs the suite, its files dealt out to processes side by side: most of its time is waiting.</summary>
    public static async Task<SuiteResult> RunAsync(PowerShellHost host, CancellationToken cancellationToken)
    {
        var parts = await Task.WhenAll(Enumerable.Range(1, Parts).Select(part => RunPartAsync(host, part, cancellationToken)));
        return parts.Aggregate((left, right) => left + right);
    }

    private static async Task<SuiteResult> RunPartAsync(PowerShellHost host, int part, CancellationToken cancellationToken)
    {
        var script = host.Script(Repo.Under("tests", "Pester", "Invoke-Tests.ps1"), "-Part", $"{part}", "-Of", $"{Parts}");
        var run = await Runner.RunAsync(script with { Timeout = TimeSpan.FromMinutes(25), Environment = ModulePath }, cancellationToken);
        var folder = Directory.CreateDirectory(Path.Combine(Repo.Out, "test-results", "pester")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(folder, $"output-{part}.txt"), run.Output, cancellationToken);
        return PesterReport.Read(run.Output, run.IsOk ? null : run.Ending);
    }
}
