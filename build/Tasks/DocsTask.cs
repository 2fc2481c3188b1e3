namespace PbxEvents.Build.Tasks;

/// <summary>Compiles the help pages. The result is committed, so only who changes a page needs PlatyPS.</summary>
internal static class DocsTask
{
    /// <summary>It takes some ten seconds; a slow, busy machine gets many times that.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (host, whyNot) = await PowerShellHost.FindAsync(cancellationToken);
        if (host is null)
            throw new StepFailedException($"The help cannot be compiled without PowerShell: {whyNot}.");
        const string probe = "exit [int](-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | Where-Object { $_.Version.Major -eq 1 }))";
        if (!(await Runner.RunAsync(host.Line(probe) with { Timeout = Limit }, cancellationToken)).IsOk)
            throw new StepFailedException("The help cannot be compiled: PowerShell has no module Microsoft.PowerShell.PlatyPS 1.x. The compiled help in module/en-US stays.");
        await Step.RunAsync("help to module/en-US", host.Script(Repo.Under("build", "Tasks", "Docs.ps1")) with { Timeout = Limit }, cancellationToken);
        return 0;
    }
}
