namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What one load run was, in figures.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Events">How many engine events were raised; the subscription's action ran for each that was of a call.</param>
/// <param name="SlowActions">How many of the actions were slow.</param>
/// <param name="Elapsed">From the first call to the last action.</param>
/// <param name="Waits">How many waits for nothing there were meanwhile.</param>
/// <param name="MedianLate">How many milliseconds later than asked they came back, at the middle one.</param>
/// <param name="MostLateWait">The same at the worst one.</param>
/// <param name="MostLateSeen">The worst one by the script's own clock, with the actions that PowerShell runs between two statements.</param>
/// <param name="Reconnects">How many links were lost.</param>
internal sealed record LoadFigures(
    string Platform, int Events, int SlowActions, TimeSpan Elapsed, int Waits, double MedianLate, double MostLateWait, double MostLateSeen, int Reconnects)
{
    /// <summary>So many milliseconds later than asked a wait may come back, beside the action that runs.</summary>
    public const double MostLate = 300;

    /// <summary>What was wrong, a line each; empty when all was well.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public override string ToString() =>
        $"{Platform} load: {Events} engine events and {SlowActions} slow actions in {Elapsed.TotalSeconds:0} s, {Reconnects} reconnects, "
        + $"{Waits} waits {MedianLate:0} ms late, {MostLateWait:0} ms at worst, {MostLateSeen:0} ms as the script sees it";
}
