namespace PbxEvents.Build.Testing;

/// <summary>The Pester suite, on the built module, in a PowerShell of its own.</summary>
internal static class PesterSuite
{
    /// <summary>Where a Pester is put that the machine does not have.</summary>
    private static readonly string ModuleFolder = Path.Combine(Repo.Out, "modules");

    /// <summary>Finds Pester 5, or gets it.</summary>
    /// <returns>Null when it is there, else why not.</returns>
    public static async Task<string?> PrepareAsync(PowerShellHost host, CancellationToken cancellationToken)
    {
        if (await HasPesterAsync(host, cancellationToken))
            return null;
        Directory.CreateDirectory(ModuleFolder);
        var folder = ModuleFolder.Replace("'", "''", StringComparison.Ordinal);
        var save = host.Line($"Save-PSResource -Name Pester -Version '[5.5.0,6.0.0)' -Path '{folder}' -TrustRepository -Quiet -ErrorAction Stop");
        await Runner.RunAsync(save with { Timeout = TimeSpan.FromMinutes(2) }, cancellationToken);
        return await HasPesterAsync(host, cancellationToken) ? null : "Pester 5 is not installed and cannot be fetched";
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

    private static async Task<bool> HasPesterAsync(PowerShellHost host, CancellationToken cancellationToken)
    {
        var probe = host.Line("if (-not (Get-Module -ListAvailable Pester | Where-Object { $_.Version.Major -eq 5 })) { exit 1 }");
        return (await Runner.RunAsync(probe with { Timeout = TimeSpan.FromMinutes(1), Environment = ModulePath }, cancellationToken)).IsOk;
    }
}
