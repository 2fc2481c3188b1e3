using System.Globalization;
using CsCheck;
using PbxEvents.Module.Reports;

namespace PbxEvents.Tests.Unit.Reports;

public sealed class CallMeterTests
{
    private static readonly TimeZoneInfo Copenhagen = TimeZoneInfo.FindSystemTimeZoneById("Europe/Copenhagen");
    private static readonly TimeSpan Level = TimeSpan.FromSeconds(20);

    /// <summary>Around the days on which clocks are put back and forward, by an hour, by half an hour, and not at all.</summary>
    private static readonly (string Zone, DateTimeOffset Around)[] Nights =
    [
        ("Europe/Copenhagen", new(2026, 10, 25, 1, 0, 0, TimeSpan.Zero)),
        ("Europe/Copenhagen", new(2026, 3, 29, 1, 0, 0, TimeSpan.Zero)),
        ("Australia/Lord_Howe", new(2026, 4, 4, 15, 0, 0, TimeSpan.Zero)),
        ("America/New_York", new(2026, 11, 1, 6, 0, 0, TimeSpan.Zero)),
        ("Asia/Kathmandu", new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)),
    ];

    private static readonly Gen<PbxCall> GenCall = Gen.Select(
        Gen.Int[0, 200], Gen.Int[0, 30 * 3600], Gen.Int[0, 90], Gen.Int[0, 300], Gen.Enum<PbxOutcome>(), Gen.Enum<PbxDirection>(), Gen.Int[0, 3], Gen.Int[0, 3],
        (id, start, wait, talk, outcome, direction, queue, extension) => Call(id, start, wait, talk, outcome, direction, queue, extension));

    [Fact(DisplayName = "counts what one counts with pencil and paper, call after call, in every time zone")]
    public void ByHand() => Gen.Select(GenCall.Array[0, 60], Gen.OneOf(Nights), Gen.Int[0, 15]).Sample((calls, night, choice) =>
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(night.Zone);
        calls = [.. calls.Select(c => Shift(c, night.Around.AddHours(-15)))];
        PbxCallGrouping[] by = [.. Enum.GetValues<PbxCallGrouping>().Where(g => (choice >> (int)g & 1) == 1)];
        var meter = new CallMeter(Level, zone);
        Array.ForEach(calls, meter.Add);

        // The last word on each call, counted into books that are kept by hand.
        var last = new Dictionary<string, PbxCall>();
        foreach (var call in calls)
        {
            if (call.State == PbxCallState.Ended)
                last[call.CallId] = call;
        }
        var books = new SortedDictionary<string, int[]>(StringComparer.Ordinal);
        var longest = new Dictionary<string, double>();
        foreach (var call in last.Values)
        {
            var page = PageOf(call, by, zone);
            if (!books.TryGetValue(page, out var book))
                books[page] = book = new int[7];
            book[0]++;
            if (call.Direction != PbxDirection.Inbound)
                continue;
            book[1]++;
            var isAnswered = call.AnsweredAt is not null || call.Outcome is PbxOutcome.Answered or PbxOutcome.Transferred or PbxOutcome.AnsweredElsewhere;
            var isLost = !isAnswered && call.Outcome is not null;
            book[2] += isAnswered ? 1 : 0;
            book[3] += isLost ? 1 : 0;
            var seconds = isAnswered ? (call.AnsweredAt - call.StartedAt)?.TotalSeconds : isLost ? (call.EndedAt - call.StartedAt)?.TotalSeconds : null;
            if (seconds is not { } waited)
                continue;
            book[4]++;
            book[5] += isAnswered && waited <= 20 ? 1 : 0;
            book[6] += (int)waited;
            longest[page] = Math.Max(longest.GetValueOrDefault(page), waited);
        }

        var found = meter.Measure(by);
        Assert.Equal(books.Keys, found.Select(f => PageOf(f, by)).Order(StringComparer.Ordinal));
        foreach (var f in found)
        {
            var book = books[PageOf(f, by)];
            Assert.Equal(
                (book[0], book[1], book[2], book[3], book[1] - book[2] - book[3], book[5]),
                ((int)f.Calls, (int)f.Inbound, (int)f.Answered, (int)f.Unreached, (int)f.Unknown, (int)f.AnsweredInTime));
            Assert.Equal(book[4] == 0 ? (double?)null : 100.0 * book[5] / book[4], f.ServiceLevel);
            Assert.Equal(book[4] == 0 ? (double?)null : longest[PageOf(f, by)], f.LongestWait?.TotalSeconds);
            Assert.True(AlmostEqual(book[4] == 0 ? (double?)null : book[6] / (double)book[4], f.AverageWait?.TotalSeconds));
        }

        // The groups add up to the whole.
        var all = meter.Measure();
        Assert.Equal(
            (all.Calls, all.Inbound, all.Outbound, all.Internal, all.Answered, all.Unreached, all.Unknown, all.AnsweredInTime, all.TalkTime),
            (found.Sum(f => f.Calls), found.Sum(f => f.Inbound), found.Sum(f => f.Outbound), found.Sum(f => f.Internal), found.Sum(f => f.Answered),
                found.Sum(f => f.Unreached), found.Sum(f => f.Unknown), found.Sum(f => f.AnsweredInTime), TimeSpan.FromTicks(found.Sum(f => f.TalkTime.Ticks))));
        Assert.Equal(all.LongestWait, found.Max(f => f.LongestWait));
    });

    [Fact(DisplayName = "an hour that comes twice is two hours, one that is left out is none, and the day is one day")]
    public void ClockChanges()
    {
        // 02:30 summer time, 02:30 winter time.
        var twice = Meter(Call(1, new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero)), Call(2, new DateTimeOffset(2026, 10, 25, 1, 30, 0, TimeSpan.Zero)));
        Assert.Equal(["02:00 +02:00", "02:00 +01:00"], twice.Measure([PbxCallGrouping.Hour]).Select(f => f.Hour!.Value.ToString("HH:mm zzz", CultureInfo.InvariantCulture)));
        Assert.Equal(2, Assert.Single(twice.Measure([PbxCallGrouping.Day])).Calls);

        // 01:59 and 03:00, a minute apart.
        var never = Meter(Call(1, new DateTimeOffset(2026, 3, 29, 0, 59, 0, TimeSpan.Zero)), Call(2, new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero)));
        Assert.Equal([1, 3], never.Measure([PbxCallGrouping.Hour]).Select(f => f.Hour!.Value.Hour));

        // The whole day of 25 hours, and the one of 23: no hour of the report is missing or there twice.
        foreach (var (first, hours) in new[] { (new DateTimeOffset(2026, 10, 24, 22, 0, 0, TimeSpan.Zero), 25), (new DateTimeOffset(2026, 3, 28, 23, 0, 0, TimeSpan.Zero), 23) })
        {
            var report = CallReport.Make(Meter(Call(1, first), Call(2, first.AddHours(hours).AddSeconds(-1))), null, Level, Copenhagen, first);
            Assert.Equal(hours, report.Times.Count);
            Assert.Equal(hours, report.Times.Select(f => f.Hour!.Value.UtcDateTime).Distinct().Count());
            Assert.Equal(2, report.Times.Sum(f => f.Calls));
        }
    }

    [Fact(DisplayName = "a report of more than two days goes day by day, with those without a call")]
    public void Days()
    {
        var noon = new DateTimeOffset(2026, 10, 23, 12, 0, 0, TimeSpan.Zero);
        var report = CallReport.Make(Meter(Call(1, noon), Call(2, noon.AddDays(3))), null, Level, Copenhagen, noon);
        Assert.True(report.IsByDay);
        Assert.Equal([1, 0, 0, 1], report.Times.Select(f => f.Calls));
        Assert.False(CallReport.Make(Meter(Call(1, noon), Call(2, noon.AddDays(1))), null, Level, Copenhagen, noon).IsByDay);

        // A clock that was years off once.
        Assert.Equal(2, CallReport.Make(Meter(Call(1, default), Call(2, noon)), null, Level, Copenhagen, noon).Times.Count);
    }

    [Fact(DisplayName = "no calls make a report that says so")]
    public void Nothing()
    {
        var report = CallReport.Make(Meter(), null, Level, Copenhagen, DateTimeOffset.UnixEpoch);
        Assert.Equal((0, null, null, null), (report.Total.Calls, report.Total.ServiceLevel, report.Total.LongestWait, report.From));
        Assert.Contains("There were no calls.", new HtmlReport(report, _ => null).Write(), StringComparison.Ordinal);
        Assert.Equal(2, CsvReport.Write(report).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Empty(Meter().Measure([PbxCallGrouping.Queue]));
    }

    [Fact(DisplayName = "names are the last that were told, and a call that goes on is not counted")]
    public void Rest()
    {
        var call = Call(1, new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero)) with { Queue = "4020", QueueName = "Sales" };
        var meter = Meter(call, call with { State = PbxCallState.Ringing, CallId = "2" }, call);
        var figures = Assert.Single(meter.Measure([PbxCallGrouping.Queue]));
        Assert.Equal(("4020 Sales", 1), (figures.Name, figures.Calls));
        Assert.Equal("All calls: 1 calls, 0 answered, 1 unreached", meter.Measure().ToString());
        Assert.Equal("no extension", Assert.Single(meter.Measure([PbxCallGrouping.Extension])).Name);
    }

    private static bool AlmostEqual(double? left, double? right) => left is null ? right is null : Math.Abs(left.Value - right!.Value) < 0.001;

    private static CallMeter Meter(params PbxCall[] calls)
    {
        var meter = new CallMeter(Level, Copenhagen);
        Array.ForEach(calls, meter.Add);
        return meter;
    }

    private static PbxCall Call(int id, DateTimeOffset start) =>
        new() { CallId = $"{id}", Direction = PbxDirection.Inbound, State = PbxCallState.Ended, Outcome = PbxOutcome.Missed, StartedAt = start, EndedAt = start.AddSeconds(9) };

    private static PbxCall Call(int id, int start, int wait, int talk, PbxOutcome outcome, PbxDirection direction, int queue, int extension)
    {
        var begin = DateTimeOffset.UnixEpoch.AddSeconds(start);
        var isAnswered = outcome is PbxOutcome.Answered or PbxOutcome.Transferred || (outcome == PbxOutcome.Voicemail && talk % 3 == 0);
        return new PbxCall
        {
            CallId = $"{id}",
            Direction = direction,
            State = id % 7 == 0 ? PbxCallState.Answered : PbxCallState.Ended,
            Outcome = outcome == PbxOutcome.Unknown ? null : outcome,
            Queue = queue == 0 ? null : $"40{queue}",
            Extension = extension == 0 ? null : $"10{extension}",
            StartedAt = begin,
            AnsweredAt = isAnswered ? begin.AddSeconds(wait) : null,
            EndedAt = begin.AddSeconds(wait + talk),
        };
    }

    private static PbxCall Shift(PbxCall call, DateTimeOffset to)
    {
        var by = to - DateTimeOffset.UnixEpoch;
        return call with { StartedAt = call.StartedAt + by, AnsweredAt = call.AnsweredAt + by, EndedAt = call.EndedAt + by };
    }

    /// <summary>Which page of the books a call is written on.</summary>
    private static string PageOf(PbxCall call, PbxCallGrouping[] by, TimeZoneInfo zone)
    {
        var clock = TimeZoneInfo.ConvertTime(call.StartedAt, zone);
        return Page(by, clock.ToString("yyyyMMdd", CultureInfo.InvariantCulture), clock.ToString("yyyyMMdd HH zzz", CultureInfo.InvariantCulture), call.Queue, call.Extension);
    }

    private static string PageOf(PbxCallFigures f, PbxCallGrouping[] by) => Page(
        by, f.Day?.ToString("yyyyMMdd", CultureInfo.InvariantCulture), f.Hour?.ToString("yyyyMMdd HH zzz", CultureInfo.InvariantCulture), f.Queue, f.Extension);

    private static string Page(PbxCallGrouping[] by, string? day, string? hour, string? queue, string? extension) => string.Join('|', by.Select(g => g switch
    {
        PbxCallGrouping.Day => day,
        PbxCallGrouping.Hour => hour,
        PbxCallGrouping.Queue => queue ?? "-",
        _ => extension ?? "-",
    }));
}
