namespace PbxEvents.Build.Tasks;

/// <summary>The demo: in PowerShell where it can be had, else through the tool.</summary>
internal static class DemoTask
{
    /// <summary>The demo takes some ten seconds; a slow, busy machine gets many times that.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var powerShell = await PowerShellHost.FindAsync(cancellationToken);
        Command demo;
        if (powerShell.Host is { } host)
        {
            await CompileTask.ModuleAsync(cancellationToken);
            Console.WriteLine($"PowerShell {host.Version} runs examples/Demo.ps1:");
            demo = host.Script(Repo.Under("examples", "Demo.ps1"));
        }
        else
        {
            await CompileTask.ToolAsync(cancellationToken);
            Console.WriteLine($"Without PowerShell ({powerShell.WhyNot}), so `pbxevents demo` shows the same:");
            demo = new Command(Executables.Dotnet, Repo.Tool, "demo");
        }
        Console.WriteLine();
        var result = await Runner.RunAsync(demo with { IsShown = true, Timeout = Limit }, cancellationToken);
        if (!result.IsOk)
            Console.Error.WriteLine($"The demo failed: {result.Ending}.");
        return result.IsOk ? 0 : 1;
    }
}
