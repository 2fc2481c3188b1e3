using PbxEvents.Build.Testing;

namespace PbxEvents.Tests.Unit.Build;

/// <summary>What the closing line of a test run is counted from.</summary>
public sealed class TrxReportTests
{
    [Fact(DisplayName = "counts results one by one, skipped ones too, and names these")]
    public void CountsResults()
    {
        var result = TrxReport.Read(Trx(("a", "Passed"), ("b", "Passed"), ("c", "NotExecuted")), null, []);

        Assert.Equal("2 passed, 0 failed, 1 skipped", result.Counts);
        Assert.Empty(result.Details);
        Assert.Equal(["c: because of c"], result.LeftOut);
    }

    [Fact(DisplayName = "names what failed, with its message")]
    public void NamesFailures()
    {
        var result = TrxReport.Read(Trx(("a", "Passed"), ("b", "Failed")), "exit code 1", []);

        Assert.Equal("1 passed, 1 failed, 0 skipped", result.Counts);
        Assert.Contains("b\nbecause of b", Assert.Single(result.Details), StringComparison.Ordinal);
    }

    [Fact(DisplayName = "a run that broke off after passing tests has failed")]
    public void BrokenRunFails()
    {
        var result = TrxReport.Read(Trx(("a", "Passed")), "exit code 134", ["The test running when the crash occurred:", "Some.Test"]);

        Assert.Equal("1 passed, 1 failed, 0 skipped", result.Counts);
        var detail = Assert.Single(result.Details);
        Assert.Contains("exit code 134", detail, StringComparison.Ordinal);
        Assert.Contains("Some.Test", detail, StringComparison.Ordinal);
    }

    [Theory(DisplayName = "a run that tested nothing or cannot be read has failed")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("<TestRun><Results>")]
    [InlineData("<TestRun><Results/></TestRun>")]
    public void EmptyRunFails(string? trx) =>
        Assert.Equal("0 passed, 1 failed, 0 skipped", TrxReport.Read(trx, null, []).Counts);

    [Fact(DisplayName = "a run in which every test was skipped has failed")]
    public void SkippedRunFails() =>
        Assert.Equal("0 passed, 1 failed, 1 skipped", TrxReport.Read(Trx(("a", "NotExecuted")), null, []).Counts);

    private static string Trx(params (string Name, string Outcome)[] tests)
    {
        var results = tests.Select(t => t.Outcome != "Passed"
            ? $"""<UnitTestResult testName="{t.Name}" outcome="{t.Outcome}"><Output><ErrorInfo><Message>because of {t.Name}</Message></ErrorInfo></Output></UnitTestResult>"""
            : $"""<UnitTestResult testName="{t.Name}" outcome="{t.Outcome}" />""");
        return $"""<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>{string.Concat(results)}</Results></TestRun>""";
    }
}
