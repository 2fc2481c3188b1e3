using System.Diagnostics;
using System.Globalization;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>
/// The talk between the harness and a contestant's process. <c>run COUNT</c> on stdin: it connects, prints <c>armed</c>, takes
/// that many events and prints <c>COUNT MILLISECONDS CPU-MILLISECONDS BYTES PROOF</c>. The time runs from the first event to the last.
/// </summary>
internal static class ContestantHost
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(Func<IContestant> create)
    {
        while (Console.In.ReadLine() is { } line)
        {
            var count = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            await using var contestant = create();
            await contestant.ConnectAsync();

            // What an earlier round left is not this one's to collect.
            GC.Collect();
            Console.WriteLine(Measure(contestant, count));
        }
    }

    private static string Measure(IContestant contestant, int count)
    {
        using var process = Process.GetCurrentProcess();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = process.TotalProcessorTime;
        var from = contestant.Count;
        Console.WriteLine("armed");
        var waited = Stopwatch.StartNew();
        long started = 0;
        while (contestant.Count - from < count)
        {
            if (started == 0 && contestant.Count > from)
                started = Stopwatch.GetTimestamp();
            if (waited.Elapsed > Limit)
                throw new TimeoutException($"Only {contestant.Count - from} of {count} events came.");

            // Nobody is woken for an event here: that would be work of the harness within what is measured.
            Thread.Sleep(1);
        }
        // All of them may have come between two looks.
        var elapsed = started == 0 ? 1 : Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        process.Refresh();
        var used = (process.TotalProcessorTime - cpu).TotalMilliseconds;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        return string.Create(CultureInfo.InvariantCulture, $"{count} {elapsed:0.000} {used:0.000} {allocated} {contestant.Proof}");
    }
}
