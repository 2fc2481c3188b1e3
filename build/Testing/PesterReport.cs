using System.Globalization;
using System.Text.RegularExpressions;

namespace PbxEvents.Build.Testing;

/// <summary>Reads what the Pester run printed.</summary>
internal static partial class PesterReport
{
    private const int DetailLines = 80;

    /// <summary>Takes the counts from the closing line; a run without one broke off.</summary>
    /// <param name="output">What the run printed.</param>
    /// <param name="ending">How the run ended, when not with exit code 0; else null.</param>
    public static SuiteResult Read(IReadOnlyList<string> output, string? ending)
    {
        var result = Count(output, ending);
        return result.Failed == 0 ? result : result with { Details = [.. result.Details, .. output.Skip(output.Count - DetailLines)] };
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

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^PESTER passed=(\d+) failed=(\d+) skipped=(\d+)\s*$")]
    private static partial Regex Closing();
}
