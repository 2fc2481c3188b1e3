using PbxEvents.Module.Views;

namespace PbxEvents.Module.Watching;

/// <summary>
/// Lays out rows in a terminal of any width: the columns of least rank that fit, each as wide as its texts were so far, so
/// that nothing jumps when a row goes.
/// </summary>
/// <param name="columns">The columns from left to right.</param>
/// <param name="glyphs">The signs.</param>
internal sealed class LiveTable<T>(IReadOnlyList<LiveColumn<T>> columns, Glyphs glyphs)
{
    private const int Gap = 2;

    /// <summary>A telephone number of another country.</summary>
    private const int Comfortable = 13;

    private readonly int[] _seen = new int[columns.Count];
    private int _width;

    /// <summary>The heading and the rows.</summary>
    /// <param name="rows">The rows, and what stands in the margin before each.</param>
    /// <param name="margin">The width of the margin.</param>
    /// <param name="width">The terminal's width.</param>
    public IEnumerable<LiveLine> Render(IReadOnlyList<(LiveText Margin, T Row)> rows, int margin, int width)
    {
        if (width != _width)
            Array.Clear(_seen);
        _width = width;
        var cells = rows.Select(r => columns.Select(c => c.Value(r.Row)).ToArray()).ToArray();
        for (var i = 0; i < columns.Count; i++)
            _seen[i] = Math.Max(_seen[i], cells.Select(c => DisplayText.Width(c[i].Text)).DefaultIfEmpty(0).Max());

        var places = Place(width - margin);
        yield return MakeLine(new LiveText(""), margin, places, i => new LiveText(columns[i].Title, Tone.Dim));
        for (var r = 0; r < rows.Count; r++)
        {
            var row = r;
            yield return MakeLine(rows[r].Margin, margin, places, i => cells[row][i]);
        }
    }

    /// <returns>The columns that are shown, with their widths.</returns>
    private List<(int Index, int Width)> Place(int room)
    {
        var shown = Enumerable.Range(0, columns.Count).Where(i => !columns[i].IsOptional || _seen[i] > 0).ToList();
        while (shown.Count > 1 && shown.Sum(LeastWidth) + ((shown.Count - 1) * Gap) > room)
            shown.Remove(shown.MaxBy(i => columns[i].Rank));

        var widths = shown.ToDictionary(i => i, i => Math.Min(LeastWidth(i), room));
        var left = room - widths.Values.Sum() - ((shown.Count - 1) * Gap);

        // First every column gets what a number takes, then the first ones all that their texts do.
        foreach (var limit in (int[])[Comfortable, int.MaxValue])
        {
            foreach (var i in shown.OrderBy(i => columns[i].Rank))
            {
                var more = Math.Clamp(Math.Min(WantedWidth(i), limit) - widths[i], 0, Math.Max(0, left));
                widths[i] += more;
                left -= more;
            }
        }
        return shown.ConvertAll(i => (i, widths[i]));
    }

    private int WantedWidth(int i) =>
        Math.Clamp(Math.Max(_seen[i], DisplayText.Width(columns[i].Title)), columns[i].MinWidth, columns[i].MaxWidth);

    private int LeastWidth(int i) => Math.Min(columns[i].MinWidth, WantedWidth(i));

    private LiveLine MakeLine(LiveText mark, int margin, List<(int Index, int Width)> places, Func<int, LiveText> cell)
    {
        var line = new LiveLine().At(0, mark with { Text = DisplayText.Fit(mark.Text, _width, "") });
        var column = margin;
        foreach (var (index, width) in places)
        {
            var text = cell(index);
            var fitted = DisplayText.Fit(text.Text, width, glyphs.Ellipsis);
            var indent = columns[index].IsRightAligned ? width - DisplayText.Width(fitted) : 0;
            line.At(column + indent, text with { Text = fitted });
            column += width + Gap;
        }
        return line;
    }
}
