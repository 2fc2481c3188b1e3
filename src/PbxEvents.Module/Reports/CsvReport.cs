using System.Globalization;
using System.Text;

namespace PbxEvents.Module.Reports;

/// <summary>A report as comma-separated values: a line for all calls, then one for each hour or day, queue and extension.</summary>
internal static class CsvReport
{
    /// <summary>The whole file.</summary>
    public static string Write(CallReport report)
    {
        var hours = new HourText(report.Zone);
        var text = new StringBuilder(CsvText.Line(
        [
            "By", "Key", "Name", nameof(PbxCallFigures.Calls), nameof(PbxCallFigures.Inbound), nameof(PbxCallFigures.Outbound), nameof(PbxCallFigures.Internal),
            nameof(PbxCallFigures.Answered), nameof(PbxCallFigures.Unreached), nameof(PbxCallFigures.Unknown), nameof(PbxCallFigures.AnsweredInTime),
            "ServiceLevelPercent", "LongestWaitSeconds", "AverageWaitSeconds", "TalkSeconds",
        ]));
        text.Append(Line("All", null, null, report.Total));
        foreach (var f in report.Times)
            text.Append(f.Day is { } day ? Line("Day", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), null, f) : Line("Hour", hours.Long(f.Hour!.Value), null, f));
        foreach (var f in report.Queues)
            text.Append(Line("Queue", f.Queue, f.QueueName, f));
        foreach (var f in report.Extensions)
            text.Append(Line("Extension", f.Extension, f.ExtensionName, f));
        return text.ToString();
    }

    private static string Line(string by, string? key, string? name, PbxCallFigures f) => CsvText.Line(
    [
        by, key, name, Text(f.Calls), Text(f.Inbound), Text(f.Outbound), Text(f.Internal), Text(f.Answered), Text(f.Unreached), Text(f.Unknown), Text(f.AnsweredInTime),
        f.ServiceLevel?.ToString("0.0", CultureInfo.InvariantCulture), Seconds(f.LongestWait), Seconds(f.AverageWait), Seconds(f.TalkTime),
    ]);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Seconds(TimeSpan? span) => span?.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
}
