using CsCheck;
using PbxEvents.Module.Dashboard;
using PbxEvents.Module.Reports;
using PbxEvents.Tests.Unit.Evidence;

namespace PbxEvents.Tests.Unit.Dashboard;

[Collection(nameof(Alone))]
public sealed class DayBookTests
{
    private static readonly TimeZoneInfo Copenhagen = TimeZoneInfo.FindSystemTimeZoneById("Europe/Copenhagen");
    private static readonly TimeSpan Level = TimeSpan.FromSeconds(20);

    /// <summary>A day of 25 hours.</summary>
    private static readonly DateTimeOffset Midnight = new(2026, 10, 24, 22, 0, 0, TimeSpan.Zero);

    private static readonly Gen<PbxCall> GenCall = Gen.Select(Gen.Int[0, 30], Gen.Int[-3600, 26 * 3600], Gen.Int[0, 60], Gen.Enum<PbxOutcome>(), Gen.Enum<PbxDirection>(), Gen.Bool,
        (id, start, wait, outcome, direction, isAnswered) => Call(id, Midnight.AddSeconds(start), wait, outcome, direction, isAnswered));

    [Fact(DisplayName = "counts calls as they come as the report counts them at the end of the day, also those that are told again")]
    public void SameAsReport() => GenCall.Array[0, 60].Sample(calls =>
    {
        var book = new DayBook(Level, Copenhagen);
        book.Turn(Midnight.AddHours(12));

        // Told again, a call may have gone otherwise; it began when it began.
        var begins = calls.GroupBy(c => c.CallId).ToDictionary(g => g.Key, g => g.First().StartedAt);
        calls = [.. calls.Select(c => c with { StartedAt = begins[c.CallId], AnsweredAt = c.AnsweredAt is null ? null : begins[c.CallId] + (c.AnsweredAt - c.StartedAt), EndedAt = begins[c.CallId].AddSeconds(60) })];
        var meter = new CallMeter(Level, Copenhagen);
        foreach (var call in calls)
        {
            book.Add(call);
            meter.Add(call);
        }

        var day = meter.Measure([PbxCallGrouping.Day]).SingleOrDefault(f => f.Day == new DateOnly(2026, 10, 25));
        Assert.Equal(
            (day?.Calls ?? 0, day?.Inbound ?? 0, day?.Answered ?? 0, day?.Unreached ?? 0, day?.AnsweredInTime ?? 0),
            (book.Calls, book.Inbound, book.Answered, book.Unreached, book.InTime));
        Assert.Equal(day?.ServiceLevel, book.Waits == 0 ? null : 100.0 * book.InTime / book.Waits);
        Assert.True(book.LongestWait >= day?.LongestWait || day?.LongestWait is null);
        Assert.Equal(
            meter.Calls.Where(c => c.IsUnreached && DayOf(c) == book.Day).OrderByDescending(c => c.StartedAt).Select(c => c.StartedAt),
            book.LastUnreached.Select(c => c.StartedAt));
    });

    [Fact(DisplayName = "the longest wait is that of the longest of the day")]
    public void Longest()
    {
        var book = new DayBook(Level, Copenhagen);
        book.Turn(Midnight);
        Assert.Null(book.LongestWait);
        book.Add(Call(1, Midnight, 7, PbxOutcome.Answered, PbxDirection.Inbound, isAnswered: true));
        book.Add(Call(2, Midnight, 5, PbxOutcome.Answered, PbxDirection.Inbound, isAnswered: true));
        Assert.Equal(7, book.LongestWait?.TotalSeconds);
        book.Add(Call(3, Midnight, 5, PbxOutcome.Missed, PbxDirection.Inbound, isAnswered: false));
        Assert.Equal(60, book.LongestWait?.TotalSeconds);
    }

    [Fact(DisplayName = "a new day begins at midnight by the clock, with nothing")]
    public void Turns()
    {
        var book = new DayBook(Level, Copenhagen);
        Assert.True(book.Turn(Midnight));
        Assert.False(book.Turn(Midnight.AddHours(24.9)));
        Assert.True(book.Add(Call(1, Midnight.AddHours(24.9), 5, PbxOutcome.Missed, PbxDirection.Inbound, isAnswered: false)));
        Assert.False(book.Add(Call(1, Midnight.AddHours(24.9), 5, PbxOutcome.Missed, PbxDirection.Inbound, isAnswered: false)));
        Assert.True(book.Turn(Midnight.AddHours(25)));
        Assert.Equal((0, 0, null), (book.Calls, book.LastUnreached.Count, book.LongestWait));
        Assert.False(book.Add(Call(1, Midnight, 5, PbxOutcome.Missed, PbxDirection.Inbound, isAnswered: false)));
    }

    [Fact(DisplayName = "a day of very many calls is counted whole, and takes no more room than a busy one")]
    public void Many()
    {
        var book = new DayBook(Level, Copenhagen);
        book.Turn(Midnight);
        long Fill(int from, int to)
        {
            for (var i = from; i < to; i++)
                book.Add(Call(i, Midnight.AddSeconds(i % 80_000), i % 40, PbxOutcome.Missed, PbxDirection.Inbound, i % 2 == 0));
            return GC.GetTotalMemory(forceFullCollection: true);
        }

        var before = Fill(0, 30_000);
        var after = Fill(30_000, 300_000);
        Assert.Equal((300_000, 150_000, 150_000, 50), (book.Calls, book.Answered, book.Unreached, book.LastUnreached.Count));
        Assert.InRange(after - before, long.MinValue, 4_000_000);
    }

    private static DateOnly DayOf(PbxCall call) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(call.StartedAt, Copenhagen).DateTime);

    private static PbxCall Call(int id, DateTimeOffset start, int wait, PbxOutcome outcome, PbxDirection direction, bool isAnswered) => new()
    {
        CallId = $"{id}",
        Direction = direction,
        State = PbxCallState.Ended,
        Outcome = outcome == PbxOutcome.Unknown ? null : outcome,
        StartedAt = start,
        AnsweredAt = isAnswered ? start.AddSeconds(wait) : null,
        EndedAt = start.AddSeconds(60),
    };
}
