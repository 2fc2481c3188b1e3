using System.Runtime.InteropServices;
using PbxEvents.Build;
using PbxEvents.Build.Tasks;

BuildTask[] tasks =
[
    new("demo", "a simulated PBX and a few calls; the missed one becomes a ticket", DemoTask.RunAsync),
    new("test", "build, then the unit tests, the peer tests and the Pester suite", TestTask.RunAsync),
    new("build", "everything in Release; the module in out/PbxEvents, the tool in out/tool", CompileTask.RunAsync),
    new("soak", "kill, chaos and fuzz tests on all platforms for 30 minutes or --minutes N, at least one round each; results in out/soak.md", SoakTask.RunAsync),
    new("bench", "benchmarks, compared with the alternatives, to benchmarks/results.md; under 15 minutes; --row NAME for one of them", BenchTask.RunAsync),
    new("package", "build, then pack the module as a .nupkg for a gallery, in out/packages", PackageTask.RunAsync),
    new("docs", "compile the help pages in docs/en-US to module/en-US; needs the PowerShell module PlatyPS", DocsTask.RunAsync),
    new("clean", "remove out/ and the compiler output", CleanTask.RunAsync),
];

var name = args.Length > 0 ? args[0].ToLowerInvariant() : "";
if (tasks.FirstOrDefault(t => t.Name == name && (args.Length == 1 || t.TakesWords)) is not { } task)
{
    var isHelp = name is "--help" or "-h" or "help";
    var output = isHelp ? Console.Out : Console.Error;
    output.WriteLine("usage: ./build.sh TASK     or, in PowerShell: ./build.ps1 -Task TASK");
    foreach (var known in tasks)
        output.WriteLine($"  {known.Name,-8} {known.Help}");
    return isHelp ? 0 : 2;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    return await task.RunAsync(args[1..], stop.Token);
}
catch (StepFailedException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped.");
    return 130;
}

// The children are ended before this program is, so that none is left behind.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
