using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>The rounds of a contest as a table, and the aims that are judged from them. The first contestant is PbxEvents.</summary>
internal static class ContestTable
{
    /// <summary>What the names of the contestants say.</summary>
    public const string WhatPeersDo = "Peers with a ring read the event's name and call and keep its object and payload, as many events as PbxEvents' buffer holds; "
        + "those that keep nothing give name and call to a handler, and stand here to know what keeping costs.";

    /// <summary>The frame with what is made of it.</summary>
    private static readonly Dictionary<string, double> MostBytes = new()
    {
        ["TelecomX"] = 1200,
        ["OneCloud"] = 1450,
        ["RingCentral"] = 1450,
        ["PortSIP"] = 1500,
        ["Yeastar"] = 1500,
    };

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

    public static Aim CpuRatio(string text, Round[] ours, Round[] theirs, double least) =>
        new(text, $"{Figures.Times(ours.CpuRatioTo(theirs))} (by events {Figures.Times(ours.RatioTo(theirs))})", ours.CpuRatioTo(theirs) >= least);

    public static Aim Bytes(Round[] ours, string platform)
    {
        var bytes = ours.Median(r => r.BytesPerEvent);
        var frame = CallFrames.Make(platform, 1000).Average(f => f.Length);
        return new Aim($"at most {Figures.Kilo(MostBytes[platform])} allocated per event, the payload kept", Figures.Bytes(bytes), bytes <= MostBytes[platform],
            $"The kept frame is {Figures.Bytes(frame)} of it; the rest is the event, the call and its legs as they stood, and the texts of new ids.");
    }
}
