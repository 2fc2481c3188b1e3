using System.Globalization;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>The first Open-PbxJournal of a process: loading the store, compiling, the native library, the new file.</summary>
internal sealed class JournalStartRow : IRow
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public string Name => "journalstart";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        if (setup.PowerShell.Count == 0)
            return [Section.LeftOut("The first Open-PbxJournal", "there is no PowerShell")];
        var module = Path.Combine(setup.Root, "out", "PbxEvents");
        List<double> import = [], open = [];
        for (var round = -1; round < setup.Rounds + 2; round++)
        {
            using var child = setup.StartPowerShell("the first Open-PbxJournal", "Journal.ps1", "-ModulePath", module);
            var words = (await child.ReadAsync("took", Limit)).Split(' ');
            if (round < 0)
                continue;
            import.Add(double.Parse(words[1], CultureInfo.InvariantCulture));
            open.Add(double.Parse(words[2], CultureInfo.InvariantCulture));
        }
        var section = new Section("The first Open-PbxJournal", "In a fresh pwsh", "median");
        section.Rows.Add(["Import-Module", Figures.Milli(import.Median())]);
        section.Rows.Add(["Open-PbxJournal of a new file", Figures.Milli(open.Median())]);
        section.Aims.Add(new Aim("the first Open-PbxJournal under 200 ms", Figures.Milli(open.Median()), open.Median() < 200));
        return [section];
    }
}
