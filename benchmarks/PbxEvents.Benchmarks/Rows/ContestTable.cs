using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>The rounds of a contest as a table, and the aims that are judged from them. The first contestant is PbxEvents.</summary>
internal static class ContestTable
{
    public const double MostBytes = 1500;

    /// <summary>What sampling found (perf, 100,000 RingCentral events a round): the same for every platform.</summary>
    public const string WhereTimeGoes = "Sampled with perf on RingCentral: of the time a quarter is the collector's, which moves what is kept (the frame, the event, the call as it stood), and a fifth "
        + "is the reading of JSON; the others keep nothing.";

    public static Section Make(string title, IReadOnlyList<Contestant> contestants, Dictionary<string, Round[]> rounds)
    {
        var section = new Section(title, "Contestant", "events/s", "PbxEvents is faster by", "CPU per event", "PbxEvents needs less CPU by", "allocated per event");
        var ours = rounds[contestants[0].Name];
        foreach (var contestant in contestants)
        {
            var theirs = rounds[contestant.Name];
            var isOurs = ReferenceEquals(theirs, ours);
            section.Rows.Add(
            [
                contestant.Name,
                Figures.Rate(theirs.Median(r => r.EventsPerSecond)),
                isOurs ? "" : Figures.Times(ours.RatioTo(theirs)),
                Figures.Micro(theirs.Median(r => r.CpuMicrosecondsPerEvent)),
                isOurs ? "" : Figures.Times(ours.CpuRatioTo(theirs)),
                Figures.Bytes(theirs.Median(r => r.BytesPerEvent)),
            ]);
        }
        return section;
    }

    public static Aim Ratio(string text, Round[] ours, Round[] theirs, double least, string? whyNot = null)
    {
        var ratio = ours.RatioTo(theirs);
        return new Aim(text, $"{Figures.Times(ratio)} (by CPU time {Figures.Times(ours.CpuRatioTo(theirs))})", ratio >= least, whyNot);
    }

    public static Aim Bytes(Round[] ours, string platform)
    {
        var bytes = ours.Median(r => r.BytesPerEvent);
        var frame = CallFrames.Make(platform, 1000).Average(f => f.Length);
        return new Aim("at most 1.5 kB allocated per event, the payload kept", Figures.Bytes(bytes), bytes <= MostBytes,
            $"The kept frame is {Figures.Bytes(frame)} of it; the rest is the event, the call and its legs as they stood, and the texts of new ids.");
    }
}
