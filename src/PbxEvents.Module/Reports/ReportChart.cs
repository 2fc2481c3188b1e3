using System.Globalization;
using System.Text;

namespace PbxEvents.Module.Reports;

/// <summary>Pictures of figures, as SVG in a page. What they show stands in a table too.</summary>
internal static class ReportChart
{
    private const int Width = 960;
    private const int Height = 260;
    private const int Left = 44;
    private const int Top = 14;
    private const int Bottom = 28;

    /// <summary>Inbound calls over time, one column for each hour or day.</summary>
    /// <param name="columns">The columns with their labels.</param>
    /// <param name="title">What it shows.</param>
    public static string OverTime(IReadOnlyList<(string Label, PbxCallFigures Figures)> columns, string title)
    {
        var top = Ceiling(columns.Max(c => c.Figures.Inbound));
        var room = Height - Top - Bottom;
        var step = (Width - Left) / (double)columns.Count;
        var every = (int)Math.Ceiling(columns.Max(c => c.Label.Length) * 8 / step);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html.Text(title)}\">\n");
        for (var line = 0; line <= 4; line++)
        {
            var y = Top + room - (room * line / 4);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{y}\" y2=\"{y}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{y + 4}\" text-anchor=\"end\">{top * line / 4}</text>\n");
        }
        for (var i = 0; i < columns.Count; i++)
        {
            var (label, f) = columns[i];
            var x = Left + (step * i);
            var y = (double)(Top + room);
            foreach (var (name, count) in Parts(f))
            {
                var height = room * count / (double)top;
                y -= height;
                svg.Append(CultureInfo.InvariantCulture,
                    $"<rect class=\"{name}\" x=\"{x + (step * 0.15):0.##}\" y=\"{y:0.##}\" width=\"{step * 0.7:0.##}\" height=\"{height:0.##}\"><title>{Html.Text(label)}: {count} {name}</title></rect>");
            }
            if (i % every == 0)
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + (step / 2):0.##}\" y=\"{Height - 8}\" text-anchor=\"middle\">{Html.Text(label)}</text>");
            svg.Append('\n');
        }
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The inbound calls of one group as a bar, as long as it is beside the largest.</summary>
    public static string Bar(PbxCallFigures figures, long largest)
    {
        var svg = new StringBuilder("<svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        var x = 0.0;
        foreach (var (name, count) in Parts(figures))
        {
            var width = 100.0 * count / Math.Max(1, largest);
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{name}\" x=\"{x:0.##}\" y=\"0\" width=\"{width:0.##}\" height=\"8\"/>");
            x += width;
        }
        return svg.Append("</svg>").ToString();
    }

    private static IEnumerable<(string Name, long Count)> Parts(PbxCallFigures f) =>
        new[] { ("answered", f.Answered), ("unreached", f.Unreached), ("unknown", f.Unknown) }.Where(p => p.Item2 > 0);

    /// <summary>The least number of four equal and round steps that holds a count.</summary>
    private static long Ceiling(long count)
    {
        for (var step = 1L; ; step *= 10)
        {
            foreach (var factor in (int[])[1, 2, 5])
            {
                if (step * factor * 4 >= count)
                    return step * factor * 4;
            }
        }
    }
}
