using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using PbxEvents.Module.Reports;

namespace PbxEvents.Tests.Unit.Reports;

/// <summary>What callers and platforms say stays text in a report, whatever it is, and its figures are those that were counted.</summary>
public sealed class ReportTextTests
{
    private static readonly TimeSpan Level = TimeSpan.FromSeconds(20);

    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>", "</style></title></table>", "' onmouseover='x", "&lt;b&gt;", "=1+1", "+1+1", "-1", "@SUM(A1)",
        "\t=1+1", " =1+1", "\uff1d1+1", "\u202e4321", "a\r\nb,c;d\te", "\"\"\"", "=cmd|' /C calc'!A0", "+45-1", "", "\0",
    ];

    private static readonly Gen<string> GenText = Gen.OneOf<string>(Gen.OneOf(Hostile), Gen.Char.Array[0, 20].Select(c => new string(c)).Where(t => !t.Any(c => char.IsSurrogate(c) || c >= '\ufffe')));

    [Fact(DisplayName = "a page is well-formed, has no element and no attribute that others wrote, and shows their texts as they are")]
    public void Page() => Gen.Select(GenText, GenText, GenText, GenText).Sample((name, number, queue, title) =>
    {
        var page = new HtmlReport(Make(title, Call(name, number, queue)), c => c.FromName).Write();
        var main = XElement.Parse(
            page[page.IndexOf("<main>", StringComparison.Ordinal)..(page.IndexOf("</main>", StringComparison.Ordinal) + 7)], LoadOptions.PreserveWhitespace);
        string[] known = ["main", "h1", "h2", "p", "dl", "div", "dt", "dd", "svg", "line", "text", "rect", "title", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "bdi"];
        Assert.Empty(main.DescendantsAndSelf().Select(e => e.Name.LocalName).Except(known));
        Assert.DoesNotContain(main.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase) || a.Name.LocalName is "href" or "src" or "style");
        var words = main.Descendants("bdi").Select(e => e.Value).ToArray();
        foreach (var text in new[] { name, number, queue }.Where(t => t.Length > 0))
            Assert.Contains(VisibleText.OfValue(text), words);
        Assert.Equal(VisibleText.OfValue(title), main.Element("h1")!.Value);
    });

    [Fact(DisplayName = "a page may load nothing and run nothing, and its policy names its own style")]
    public void Policy()
    {
        var page = new HtmlReport(Make(null, Call("Anna", "+4520123456", "4020")), c => c.FromName).Write();
        var style = Regex.Match(page, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        Assert.Contains($"content=\"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'\"", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script|http:|https:|url\\(|@import| style=", page);
        Assert.Contains("<h1>Calls, 2026-11-30</h1>", page, StringComparison.Ordinal);
    }

    [Fact(DisplayName = "no cell of a CSV file is a formula, a number with its plus stays one, and every text comes back whole")]
    public void Csv() => Gen.Select(GenText, GenText).Sample((queue, name) =>
    {
        var rows = Parse(CsvReport.Write(Make(null, Call("x", "y", queue) with { QueueName = name })));
        var row = Assert.Single(rows, r => r[0] == "Queue");
        foreach (var (cell, text) in new[] { (row[1], queue), (row[2], name) })
        {
            var shown = VisibleText.OfValue(text);
            Assert.True(cell == shown || cell == $"'{shown}", $"'{cell}' is not '{shown}'");
            var bare = new string([.. cell.SkipWhile(c => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate)]);
            Assert.False(bare.Length > 0 && "=+-@\uff1d\uff0b\uff0d\uff20".Contains(bare[0], StringComparison.Ordinal) && !Regex.IsMatch(bare, @"^\+[0-9]+\z"), cell);
        }
    });

    [Theory(DisplayName = "a telephone number is shown as it is")]
    [InlineData("+4520123456", "+4520123456")]
    [InlineData("20123456", "20123456")]
    [InlineData("+45-1", "'+45-1")]
    [InlineData("-1", "'-1")]
    [InlineData("=1", "'=1")]
    [InlineData("@x", "'@x")]
    public void Numbers(string number, string cell) =>
        Assert.Equal(cell, Assert.Single(Parse(CsvReport.Write(Make(null, Call("x", "y", number)))), r => r[0] == "Queue")[1]);

    [Fact(DisplayName = "the figures in page and file are those that were counted")]
    public void Figures()
    {
        var call = Call("Anna", "+4520123456", "4020");
        var answered = call with { CallId = "2", AnsweredAt = call.StartedAt.AddSeconds(7), Outcome = PbxOutcome.Answered, EndedAt = call.StartedAt.AddSeconds(99) };
        var report = Make(null, call, answered);
        string[] expected = ["2", "2", "0", "0", "1", "1", "0", "1", "50.0", "34", "21", "92"];
        foreach (var row in Parse(CsvReport.Write(report)).Skip(1))
            Assert.Equal(expected, row[3..]);
        var main = XElement.Parse(Regex.Match(new HtmlReport(report, c => c.FromName).Write(), "<main>.*</main>", RegexOptions.Singleline).Value);
        Assert.Equal(["2", "2", "1", "1", "50.0 %", "0:34", "0:20"], main.Element("dl")!.Descendants("dd").Select(e => e.Value));
        Assert.All(main.Elements("div").SelectMany(d => d.Descendants("table")).SkipLast(1).SelectMany(t => t.Element("tbody")!.Elements("tr")), r =>
            Assert.Equal(["2", "1", "1", "50.0 %", "0:34", "0:20"], r.Elements("td").Where(d => d.Attribute("class")?.Value == "number").Select(d => d.Value)));

        // The bars are as long as the figures are large: one answered and one lost of the two, of a picture whose axis ends at four.
        var bars = main.Descendants("svg").First().Descendants("rect").Select(r => double.Parse(r.Attribute("height")!.Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal([218 / 4.0, 218 / 4.0], bars);
    }

    private static CallReport Make(string? title, params PbxCall[] calls)
    {
        var meter = new CallMeter(Level, TimeZoneInfo.Utc);
        Array.ForEach(calls, meter.Add);
        return CallReport.Make(meter, title, Level, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch);
    }

    private static PbxCall Call(string name, string number, string queue) => new()
    {
        CallId = "1",
        Direction = PbxDirection.Inbound,
        From = number,
        FromName = name,
        To = number,
        Queue = queue,
        Extension = number,
        ExtensionName = name,
        State = PbxCallState.Ended,
        Outcome = PbxOutcome.Abandoned,
        StartedAt = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero),
        EndedAt = new DateTimeOffset(2026, 11, 30, 12, 0, 34, TimeSpan.Zero),
    };

    /// <summary>Reads CSV as RFC 4180 has it.</summary>
    private static List<string[]> Parse(string text)
    {
        var rows = new List<string[]>();
        var cells = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            Assert.Equal('"', text[at]);
            var cell = new StringBuilder();
            for (at++; text[at] != '"' || text[at + 1] == '"'; at++)
                cell.Append(text[at] == '"' ? text[at++] : text[at]);
            cells.Add(cell.ToString());
            at++;
            if (text[at] == ',')
            {
                at++;
                continue;
            }
            Assert.Equal("\r\n", text.Substring(at, 2));
            at += 2;
            rows.Add([.. cells]);
            cells.Clear();
        }
        return rows;
    }
}
