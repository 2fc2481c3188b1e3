using System.Diagnostics;
using PbxEvents.Build.Testing;

namespace PbxEvents.Build.Tasks;

/// <summary>Builds, runs every suite that can run here, and closes with one line over all of them.</summary>
internal static class TestTask
{
    private static readonly SuiteResult Nothing = new(0, 0, 0);

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var total = await OrFailureAsync(async () =>
        {
            await CompileTask.RunAsync(cancellationToken);
            await PackageTask.PackAsync(cancellationToken);
            return Nothing;
        });
        // Without a build the suites would test what lay there before.
        if (total.Failed == 0)
        {
            // The database is one of the peers' packages, and the unit tests use it where it is.
            var npm = PeerSuite.FindNpm(out var whyNoPeers);
            var install = npm is null ? Nothing : await OrFailureAsync(async () =>
            {
                await PeerSuite.InstallAsync(npm, cancellationToken);
                return Nothing;
            });
            total += install;
            total += await SuiteAsync("unit tests", () => DotnetSuite.RunAsync("unit", "tests/Unit", cancellationToken));
            if (install.Failed == 0)
                total += npm is null ? LeaveOut("peer and PostgreSQL tests", whyNoPeers) : await PeersAsync(cancellationToken);
            total += await PesterAsync(cancellationToken);
        }
        Console.WriteLine(total.Counts);
        return total.Failed == 0 ? 0 : 1;
    }

    private static Task<SuiteResult> PeersAsync(CancellationToken cancellationToken) => SuiteAsync("peer and PostgreSQL tests", async () =>
    {
        // Side by side: each mostly waits for its servers.
        var suites = await Task.WhenAll(
            DotnetSuite.RunAsync("peers", "tests/Peers", cancellationToken),
            DotnetSuite.RunAsync("postgres", "tests/Postgres", cancellationToken));
        return suites[0] + suites[1];
    });

    private static async Task<SuiteResult> PesterAsync(CancellationToken cancellationToken)
    {
        var (host, whyNot) = await PowerShellHost.FindAsync(cancellationToken);
        if (host is null)
            return LeaveOut("Pester suite", whyNot);
        return await PesterSuite.PrepareAsync(cancellationToken) is { } noPester
            ? LeaveOut("Pester suite", noPester)
            : await SuiteAsync($"Pester suite, PowerShell {host.Version}", () => PesterSuite.RunAsync(host, cancellationToken));
    }

    private static async Task<SuiteResult> SuiteAsync(string title, Func<Task<SuiteResult>> runAsync)
    {
        Step.Begin(title);
        var clock = Stopwatch.StartNew();
        var result = await runAsync();
        Console.WriteLine($"{(result.Failed == 0 ? "ok" : "FAILED")}, {result.Counts} ({clock.Elapsed.TotalSeconds:0} s)");
        foreach (var test in result.LeftOut)
            Console.WriteLine("    skipped: " + test);
        foreach (var detail in result.Details)
            Console.WriteLine("    " + detail.ReplaceLineEndings(Environment.NewLine + "    "));
        return result;
    }

    /// <summary>A step that fails counts as one failed test, and the other suites still run.</summary>
    private static async Task<SuiteResult> OrFailureAsync(Func<Task<SuiteResult>> runAsync)
    {
        try
        {
            return await runAsync();
        }
        catch (StepFailedException e)
        {
            Console.WriteLine(e.Message);
            return Nothing.With(e.Message);
        }
    }

    private static SuiteResult LeaveOut(string title, string reason)
    {
        Console.WriteLine($"{title} ... left out: {reason}");
        return Nothing;
    }
}
