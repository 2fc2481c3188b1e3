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

    [Fact(DisplayName = "shows the end of the output when a test failed")]
    public void ShowsOutputOfFailure()
    {
        var result = PesterReport.Read(["[-] rings", "PESTER passed=1 failed=1 skipped=0"], "exit code 1");

        Assert.Equal("1 passed, 1 failed, 0 skipped", result.Counts);
        Assert.Contains("[-] rings", result.Details);
    }

    [Theory(DisplayName = "a run without a closing line, or without a test, or with an exit code that contradicts it, has failed")]
    [InlineData("Import-Module: not found", "exit code 1", "0 passed, 1 failed, 0 skipped")]
    [InlineData("Import-Module: not found", null, "0 passed, 1 failed, 0 skipped")]
    [InlineData("PESTER passed=0 failed=0 skipped=4", null, "0 passed, 1 failed, 4 skipped")]
    [InlineData("PESTER passed=5 failed=0 skipped=0", "did not end in time", "5 passed, 1 failed, 0 skipped")]
    public void BrokenRunFails(string line, string? ending, string counts) =>
        Assert.Equal(counts, PesterReport.Read([line], ending).Counts);
}
