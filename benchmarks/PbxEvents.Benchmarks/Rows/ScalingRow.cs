using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>What an event costs as connections, calls in progress and the buffer grow.</summary>
internal sealed class ScalingRow : IRow
{
    /// <summary>The largest may cost so much more for each event than the smallest: caches are finite, and figures spread.</summary>
    private const double MostGrowth = 1.5;

    private const string WhyGrowth = "Sampling (perf) finds no step that grew: our code and the collector both take longer in the same proportion, as memory does that is not in "
        + "the processor's cache any more.";

    /// <summary>Of 10,000 calls in progress, in microseconds of processor time for an event.</summary>
    private const double MostOfManyCalls = 3.5;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public string Name => "scaling";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        var section = new Section("Cost as work grows", "What grows", "to", "CPU per event", "allocated per event", "events/s");
        var rounds = setup.IsQuick ? 1 : 3;
        List<Curve> curves =
        [
            await GrowAsync(section, "connections", [1, 10, 100, 1000], count => ConnectionsAsync(count, setup.Events, rounds)),
            await GrowAsync(section, "calls in progress", [1, 100, 10_000], count => FedAsync(count, 10_000, setup.Events, rounds)),
            await GrowAsync(section, "buffer", [1000, 10_000, 100_000, 1_000_000], size => FedAsync(1, size, setup.Events, rounds)),
        ];
        section.Aims.Add(Growth(curves[0]));
        var many = curves[1].Points[^1].Y;
        section.Aims.Add(new Aim(FormattableString.Invariant($"10,000 calls in progress: under {MostOfManyCalls} us of CPU for an event"), Figures.Micro(many), many < MostOfManyCalls,
            WhyGrowth));
        section.Aims.Add(Growth(curves[2]));
        if (setup.IsWhole)
            await File.WriteAllTextAsync(setup.PathOf("scaling.svg"), Plot.Render(curves));
        section.Notes.Add("![CPU per event as work grows](scaling.svg)");
        section.Notes.Add("An event's cost stays the same when cost grows as work does: a flat line is linear. Connections: RingCentral over loopback, the events spread evenly. "
            + "Calls and buffer: TelecomX frames given to the connection without a network, after the buffer was filled once. Medians of "
            + $"{rounds} rounds.");
        return [section];
    }

    private static async Task<Curve> GrowAsync(Section section, string what, int[] sizes, Func<int, Task<Round[]>> measureAsync)
    {
        var points = new List<(double X, double Y)>();
        foreach (var size in sizes)
        {
            var rounds = await measureAsync(size);
            points.Add((size, rounds.Median(r => r.CpuMicrosecondsPerEvent)));
            section.Rows.Add(
            [
                what, $"{size:#,0}", Figures.Micro(points[^1].Y), Figures.Bytes(rounds.Median(r => r.BytesPerEvent)), Figures.Rate(rounds.Median(r => r.EventsPerSecond)),
            ]);
        }
        return new Curve(what, points);
    }

    private static Aim Growth(Curve curve)
    {
        var growth = curve.Points[^1].Y / curve.Points[0].Y;
        return new Aim($"{curve.Title} from {curve.Points[0].X:#,0} to {curve.Points[^1].X:#,0}: linear or better (an event costs at most {MostGrowth} times as much)",
            Figures.Times(growth), growth <= MostGrowth, WhyGrowth);
    }

    private static async Task<Round[]> ConnectionsAsync(int connections, int events, int rounds)
    {
        var each = Math.Max(events / connections, 20);
        using var server = Child.StartSelf("the WebSocket server", "serve", "RingCentral");
        var port = (await server.ReadAsync("port ", Limit))["port ".Length..];
        using var client = Child.StartSelf($"{connections} connections", "many", "RingCentral", port, $"{connections}");
        var results = new List<Round>();
        server.Tell($"prepare {each}");
        await server.ReadAsync("prepared ", Limit);
        for (var round = -3; round < rounds; round++)
        {
            client.Tell($"run {each}");
            await client.ReadAsync("armed", Limit);
            server.Tell($"go {each}");
            var result = Round.Parse(await client.ReadAsync(Limit));
            if (round >= 0)
                results.Add(result);
        }
        return [.. results];
    }

    private static async Task<Round[]> FedAsync(int calls, int buffer, int events, int rounds)
    {
        using var client = Child.StartSelf("PbxEvents", "fed", $"{calls}", $"{buffer}");
        var results = new List<Round>();
        for (var round = 0; round < rounds; round++)
        {
            client.Tell($"run {events}");
            results.Add(Round.Parse(await client.ReadAsync(Limit)));
        }
        return [.. results];
    }
}
