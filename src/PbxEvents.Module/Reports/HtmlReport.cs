using System.Globalization;
using System.Text;
using PbxEvents.Module.Views;
using PbxEvents.Module.Web;

namespace PbxEvents.Module.Reports;

/// <summary>A report as one HTML page that needs nothing else and runs nothing: its policy forbids scripts and anything from elsewhere.</summary>
/// <param name="report">The report.</param>
/// <param name="nameOf">The caller's name; null when nobody knows it.</param>
internal sealed class HtmlReport(CallReport report, Func<PbxCall, string?> nameOf)
{
    private readonly StringBuilder _page = new();
    private readonly HourText _hours = new(report.Zone);

    /// <summary>The whole page.</summary>
    public string Write()
    {
        var style = WebFile.Read("look.css") + WebFile.Read("report.css");
        var title = Html.Text(report.Title ?? (report.From is null ? "Calls" : $"Calls, {Period()}"));
        Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {Html.HashOf(style)}\">\n");
        Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n");
        Add($"<h1>{title}</h1>\n<p class=\"soft\">");
        Add($"{(report.From is null ? "There were no calls." : $"Calls that began {Html.Text(Period())}, by the clock of {Html.Text(report.Zone.Id)}.")} Made {Time(report.MadeAt)}.</p>\n");
        WriteTiles();
        if (report.Times.Count > 0)
            WriteTimes();
        WriteGroups("Queues", "Queue", report.Queues, f => (f.Queue, f.QueueName));
        WriteGroups("Extensions", "Extension", report.Extensions, f => (f.Extension, f.ExtensionName));
        WriteUnreached();
        Add($"</main>\n</body>\n</html>\n");
        return _page.ToString();
    }

    private void WriteTiles()
    {
        var t = report.Total;
        Add($"<dl class=\"tiles\">\n");
        Tile("Calls", Number(t.Calls));
        Tile("Inbound", Number(t.Inbound));
        Tile("Answered", Number(t.Answered));
        Tile("Reached nobody", Number(t.Unreached));
        if (t.Unknown > 0)
            Tile("Not seen whole", Number(t.Unknown));
        Tile($"Answered within {report.ServiceLevel.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s", Percent(t));
        Tile("Longest wait", Clock(t.LongestWait));
        Tile("Average wait", Clock(t.AverageWait));
        Add($"</dl>\n");

        void Tile(string name, string value) => Add($"<div><dt>{Html.Text(name)}</dt><dd>{Html.Text(value)}</dd></div>\n");
    }

    private void WriteTimes()
    {
        var what = report.IsByDay ? "Days" : "Hours";
        var several = report.From!.Value.Date != report.To!.Value.Date;
        Add($"<h2>{what}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chart of inbound calls by {what.ToLowerInvariant()}\">\n");
        Add($"{ReportChart.OverTime([.. report.Times.Select(f => (LabelOf(f, several), f))], $"Inbound calls by {what.ToLowerInvariant()}. The table below has the figures.")}</div>\n");
        Add($"<ul class=\"key soft\">");
        foreach (var (name, text) in new[] { ("answered", "answered"), ("unreached", "reached nobody"), ("unknown", "not seen whole") })
            Add($"<li><svg viewBox=\"0 0 8 8\" aria-hidden=\"true\"><rect class=\"{name}\" width=\"8\" height=\"8\"/></svg> {text}</li>");
        Add($"</ul>\n");
        WriteTable(what, report.IsByDay ? "Day" : "Hour", report.Times, f => Html.Text(LabelOf(f, several)));
    }

    private void WriteGroups(string heading, string column, IReadOnlyList<PbxCallFigures> groups, Func<PbxCallFigures, (string? Key, string? Name)> nameOfGroup)
    {
        if (groups.Count == 0)
            return;
        Add($"<h2>{heading}</h2>\n");
        WriteTable(heading, column, groups, f => nameOfGroup(f) is var (key, name) && name is not null ? $"{Html.Word(key)} {Html.Word(name)}" : Html.Word(nameOfGroup(f).Key));
    }

    private void WriteTable(string heading, string column, IReadOnlyList<PbxCallFigures> rows, Func<PbxCallFigures, string> nameOfRow)
    {
        var largest = rows.Max(f => f.Inbound);
        Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{heading}\">\n<table>\n<thead><tr><th scope=\"col\">{column}</th><th scope=\"col\">Inbound</th>");
        foreach (var name in new[] { "Calls", "Answered", "Reached nobody", "Service level", "Longest wait", "Average wait" })
            Add($"<th scope=\"col\" class=\"number\">{name}</th>");
        Add($"</tr></thead>\n<tbody>\n");
        foreach (var f in rows)
        {
            Add($"<tr><th scope=\"row\" class=\"text\">{nameOfRow(f)}</th><td class=\"bar\">{ReportChart.Bar(f, largest)}</td>");
            foreach (var value in new[] { Number(f.Calls), Number(f.Answered), Number(f.Unreached), Percent(f), Clock(f.LongestWait), Clock(f.AverageWait) })
                Add($"<td class=\"number\">{value}</td>");
            Add($"</tr>\n");
        }
        Add($"</tbody>\n</table>\n</div>\n");
    }

    private void WriteUnreached()
    {
        Add($"<h2>Reached nobody</h2>\n");
        if (report.Unreached.Count == 0)
        {
            Add($"<p>No call.</p>\n");
            return;
        }
        if (report.Unreached.Count < report.Total.Unreached)
            Add($"<p class=\"soft\">The last {report.Unreached.Count} of {report.Total.Unreached}.</p>\n");
        Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Calls that reached nobody\">\n<table>\n<thead><tr>");
        foreach (var name in new[] { "Began", "From", "Name", "To", "Queue", "Extension", "Outcome" })
            Add($"<th scope=\"col\">{name}</th>");
        Add($"<th scope=\"col\" class=\"number\">Waited</th></tr></thead>\n<tbody>\n");
        foreach (var call in report.Unreached)
        {
            Add($"<tr><th scope=\"row\">{Time(TimeZoneInfo.ConvertTime(call.StartedAt, report.Zone))}</th>");
            foreach (var text in new[] { call.From, nameOf(call), call.To, call.QueueName ?? call.Queue, call.Extension, $"{call.Outcome}" })
                Add($"<td class=\"text\">{Html.Word(text)}</td>");
            Add($"<td class=\"number\">{Clock(CallMeter.WaitOf(call))}</td></tr>\n");
        }
        Add($"</tbody>\n</table>\n</div>\n");
    }

    private string LabelOf(PbxCallFigures figures, bool isLong) =>
        figures.Day is { } day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : isLong ? _hours.Long(figures.Hour!.Value) : _hours.Short(figures.Hour!.Value);

    private string Period() => report.From!.Value.Date == report.To!.Value.Date ? Day(report.From.Value) : $"{Day(report.From.Value)} to {Day(report.To.Value)}";

    private void Add(FormattableString html) => _page.Append(html.ToString(CultureInfo.InvariantCulture));

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Percent(PbxCallFigures figures) => figures.ServiceLevel is { } level ? level.ToString("0.0", CultureInfo.InvariantCulture) + " %" : "";

    private static string Clock(TimeSpan? span) => span is { } time ? TimeText.Clock(time) : "";
}
