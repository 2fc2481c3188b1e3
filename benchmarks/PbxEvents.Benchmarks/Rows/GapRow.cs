using System.Globalization;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>A gap of hours that is filled from call records while events go on.</summary>
internal sealed class GapRow : IRow
{
    private const int Hours = 8;
    private const int Calls = 10_000;

    /// <summary>A page of rows as JSON and as calls, a slice of six hours, and what the collector leaves lying; not the whole gap.</summary>
    private const double MostBytes = 100e6;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string Name => "gap";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        var rounds = setup.IsQuick ? 2 : setup.Rounds;
        using var client = Child.StartSelf("PbxEvents", "gap", $"{Hours}", $"{Calls}", $"{rounds}");
        var section = new Section($"A gap of {Hours} hours with {Calls:#,0} calls, filled while 100 events a second go on",
            "Round", "calls/s", "heap at most, above before", "live median, without a gap", "live 99 %, without a gap", "live median, while it fills", "live 99 %, while it fills");
        var most = 0.0;
        var worst = 0.0;
        for (var round = 1; round <= rounds; round++)
        {
            var live = Parse(await client.ReadAsync("live ", Limit));
            var gap = Parse(await client.ReadAsync("gap ", Limit));
            section.Rows.Add([$"{round}", Figures.Rate(gap[0] / gap[1] * 1000), Figures.Mega(gap[2]), Figures.Milli(live[1]), Figures.Milli(live[2]), Figures.Milli(gap[4]), Figures.Milli(gap[5])]);
            most = Math.Max(most, gap[2]);
            worst = Math.Max(worst, gap[4]);
        }
        section.Aims.Add(new Aim("memory is bounded: under 100 MB above what was there before", Figures.Mega(most), most < MostBytes));
        section.Aims.Add(new Aim("live events go on: the median under 5 ms while it fills", Figures.Milli(worst), worst < 5));
        section.Notes.Add("TelecomX, without a network and without the pauses that spare the platform: what is measured is our own work. The reader asks for pages of 1,000 rows. "
            + "A buffer of 10,000 events, full. Live latency is from the frame to a reader that waits.");
        return [section];
    }

    private static double[] Parse(string line) => [.. line.Split(' ').Skip(1).Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
}
