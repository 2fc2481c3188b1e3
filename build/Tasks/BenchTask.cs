namespace PbxEvents.Build.Tasks;

/// <summary>The measurements. They need PowerShell, and a machine that does nothing else.</summary>
internal static class BenchTask
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var powerShell = await PowerShellHost.FindAsync(cancellationToken);
        if (powerShell.Host is not { } host)
        {
            Console.Error.WriteLine($"There is nothing to measure without PowerShell ({powerShell.WhyNot}).");
            return 1;
        }
        await CompileTask.ModuleAsync(cancellationToken);
        Console.WriteLine("From the platform's bytes to the first line of an action, in a script that waits:");
        var bench = host.Script(Repo.Under("benchmarks", "Measure-ActionLatency.ps1"));
        var result = await Runner.RunAsync(bench with { IsShown = true, Timeout = Limit }, cancellationToken);
        return result.IsOk ? 0 : 1;
    }
}
