namespace PbxEvents.Build.Testing;

/// <summary>The Pester suite, on the built module, in a PowerShell of its own.</summary>
internal static class PesterSuite
{
    /// <summary>Where the modules are put that the suite runs with.</summary>
    private static readonly string ModuleFolder = Path.Combine(Repo.Out, "modules");

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

    /// <summary>Runs the suite.</summary>
    public static async Task<SuiteResult> RunAsync(PowerShellHost host, CancellationToken cancellationToken)
    {
        var script = host.Script(Repo.Under("tests", "Pester", "Invoke-Tests.ps1"));
        var run = await Runner.RunAsync(script with { Timeout = TimeSpan.FromMinutes(25), Environment = ModulePath }, cancellationToken);
        var folder = Directory.CreateDirectory(Path.Combine(Repo.Out, "test-results", "pester")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(folder, "output.txt"), run.Output, cancellationToken);
        return PesterReport.Read(run.Output, run.IsOk ? null : run.Ending);
    }

    // PowerShell adds its own folders to the variable, so what the user has stays visible.
    private static Dictionary<string, string> ModulePath =>
        new() { ["PSModulePath"] = string.Join(Path.PathSeparator, new[] { ModuleFolder, Environment.GetEnvironmentVariable("PSModulePath") }.Where(p => !string.IsNullOrEmpty(p))) };
}
