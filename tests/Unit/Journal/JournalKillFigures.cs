namespace PbxEvents.Tests.Unit.Journal;

/// <summary>What a process left that kept events and reacted to them, and was killed again and again.</summary>
/// <param name="Kills">How often it was killed.</param>
/// <param name="Died">How often it ended itself.</param>
/// <param name="Events">How many events are kept.</param>
/// <param name="AckedLost">How many it had said were kept, and are not there as they were.</param>
/// <param name="NeverRun">For how many the action never succeeded, that are not dead letters.</param>
/// <param name="OutOfOrder">How many ran before an older one of their call.</param>
/// <param name="Repeats">How often the action succeeded once more.</param>
/// <param name="Dead">How many dead letters there are, all of them rightly and after their last try.</param>
/// <param name="WronglyDead">How many are dead that should not be, or not after their last try, or should be and are not.</param>
internal sealed record JournalKillFigures(int Kills, int Died, long Events, long AckedLost, int NeverRun, int OutOfOrder, int Repeats, int Dead, int WronglyDead)
{
    public static JournalKillFigures Sum(IReadOnlyCollection<JournalKillFigures> all) => new(
        all.Sum(f => f.Kills), all.Sum(f => f.Died), all.Sum(f => f.Events), all.Sum(f => f.AckedLost), all.Sum(f => f.NeverRun), all.Sum(f => f.OutOfOrder),
        all.Sum(f => f.Repeats), all.Sum(f => f.Dead), all.Sum(f => f.WronglyDead));

    public override string ToString() =>
        $"{Kills} kills, {Died} times it ended itself, {Events} events: {AckedLost} kept and lost, {NeverRun} never run, {OutOfOrder} out of order, {Repeats} repeats, "
        + $"{Dead} dead letters, {WronglyDead} wrongly";
}
