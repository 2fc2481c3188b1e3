using CsCheck;
using NodaTime;
using NodaTime.Extensions;

namespace PbxEvents.Tests.Unit.Desk;

/// <summary>
/// Every minute of a year, in zones whose clocks are put forward and back by an hour, by half an hour, and never, against a model that has
/// another library's time zones and marks each minute of a wall clock by itself.
/// </summary>
public sealed class ScheduleProperties
{
    private const int Year = 2026;
    private const int MinutesOfDay = 24 * 60;

    private static readonly LocalDate First = new(Year - 1, 12, 29);

    private static readonly int Days = Period.DaysBetween(First, new LocalDate(Year + 1, 1, 4));

    private static readonly Gen<PbxHours> GenHours = Gen.Int[0, MinutesOfDay - 1].Select(Gen.Int[0, MinutesOfDay])
        .Where((from, to) => from != to)
        .Select((from, to) => new PbxHours($"{from / 60}:{from % 60:00}-{to / 60}:{to % 60:00}"));

    [Theory(DisplayName = "is open in exactly the minutes in which the clock on the wall shows its hours")]
    [InlineData("Europe/Copenhagen")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    public void EveryMinute(string id)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        var walls = WallMinutes(DateTimeZoneProviders.Tzdb[id]);
        var genDays = Gen.Enum<DayOfWeek>().Array[1, 7];
        var genHolidays = Gen.Int[0, Days - 1].Array[0, 20];
        Gen.Select(genDays, GenHours.Array[1, 3], genHolidays).Sample((days, hours, closed) =>
        {
            var holidays = closed.Select(d => First.PlusDays(d).ToDateOnly()).Select(d => PbxHoliday.OfDays(null, d, d.AddDays(1), zone)).ToArray();
            var schedule = new PbxSchedule("it", days, hours, zone, holidays, []);
            var open = Mark(days, hours, [.. closed]);
            var time = new DateTimeOffset(Year, 1, 1, 0, 0, 0, TimeSpan.Zero);
            foreach (var wall in walls)
            {
                if (schedule.IsOpen(time) != open[wall])
                    Assert.Fail($"{time:O}, which is minute {wall} since {First}: {!open[wall]} for {string.Join(' ', hours.AsEnumerable())} on {string.Join(' ', days)}");
                time = time.AddMinutes(1);
            }
        }, iter: 5, threads: 1);
    }

    [Fact(DisplayName = "the clocks are put forward and back in these zones, so that the test above looks at the real thing")]
    public void ClocksChange()
    {
        Assert.Equal([60, -60], Jumps("Europe/Copenhagen"));
        Assert.Equal([-30, 30], Jumps("Australia/Lord_Howe"));
        Assert.Empty(Jumps("Asia/Kathmandu"));

        static IEnumerable<int> Jumps(string id)
        {
            var walls = WallMinutes(DateTimeZoneProviders.Tzdb[id]);
            return walls.Zip(walls.Skip(1), (a, b) => b - a - 1).Where(j => j != 0);
        }
    }

    /// <summary>For each minute of the year, which minute the wall clock shows, counted on the wall clock.</summary>
    private static int[] WallMinutes(DateTimeZone zone)
    {
        var start = Instant.FromUtc(Year, 1, 1, 0, 0);
        return
        [
            .. Enumerable.Range(0, 365 * MinutesOfDay).Select(i =>
            {
                var local = start.Plus(Duration.FromMinutes(i)).InZone(zone).LocalDateTime;
                return (Period.DaysBetween(First, local.Date) * MinutesOfDay) + (local.Hour * 60) + local.Minute;
            }),
        ];
    }

    private static bool[] Mark(DayOfWeek[] days, PbxHours[] hours, HashSet<int> closed)
    {
        var open = new bool[(Days + 1) * MinutesOfDay];
        for (var day = 0; day < Days; day++)
        {
            if (closed.Contains(day) || !days.Contains(First.PlusDays(day).DayOfWeek.ToDayOfWeek()))
                continue;
            foreach (var h in hours)
            {
                var (from, to) = ((int)h.From.TotalMinutes, (int)h.To.TotalMinutes);
                open.AsSpan((day * MinutesOfDay) + from, to > from ? to - from : to + MinutesOfDay - from).Fill(true);
            }
        }
        foreach (var day in closed)
            open.AsSpan(day * MinutesOfDay, MinutesOfDay).Clear();
        return open;
    }
}
