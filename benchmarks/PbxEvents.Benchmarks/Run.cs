using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;
using PbxEvents.Benchmarks.Rows;

namespace PbxEvents.Benchmarks;

/// <summary>All rows, one after the other, and the page that comes of them.</summary>
internal static class Run
{
    private static readonly IRow[] Rows = [new SocketIoRow(), new WebSocketRow(), new PipelineRow(), new LatencyRow(), new MemoryRow(), new IdleRow(), new StartRow(), new GapRow(),
        new ScalingRow(), new MicroRow(), new JournalRow(), new JournalStartRow(), new WorkerRow()];

    public static async Task<int> AllAsync(Setup setup)
    {
        var machine = await Machine.DescribeAsync(setup);
        foreach (var (name, value) in machine)
            Console.WriteLine($"{name}: {value}");
        Console.WriteLine();
        var sections = new List<Section>();
        var hasFailed = false;
        foreach (var row in Rows.Where(r => setup.Only.Count == 0 || setup.Only.Contains(r.Name)))
        {
            IReadOnlyList<Section> measured;
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

            // Row by row: a run that is ended leaves what it measured.
            if (!setup.IsQuick && setup.Only.Count == 0)
                await File.WriteAllTextAsync(setup.PathOf("results.md"), ResultsPage.Render(machine, sections));
        }
        var aims = sections.SelectMany(s => s.Aims).ToArray();
        Console.WriteLine($"{aims.Count(a => a.IsMet)} of {aims.Length} aims are met.");
        return hasFailed ? 1 : 0;
    }
}
