using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>Reads all call records of a time.</summary>
internal static class RecordReading
{
    /// <summary>Reads, and lets the reader's pauses pass: time goes on only while it waits for it.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="clock">Its clock.</param>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    public static async Task<IReadOnlyList<CallRecord>> ReadAsync(RecordReader reader, ManualTimeProvider clock, DateTimeOffset from, DateTimeOffset to)
    {
        var reading = ReadAllAsync(reader, from, to);
        var limit = Limits.Patience;
        while (!reading.IsCompleted && !limit.IsCancellationRequested)
        {
            if (clock.TimerCount > 0)
                clock.Advance(TimeSpan.FromSeconds(0.1));
            else
                await Task.WhenAny(reading, Task.Delay(1, limit));
        }
        return await reading.WaitAsync(limit);
    }

    private static async Task<IReadOnlyList<CallRecord>> ReadAllAsync(RecordReader reader, DateTimeOffset from, DateTimeOffset to)
    {
        var records = new List<CallRecord>();
        await foreach (var record in reader.ReadAsync(from, to, CancellationToken.None))
            records.Add(record);
        return records;
    }
}
