using System.Text;
using PbxEvents.Module.Views;

namespace PbxEvents.Module.Watching;

/// <summary>
/// One line of a live view: pieces of text, each at its column. A terminal may take another width for a rare character than
/// we do; a column that is gone to, not counted up to, stays where it belongs.
/// </summary>
internal sealed class LiveLine
{
    private readonly List<(int Column, LiveText Text)> _pieces = [];

    /// <summary>The pieces from left to right; the first column is 0.</summary>
    public IReadOnlyList<(int Column, LiveText Text)> Pieces => _pieces;

    /// <summary>The column after the last piece.</summary>
    public int End { get; private set; }

    /// <summary>Adds a piece.</summary>
    public LiveLine At(int column, LiveText text)
    {
        if (text.Text.Length == 0)
            return this;
        _pieces.Add((column, text));
        End = column + DisplayText.Width(text.Text);
        return this;
    }

    /// <summary>Adds a piece after the last one, if it fits.</summary>
    /// <returns>True when it did.</returns>
    public bool TryAppend(LiveText text, int width, int gap = 2)
    {
        var column = End == 0 ? 0 : End + gap;
        if (column + DisplayText.Width(text.Text) > width)
            return false;
        At(column, text);
        return true;
    }

    /// <summary>The line without colours.</summary>
    /// <returns>Text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        var end = 0;
        foreach (var (column, piece) in _pieces)
        {
            text.Append(' ', Math.Max(0, column - end)).Append(piece.Text);
            end = column + DisplayText.Width(piece.Text);
        }
        return text.ToString();
    }
}
