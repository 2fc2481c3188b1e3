using System.Diagnostics;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;
using PbxEvents.Benchmarks.Rows;

namespace PbxEvents.Benchmarks;

/// <summary>All rows, one after the other, and the page that comes of them.</summary>
internal static class Run
{
    private static readonly IRow[] Rows =
    [
        new SocketIoRow("4"), new SocketIoRow("2"), new OneCloudRow(),
        new WebSocketRow("RingCentral", leastOfBare: 0.65, leastOfScript: 7), new WebSocketRow("Yeastar", leastOfBare: 0.55, leastOfScript: 5),
        new WebSocketRow("PortSIP", leastOfBare: 0.45, leastOfScript: 5),
        new PipelineRow(), new LatencyRow(), new MemoryRow(), new IdleRow(), new StartRow(), new GapRow(), new ScalingRow(), new MicroRow(), new JournalRow(),
        new JournalStartRow(), new WorkerRow(),
    ];

    public static string Usage => "usage: [--row NAME[,NAME...]] [--rounds N] [--quick]; of a part or a quick run nothing is written. "
        + $"Rows: {string.Join(", ", Rows.Select(r => r.Name))}.";

    /// <summary>Reads the options; says what is wrong with them and gives null when something is.</summary>
    public static Setup? TryParse(string[] options)
    {
        try
        {
            var setup = Setup.Parse(options);
            var unknown = setup.Only.Where(n => Rows.All(r => r.Name != n)).ToArray();
            if (unknown.Length == 0)
                return setup;
            Console.Error.WriteLine($"There is no row '{string.Join("', '", unknown)}'.");
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine(e.Message);
        }
        Console.Error.WriteLine(Usage);
        return null;
    }

    public static async Task<int> AllAsync(Setup setup)
    {
        var machine = await Machine.DescribeAsync(setup);
        foreach (var (name, value) in machine)
            Console.WriteLine($"{name}: {value}");
        Console.WriteLine();
        var sections = new List<Section>();
        var hasFailed = false;
        var times = new List<string>();
        var whole = Stopwatch.StartNew();
        foreach (var row in Rows.Where(r => setup.Only.Count == 0 || setup.Only.Contains(r.Name)))
        {
            IReadOnlyList<Section> measured;
            var watch = Stopwatch.StartNew();
            try
            {
                measured = await row.MeasureAsync(setup);
            }
            catch (InvalidOperationException e)
            {
                // One row that cannot be measured is said so, and the others still are.
                hasFailed = true;
                measured = [new Section(row.Name) { Notes = { $"FAILED: {e.Message}" } }];
            }
            sections.AddRange(measured);
            foreach (var section in measured)
                Console.WriteLine(ResultsPage.Render(section));

            times.Add($"{row.Name} {watch.Elapsed.TotalSeconds:0} s");
            Console.WriteLine($"({times[^1]})\n");

            // Row by row: a run that is ended leaves what it measured.
            if (setup.IsWhole)
                await File.WriteAllTextAsync(setup.PathOf("results.md"), ResultsPage.Render([.. machine, ("time", TimeOf())], sections));
        }
        Console.WriteLine($"time: {TimeOf()}");
        var aims = sections.SelectMany(s => s.Aims).ToArray();
        Console.WriteLine($"{aims.Count(a => a.IsMet)} of {aims.Length} aims are met.");
        return hasFailed ? 1 : 0;

        string TimeOf() => $"{whole.Elapsed.TotalMinutes:0.0} minutes ({string.Join(", ", times)})";
    }
}
