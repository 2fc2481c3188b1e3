using System.Text;

namespace PbxEvents.Benchmarks.Report;

/// <summary>The results as text: the same Markdown tables on the screen and in results.md.</summary>
internal static class ResultsPage
{
    /// <summary>One section.</summary>
    public static string Render(Section section)
    {
        var text = new StringBuilder($"## {section.Title}\n\n");
        if (section.Rows.Count > 0)
            text.Append(Table(section.Columns, section.Rows)).Append('\n');
        foreach (var aim in section.Aims)
            text.Append($"- **{(aim.IsMet ? "met" : "NOT MET")}**: {aim.Text}; measured {aim.Measured}.{(aim.IsMet || aim.WhyNot is null ? "" : " " + aim.WhyNot)}\n");
        if (section.Aims.Count > 0)
            text.Append('\n');
        foreach (var note in section.Notes)
            text.Append(note).Append("\n\n");
        return text.ToString();
    }

    /// <summary>The whole page.</summary>
    public static string Render(IReadOnlyList<(string Name, string Value)> machine, IReadOnlyList<Section> sections)
    {
        var text = new StringBuilder("# Benchmark results\n\nWritten by `./build.sh bench`. Ratios are from rounds of one run, medians over alternating rounds; absolute\n"
            + "figures are those of this machine. What each row means and how it is measured stands beside it.\n\n");
        foreach (var (name, value) in machine)
            text.Append($"- {name}: {value}\n");
        var aims = sections.SelectMany(s => s.Aims.Select(a => new[] { s.Title, a.Text, a.Measured, a.IsMet ? "yes" : "**no**" })).ToList();
        text.Append($"\n## Aims\n\n{aims.Count(a => a[3] == "yes")} of {aims.Count} are met.\n\n").Append(Table(["Row", "Aim", "Measured", "Met"], aims)).Append('\n');
        foreach (var section in sections)
            text.Append(Render(section));
        return text.ToString().TrimEnd() + "\n";
    }

    private static string Table(IReadOnlyList<string> heads, IReadOnlyList<string[]> rows)
    {
        var widths = heads.Select((h, i) => Math.Max(3, Math.Max(h.Length, rows.Select(r => r[i].Length).DefaultIfEmpty().Max()))).ToArray();
        var text = new StringBuilder();
        Line(heads);
        Line([.. widths.Select(w => new string('-', w))]);
        foreach (var row in rows)
            Line(row);
        return text.ToString();

        void Line(IReadOnlyList<string> cells) =>
            text.Append("| ").AppendJoin(" | ", cells.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))).Append(" |\n");
    }
}
