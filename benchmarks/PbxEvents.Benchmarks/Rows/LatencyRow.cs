using System.Globalization;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>From the bytes on the socket to the first line of an action, in a script that waits.</summary>
internal sealed class LatencyRow : IRow
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public string Name => "latency";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        if (setup.PowerShell.Count == 0)
            return [Section.LeftOut("Latency of an action", "there is no PowerShell")];
        using var script = Child.Start("Measure-ActionLatency.ps1", setup.PowerShell[0],
            [.. setup.PowerShell.Skip(1), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", setup.PathOf("Measure-ActionLatency.ps1"),
                "-Calls", setup.IsQuick ? "40" : "200", "-AsText"]);
        var section = new Section("Latency: from the socket to the first line of an action, in a script that waits", "Way", "events", "median", "99 %", "longest");
        for (var i = 0; i < 3; i++)
        {
            var words = (await script.ReadAsync("way|", Limit)).Split('|');
            var figures = words[2..].Select(w => double.Parse(w, CultureInfo.InvariantCulture)).ToArray();
            section.Rows.Add([words[1], $"{figures[0]:0}", Figures.Milli(figures[1]), Figures.Milli(figures[2]), Figures.Milli(figures[3])]);
            if (i > 0)
                continue;
            section.Aims.Add(new Aim("median under 5 ms", Figures.Milli(figures[1]), figures[1] < 5));
            section.Aims.Add(new Aim("99th percentile under 25 ms", Figures.Milli(figures[2]), figures[2] < 25));
        }
        section.Notes.Add("A simulated PBX in the same process sends missed calls, an event every few milliseconds. The time runs from the moment before it writes "
            + "an event. The scripts wait: with PbxEvents in Wait-PbxCall, with the plain client in Wait-Event.");
        return [section];
    }
}
