using System.Globalization;
using PbxEvents.Build.Testing;

namespace PbxEvents.Build.Tasks;

/// <summary>The chaos and the fuzz of the unit tests, for as long as one likes, with a new seed each time.</summary>
internal static class SoakTask
{
    private const int DefaultMinutes = 30;

    /// <summary>The warm-up, the kills that are counted and not timed, and a run that has begun when the time is over.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(60);

    public static async Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        // The scripts run in a PowerShell of their own, on the module.
        await CompileTask.ModuleAsync(cancellationToken);
        if (PeerSuite.FindNpm(out _) is { } npm)
            await PeerSuite.InstallAsync(npm, cancellationToken);
        await Step.RunAsync("build (Release)", new Command(Executables.Dotnet, "build", Path.Combine("tests", "Soak"), "-c", "Release", "-v", "q", "-nologo"), cancellationToken);
        var program = Repo.Under("tests", "Soak", "bin", "Release", "net10.0", "PbxEvents.Soak.dll");
        var soak = new Command(Executables.Dotnet, [program, .. words, "--output", Path.Combine(Repo.Out, "soak.md")]) { IsShown = true, Timeout = TimeOf(words) + Grace };
        return (await Runner.RunAsync(soak, cancellationToken)).ExitCode;
    }

    /// <summary>What makes no sense the program itself answers.</summary>
    private static TimeSpan TimeOf(IReadOnlyList<string> words)
    {
        var at = words.ToList().FindIndex(w => w.Equals("--minutes", StringComparison.OrdinalIgnoreCase)) + 1;
        var isGiven = int.TryParse(words.ElementAtOrDefault(at), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && at > 0;
        return TimeSpan.FromMinutes(isGiven ? minutes : DefaultMinutes);
    }
}
