using PbxEvents.Build.Testing;

namespace PbxEvents.Build.Tasks;

/// <summary>The measurements, side by side with what else a user could take. They want a machine that does nothing else.</summary>
internal static class BenchTask
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    /// <summary>Measures.</summary>
    /// <param name="words">The benchmark program's own options: --row NAME[,NAME], --rounds N, --quick, --help.</param>
    /// <param name="cancellationToken">Ends the children and the run.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var project = Path.Combine("benchmarks", "PbxEvents.Benchmarks");
        await Step.RunAsync("benchmarks (Release)",
            new Command(Executables.Dotnet, "build", project, "-c", "Release", "-v", "q", "-nologo"), cancellationToken);
        var program = Repo.Under(project, "bin", "Release", "net10.0", "PbxEvents.Benchmarks.dll");

        // A row that is not there is said before minutes are spent on the module.
        var isHelp = words is ["--help" or "-h", ..];
        var check = await Runner.RunAsync(new Command(Executables.Dotnet, [program, isHelp ? "run" : "check", .. words]) { IsShown = true }, cancellationToken);
        if (isHelp || !check.IsOk)
            return check.ExitCode;
        await CompileTask.ModuleAsync(cancellationToken);
        List<string> arguments = [program, "run", .. words];

        // What is missing is left out, and the results say so.
        if (PeerSuite.FindNpm(out _) is { } npm)
        {
            await PeerSuite.InstallAsync(npm, cancellationToken);
            arguments.AddRange(["--node-modules", Repo.Under("tests", "Peers", "node", "node_modules")]);
        }
        if ((await PowerShellHost.FindAsync(cancellationToken)).Host is { } host)
            arguments.AddRange(["--pwsh", string.Join('\n', [host.Start.File, .. host.Start.Arguments])]);
        var result = await Runner.RunAsync(new Command(Executables.Dotnet, arguments) { IsShown = true, Timeout = Limit }, cancellationToken);
        return result.IsOk ? 0 : 1;
    }
}
