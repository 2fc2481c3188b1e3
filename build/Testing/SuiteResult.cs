namespace PbxEvents.Build.Testing;

/// <summary>What came of one suite.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed; a run that broke off or ran nothing counts as one.</param>
/// <param name="Skipped">Tests that were not run.</param>
internal sealed record SuiteResult(int Passed, int Failed, int Skipped)
{
    /// <summary>What failed and how, ready to print.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>The tests that were not run, by name, each with the reason where the suite tells it.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The counts as the closing line has them.</summary>
    public string Counts => $"{Passed} passed, {Failed} failed, {Skipped} skipped";

    /// <summary>Both together.</summary>
    public static SuiteResult operator +(SuiteResult left, SuiteResult right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped)
        {
            Details = [.. left.Details, .. right.Details],
            LeftOut = [.. left.LeftOut, .. right.LeftOut],
        };

    /// <summary>A suite that broke off or ran nothing, on top of what it did.</summary>
    public SuiteResult With(string failure) => this with { Failed = Failed + 1, Details = [.. Details, failure] };
}
