using System.Globalization;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>Memory for a full buffer, and whether it stays at that.</summary>
internal sealed class MemoryRow : IRow
{
    private const string Platform = "RingCentral";
    private const double MostBytes = 125e6;
    private const double FlatWithin = 0.05;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string Name => "memory";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        const int Buffer = 100_000;
        var laps = setup.IsQuick ? 3 : 10;
        using var server = Child.StartSelf("the WebSocket server", "serve", Platform);
        var port = (await server.ReadAsync("port ", Limit))["port ".Length..];
        using var client = Child.StartSelf("PbxEvents", "memory", Platform, port, $"{Buffer}");
        var (heapBefore, setBefore) = Parse(await client.ReadAsync(Limit));
        var heaps = new List<double>();
        var section = new Section($"Memory: a buffer of {Buffer:#,0} events, then up to {laps * Buffer:#,0} events through it", "After", "heap", "working set");
        section.Rows.Add(["connecting", Figures.Mega(heapBefore), Figures.Mega(setBefore)]);
        for (var lap = 1; lap <= laps; lap++)
        {
            client.Tell($"lap {Buffer}");
            await client.ReadAsync("armed", Limit);
            server.Tell($"go {Buffer}");
            var (heap, set) = Parse(await client.ReadAsync(Limit));
            heaps.Add(heap);
            if (lap == 1 || lap == laps)
                section.Rows.Add([$"{lap * Buffer:#,0} events", Figures.Mega(heap), Figures.Mega(set)]);
        }

        var used = heaps[0] - heapBefore;
        var growth = heaps[^1] / heaps[1] - 1;
        section.Aims.Add(new Aim("under 125 MB for 100,000 buffered events", Figures.Mega(used), used < MostBytes,
            $"The frames that are kept are {Figures.Mega(CallFrames.Make(Platform, 1000).Average(f => f.Length) * Buffer)} of it."));
        section.Aims.Add(new Aim($"flat over {laps * Buffer:#,0} events with a full buffer (within 5 %)", Figures.Percent(growth), Math.Abs(growth) <= FlatWithin));
        section.Notes.Add($"{Platform} events of about 730 bytes, payload and call kept with each. The heap is what a full collection leaves.");
        return [section];
    }

    private static (double Heap, double WorkingSet) Parse(string line)
    {
        var words = line.Split(' ');
        return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
