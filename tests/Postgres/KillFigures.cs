namespace PbxEvents.Tests.Postgres;

/// <summary>What listeners, workers and a server left that were killed again and again.</summary>
/// <param name="Servers">How often the server was killed.</param>
/// <param name="Publishers">How often one that keeps events was.</param>
/// <param name="Workers">How often one that reacts was.</param>
/// <param name="Died">How often a worker ended itself.</param>
/// <param name="Events">How many events are kept.</param>
/// <param name="Lost">How many were said to be kept and are not, as they were.</param>
/// <param name="Twice">How many are kept twice, or out of their order.</param>
/// <param name="NeverRun">For how many the action never succeeded, that are not dead letters.</param>
/// <param name="OutOfOrder">How many ran before an older one of their call.</param>
/// <param name="Repeats">How often the action succeeded once more.</param>
/// <param name="MostRepeats">How many could: one of each slot that was busy at a kill.</param>
/// <param name="Dead">How many dead letters there are.</param>
/// <param name="WronglyDead">How many are dead that should not be, or should be and are not.</param>
internal sealed record KillFigures(
    int Servers, int Publishers, int Workers, int Died, long Events, long Lost, long Twice, int NeverRun, int OutOfOrder, int Repeats, int MostRepeats, int Dead, int WronglyDead)
{
    /// <summary>What must be so however often it was killed.</summary>
    public bool IsRight => (Lost, Twice, NeverRun, OutOfOrder, WronglyDead) == (0, 0, 0, 0, 0) && Repeats <= MostRepeats && Dead > 0 && Events > 20 * (Servers + Publishers + Workers);

    public override string ToString() =>
        $"server killed {Servers} times, publisher {Publishers}, workers {Workers} ({Died} times they ended themselves), {Events} events: {Lost} lost, {Twice} stored twice, {NeverRun} never run, "
        + $"{OutOfOrder} out of order, {Repeats} repeats (at most {MostRepeats}), {Dead} dead letters, {WronglyDead} wrongly";
}
