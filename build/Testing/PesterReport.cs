using System.Globalization;
using System.Text.RegularExpressions;

namespace PbxEvents.Build.Testing;

/// <summary>Reads what the Pester run printed.</summary>
internal static partial class PesterReport
{
    private const int TailLines = 40;

    /// <summary>Takes the counts from the closing line; a run without one broke off.</summary>
    /// <param name="output">What the run printed.</param>
    /// <param name="ending">How the run ended, when not with exit code 0; else null.</param>
    public static SuiteResult Read(IReadOnlyList<string> output, string? ending)
    {
        var result = Count(output, ending);
        result = result with { LeftOut = [.. output.Select(line => Skipped().Match(line)).Where(m => m.Success).Select(m => m.Groups[1].Value)] };
        return result.Failed == 0 ? result : result with { Details = [.. result.Details, .. Failures(output)] };
    }

    private static SuiteResult Count(IReadOnlyList<string> output, string? ending)
    {
        var match = output.Select(line => Closing().Match(line)).LastOrDefault(m => m.Success);
        if (match is null)
            return new SuiteResult(0, 0, 0).With($"The run broke off ({ending ?? "exit code 0"}).");
        var result = new SuiteResult(Number(match, 1), Number(match, 2), Number(match, 3));
        if (result.Passed + result.Failed == 0)
            return result.With($"No test was run ({ending ?? "exit code 0"}).");
        return ending is not null && result.Failed == 0 ? result.With($"No test failed, and yet: {ending}.") : result;
    }

    /// <summary>The lines of the tests that failed, each with what follows it; where none tells why the run ended, the end of the output.</summary>
    private static List<string> Failures(IReadOnlyList<string> output)
    {
        var lines = new List<string>();
        var isFailure = false;
        foreach (var line in output)
        {
            if (Heading().Match(line) is { Success: true } heading)
                isFailure = heading.ValueSpan.EndsWith("[-]");
            if (isFailure)
                lines.Add(line);
        }
        return lines.Count > 0 && output.Any(Closing().IsMatch) ? lines : [.. lines, .. output.Skip(output.Count - TailLines)];
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    // What starts something else: a test, a block, a file, the end.
    [GeneratedRegex(@"^\s*(\[[-+!?]\]|Describing |Context |Running tests from |Tests completed |PESTER )")]
    private static partial Regex Heading();

    // Its name and reason, without the time.
    [GeneratedRegex(@"^\s*\[!\] (.*?)( [\d.]+m?s)?\s*$")]
    private static partial Regex Skipped();

    [GeneratedRegex(@"^PESTER passed=(\d+) failed=(\d+) skipped=(\d+)\s*$")]
    private static partial Regex Closing();
}
