using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Micro;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>The steps of the hot path one by one, by BenchmarkDotNet.</summary>
internal sealed class MicroRow : IRow
{
    public string Name => "micro";

    public Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        var section = new Section("Micro-benchmarks (BenchmarkDotNet, in process, short)", "Step", "mean", "error (99.9 %)", "allocated");
        var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithIterationCount(setup.IsQuick ? 3 : 5);
        var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(NullLogger.Instance).AddColumnProvider(DefaultColumnProviders.Instance)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "PbxEvents.Benchmarks"));
        foreach (var summary in BenchmarkRunner.Run([typeof(FrameBenchmarks), typeof(TrackerBenchmarks)], config))
        {
            foreach (var report in summary.Reports)
            {
                var platform = report.BenchmarkCase.Parameters.Items is [var first, ..] ? first.Value : null;
                section.Rows.Add(
                [
                    platform is null ? "call tracker alone, per event" : $"{platform}: frame to tracked event",
                    report.ResultStatistics is { } time ? $"{time.Mean:#,0} ns" : "-",
                    report.ResultStatistics is { } spread ? $"{spread.ConfidenceInterval.Margin:#,0} ns" : "-",
                    Figures.Bytes(report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? double.NaN),
                ]);
            }
        }
        section.Notes.Add("What is allocated here is the event, the call as it stood and what they hold; the frame's own bytes come on top of it.");
        return Task.FromResult<IReadOnlyList<Section>>([section]);
    }
}
