using System.Xml;
using System.Xml.Linq;

namespace PbxEvents.Build.Testing;

/// <summary>Reads the result file of a `dotnet test` run.</summary>
internal static class TrxReport
{
    private const int StackLines = 6;
    private const int TailLines = 12;

    /// <summary>Counts the results one by one: the file's own counters leave skipped tests out.</summary>
    /// <param name="trx">The file's text, or null when the run left none.</param>
    /// <param name="ending">How the run ended, when not with exit code 0; else null.</param>
    /// <param name="output">What the run printed: its end says which test was running when the run broke off.</param>
    public static SuiteResult Read(string? trx, string? ending, IReadOnlyList<string> output)
    {
        var result = new SuiteResult(0, 0, 0);
        var tail = string.Join('\n', output.Skip(output.Count - TailLines));
        if (trx is null)
            return result.With($"The run left no result file ({ending ?? "exit code 0"}).\n{tail}");
        XDocument document;
        try
        {
            document = XDocument.Parse(trx);
        }
        catch (XmlException e)
        {
            return result.With($"The result file cannot be read: {e.Message}");
        }

        var tests = document.Descendants().Where(e => e.Name.LocalName == "UnitTestResult").ToList();
        var failed = tests.Where(t => Outcome(t) is not "Passed" and not "NotExecuted").ToList();
        result = new SuiteResult(tests.Count(t => Outcome(t) == "Passed"), failed.Count, tests.Count(t => Outcome(t) == "NotExecuted"))
        {
            Details = [.. failed.Select(Describe)],
            LeftOut = [.. tests.Where(t => Outcome(t) == "NotExecuted").Select(t => $"{t.Attribute("testName")?.Value}: {Text(t, "Message")}")],
        };
        if (result.Passed + result.Failed == 0)
            return result.With($"No test was run ({ending ?? "exit code 0"}).\n{tail}");
        // Every test that ended may have passed, and yet the host died before the others began.
        return ending is not null && result.Failed == 0 ? result.With($"The run broke off ({ending}).\n{tail}") : result;
    }

    private static string? Outcome(XElement test) => test.Attribute("outcome")?.Value;

    private static string Describe(XElement test)
    {
        var stack = Text(test, "StackTrace").Split('\n').Take(StackLines);
        return $"{test.Attribute("testName")?.Value}\n{Text(test, "Message")}\n{string.Join('\n', stack)}".TrimEnd();
    }

    private static string Text(XElement test, string name) =>
        test.Descendants().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim() ?? "";
}
