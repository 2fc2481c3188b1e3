using PbxEvents.Build.Testing;

namespace PbxEvents.Tests.Unit.Build;

/// <summary>What a Pester run is counted from.</summary>
public sealed class PesterReportTests
{
    [Fact(DisplayName = "takes the counts from the closing line")]
    public void TakesClosingLine()
    {
        var result = PesterReport.Read(["Tests completed", "PESTER passed=12 failed=0 skipped=3", ""], ending: null);

        Assert.Equal("12 passed, 0 failed, 3 skipped", result.Counts);
        Assert.Empty(result.Details);
    }

    [Fact(DisplayName = "shows the tests that failed, with what they say, and no others")]
    public void ShowsFailures()
    {
        string[] output =
        [
            "Describing calls", "  [+] starts 1ms", "  [-] rings 5ms", "   Expected 1, but got 2.", "  [+] ends 1ms", "  [-] parks 2ms", "   no",
            "Describing queues", "PESTER passed=2 failed=2 skipped=0",
        ];

        var result = PesterReport.Read(output, "exit code 1");

        Assert.Equal("2 passed, 2 failed, 0 skipped", result.Counts);
        Assert.Equal(["  [-] rings 5ms", "   Expected 1, but got 2.", "  [-] parks 2ms", "   no"], result.Details);
    }

    [Fact(DisplayName = "names the tests that were skipped, and why")]
    public void NamesSkipped()
    {
        string[] output = ["Describing help", "  [!] is fresh, because PlatyPS is not here 1ms", "  [!] is old 1.02s", "PESTER passed=1 failed=0 skipped=2"];

        Assert.Equal(["is fresh, because PlatyPS is not here", "is old"], PesterReport.Read(output, ending: null).LeftOut);
    }

    [Fact(DisplayName = "shows the end of the output when no failed test is named in it")]
    public void ShowsEnd() =>
        Assert.Contains("Import-Module: not found", PesterReport.Read(["Import-Module: not found"], "exit code 1").Details);

    [Fact(DisplayName = "shows the end of a run that broke off besides the tests that had failed")]
    public void ShowsEndOfBrokenRun() =>
        Assert.Equal(
            ["The run broke off (exit code 134).", "  [-] rings 5ms", "  [-] rings 5ms", "  [+] ends 1ms", "Unhandled exception."],
            PesterReport.Read(["  [-] rings 5ms", "  [+] ends 1ms", "Unhandled exception."], "exit code 134").Details);

    [Theory(DisplayName = "a run without a closing line, or without a test, or with an exit code that contradicts it, has failed")]
    [InlineData("Import-Module: not found", "exit code 1", "0 passed, 1 failed, 0 skipped")]
    [InlineData("Import-Module: not found", null, "0 passed, 1 failed, 0 skipped")]
    [InlineData("PESTER passed=0 failed=0 skipped=4", null, "0 passed, 1 failed, 4 skipped")]
    [InlineData("PESTER passed=5 failed=0 skipped=0", "did not end in time", "5 passed, 1 failed, 0 skipped")]
    public void BrokenRunFails(string line, string? ending, string counts) =>
        Assert.Equal(counts, PesterReport.Read([line], ending).Counts);
}
