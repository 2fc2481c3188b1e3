using System.Globalization;
using System.Text;

namespace PbxEvents.Benchmarks.Report;

/// <summary>One curve: what an event costs as something grows.</summary>
/// <param name="Title">What grows.</param>
/// <param name="Points">How much of it, and microseconds of processor time for an event.</param>
internal sealed record Curve(string Title, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Curves beside each other as SVG: sizes on a logarithmic axis, cost on a linear one. A flat line is linear growth.</summary>
internal static class Plot
{
    private const int Width = 300, Height = 220, Left = 46, Right = 16, Top = 40, Bottom = 40;

    public static string Render(IReadOnlyList<Curve> curves)
    {
        var svg = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width * curves.Count}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"11\">\n"
            + $"<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"));
        for (var i = 0; i < curves.Count; i++)
            Draw(svg, curves[i], i * Width);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Draw(StringBuilder svg, Curve curve, int offset)
    {
        var least = Math.Log10(curve.Points.Min(p => p.X));
        var span = Math.Max(1, Math.Log10(curve.Points.Max(p => p.X)) - least);
        var top = Nice(curve.Points.Max(p => p.Y) * 1.15);
        double PlaceX(double x) => offset + Left + (Math.Log10(x) - least) / span * (Width - Left - Right);
        double PlaceY(double y) => Height - Bottom - y / top * (Height - Top - Bottom);

        Add($"<text x=\"{offset + Left}\" y=\"18\" font-weight=\"bold\">{curve.Title}</text>");
        Add($"<text x=\"{offset + Left}\" y=\"32\" fill=\"#555\">CPU per event, us</text>");
        for (var step = 0; step <= 4; step++)
        {
            var y = top * step / 4;
            Add($"<line x1=\"{offset + Left}\" x2=\"{offset + Width - Right}\" y1=\"{PlaceY(y):0.0}\" y2=\"{PlaceY(y):0.0}\" stroke=\"#ddd\"/>");
            Add($"<text x=\"{offset + Left - 6}\" y=\"{PlaceY(y) + 4:0.0}\" text-anchor=\"end\">{y:0.##}</text>");
        }
        foreach (var (x, y) in curve.Points)
        {
            Add($"<text x=\"{PlaceX(x):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{x:#,0}</text>");
            Add($"<circle cx=\"{PlaceX(x):0.0}\" cy=\"{PlaceY(y):0.0}\" r=\"3\" fill=\"#1f5fa8\"/>");
        }
        var line = string.Join(' ', curve.Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{PlaceX(p.X):0.0},{PlaceY(p.Y):0.0}")));
        Add($"<polyline points=\"{line}\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"2\"/>");

        void Add(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>The next larger of 1, 2 and 5 times a power of ten.</summary>
    private static double Nice(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        foreach (var step in (double[])[1, 2, 5])
        {
            if (value <= step * power)
                return step * power;
        }
        return 10 * power;
    }
}
