using System.Text.RegularExpressions;

namespace PbxEvents.Module.Reports;

/// <summary>
/// Cells of a CSV file that a spreadsheet opens. What others say of themselves must not become a formula there: some spreadsheets pass over
/// blanks before it, and take its wide form. A plus before digits alone is a number and stays as it is.
/// </summary>
internal static partial class CsvText
{
    /// <summary>A line of cells.</summary>
    public static string Line(IEnumerable<string?> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";

    private static string Cell(string? text)
    {
        var shown = VisibleText.OfValue(text ?? "");
        var safe = Formula().IsMatch(shown) && !Number().IsMatch(shown) ? $"'{shown}" : shown;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    [GeneratedRegex(@"^[\s\p{C}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]")]
    private static partial Regex Formula();

    [GeneratedRegex(@"^\+[0-9]+\z")]
    private static partial Regex Number();
}
