using System.Diagnostics;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>What the module adds to the start of PowerShell, and how long a cold start takes to the first event.</summary>
internal sealed class StartRow : IRow
{
    private const string Platform = "RingCentral";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public string Name => "start";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        if (setup.PowerShell.Count == 0)
            return [Section.LeftOut("Import-Module and cold start", "there is no PowerShell")];
        var module = Path.Combine(setup.Root, "out", "PbxEvents");
        using var server = Child.StartSelf("the WebSocket server", "serve", Platform);
        var port = (await server.ReadAsync("port ", Limit))["port ".Length..];
        List<double> empty = [], import = [], cold = [];
        for (var round = -1; round < setup.Rounds + 2; round++)
        {
            var first = await TimeAsync(setup, "'ready'");
            var second = await TimeAsync(setup, $"Import-Module '{module}'; 'ready'");
            var third = await ColdAsync(setup, server, port, module);
            if (round < 0)
                continue;
            empty.Add(first);
            import.Add(second);
            cold.Add(third);
        }

        var added = import.Zip(empty, (a, b) => a - b).Median();
        var section = new Section("Import-Module and cold start", "From the start of the process", "median");
        section.Rows.Add(["empty pwsh, to its first line", Figures.Milli(empty.Median())]);
        section.Rows.Add(["pwsh with Import-Module, to its first line", Figures.Milli(import.Median())]);
        section.Rows.Add(["pwsh, Import-Module, Connect-PbxEvents, Register-PbxSubscription, first event", Figures.Milli(cold.Median())]);
        section.Aims.Add(new Aim("Import-Module adds under 80 ms to an empty pwsh", Figures.Milli(added), added < 80));
        section.Aims.Add(new Aim("under 0.7 s from a cold start to the first event", Figures.Milli(cold.Median()), cold.Median() < 700));
        return [section];
    }

    private static async Task<double> TimeAsync(Setup setup, string command)
    {
        var watch = Stopwatch.StartNew();
        using var child = Child.Start("pwsh", setup.PowerShell[0],
            [.. setup.PowerShell.Skip(1), "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", command]);
        await child.ReadAsync("ready", Limit);
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task<double> ColdAsync(Setup setup, Child server, string port, string module)
    {
        var watch = Stopwatch.StartNew();
        using var child = setup.StartPowerShell("a cold start", "Cold.ps1", "-Port", port, "-ModulePath", module);
        await child.ReadAsync("armed", Limit);
        server.Tell("go 5");
        await child.ReadAsync("first", Limit);
        return watch.Elapsed.TotalMilliseconds;
    }
}
