using PbxEvents.Desk;
using PbxEvents.Module.Reading;

namespace PbxEvents.Tests.Unit.Desk;

public sealed class ScheduleTests : IDisposable
{
    private static readonly TimeZoneInfo Copenhagen = TimeZoneInfo.FindSystemTimeZoneById("Europe/Copenhagen");

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"pbx-{Guid.NewGuid():N}.ics");

    public void Dispose() => File.Delete(_path);

    [Theory(DisplayName = "reads hours as people write them")]
    [InlineData("8-17", "08:00-17:00")]
    [InlineData("08:00 - 12:30", "08:00-12:30")]
    [InlineData("8.15\u201312.00", "08:15-12:00")]
    [InlineData("22:00-06:00", "22:00-06:00")]
    [InlineData("0-24", "00:00-24:00")]
    [InlineData("18:00-00:00", "18:00-24:00")]
    public void Reads(string text, string expected) => Assert.Equal(expected, new PbxHours(text).ToString());

    [Theory(DisplayName = "refuses what are no hours")]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("8-25")]
    [InlineData("8:60-9")]
    [InlineData("24:30-25")]
    [InlineData("24-8")]
    [InlineData("8-9-10")]
    [InlineData("-8-9")]
    [InlineData("8:00:00-9")]
    [InlineData("+8-9")]
    [InlineData("eight-nine")]
    [InlineData("8-8")]
    public void Refuses(string text) => Assert.Throws<FormatException>(() => new PbxHours(text));

    [Fact(DisplayName = "hours over midnight belong to the day on which they begin")]
    public void OverMidnight()
    {
        var night = Make("22:00-06:00", [DayOfWeek.Friday]);
        Assert.False(night.IsOpen(At(2026, 11, 27, 5, 59)));
        Assert.True(night.IsOpen(At(2026, 11, 27, 22, 0)));
        Assert.True(night.IsOpen(At(2026, 11, 28, 5, 59)));
        Assert.False(night.IsOpen(At(2026, 11, 28, 6, 0)));
        Assert.False(night.IsOpen(At(2026, 11, 28, 22, 0)));
    }

    [Fact(DisplayName = "a holiday takes its day and all that would open on it, no more of the days beside it")]
    public void HolidayOverMidnight()
    {
        var night = Make("22:00-06:00", Enum.GetValues<DayOfWeek>(), PbxHoliday.OfDays(null, new(2026, 12, 24), new(2026, 12, 25), Copenhagen));
        Assert.True(night.IsOpen(At(2026, 12, 23, 23, 59)));
        Assert.False(night.IsOpen(At(2026, 12, 24, 0, 0)));
        Assert.False(night.IsOpen(At(2026, 12, 24, 23, 0)));
        Assert.False(night.IsOpen(At(2026, 12, 25, 3, 0)));
        Assert.True(night.IsOpen(At(2026, 12, 25, 22, 0)));
    }

    [Fact(DisplayName = "a calendar's days, spans of days, times, repetitions and exceptions close it; what was cancelled does not")]
    public void Calendar()
    {
        var schedule = FromCalendar("""
            BEGIN:VEVENT
            UID:1
            DTSTART;VALUE=DATE:20201224
            RRULE:FREQ=YEARLY
            EXDATE;VALUE=DATE:20271224
            SUMMARY:Juleaften
            END:VEVENT
            BEGIN:VEVENT
            UID:2
            DTSTART;VALUE=DATE:20261230
            DTEND;VALUE=DATE:20270102
            SUMMARY:New year
            END:VEVENT
            BEGIN:VEVENT
            UID:3
            DTSTART;TZID=America/New_York:20261123T060000
            DTEND;TZID=America/New_York:20261123T080000
            SUMMARY:Meeting
            END:VEVENT
            BEGIN:VEVENT
            UID:4
            DTSTART;VALUE=DATE:20261124
            STATUS:CANCELLED
            SUMMARY:Not now
            END:VEVENT
            BEGIN:VEVENT
            UID:5
            DTSTART:20261125T100000
            DURATION:PT1H
            SUMMARY:By the clock on the wall
            END:VEVENT
            BEGIN:VEVENT
            UID:6
            DTSTART:20261126T100000Z
            DTEND:20261126T110000Z
            SUMMARY:By the world's clock
            END:VEVENT
            """);
        Assert.False(schedule.IsOpen(At(2026, 12, 24, 10, 0)));
        Assert.False(schedule.IsOpen(At(2041, 12, 24, 10, 0)));
        Assert.True(schedule.IsOpen(At(2027, 12, 24, 10, 0)));
        Assert.True(schedule.IsOpen(At(2026, 12, 29, 10, 0)));
        Assert.False(schedule.IsOpen(At(2026, 12, 30, 10, 0)));
        Assert.False(schedule.IsOpen(At(2027, 1, 1, 10, 0)));
        Assert.True(schedule.IsOpen(At(2027, 1, 4, 10, 0)));
        Assert.True(schedule.IsOpen(At(2026, 11, 23, 11, 59)));
        Assert.False(schedule.IsOpen(At(2026, 11, 23, 12, 0)));
        Assert.True(schedule.IsOpen(At(2026, 11, 23, 14, 0)));
        Assert.True(schedule.IsOpen(At(2026, 11, 24, 10, 0)));
        Assert.False(schedule.IsOpen(At(2026, 11, 25, 10, 30)));
        Assert.True(schedule.IsOpen(At(2026, 11, 26, 10, 30)));
        Assert.False(schedule.IsOpen(At(2026, 11, 26, 11, 30)));
        Assert.Equal("2026-12-24 Juleaften", schedule.Look(At(2026, 12, 24, 10, 0)).Holiday?.ToString());
    }

    [Fact(DisplayName = "an event that is moved, and one that takes place before the first of its year, are where they were moved to")]
    public void Moved()
    {
        var schedule = FromCalendar("""
            BEGIN:VEVENT
            UID:1
            DTSTART;VALUE=DATE:20260106
            RRULE:FREQ=WEEKLY;COUNT=4
            SUMMARY:Course
            END:VEVENT
            BEGIN:VEVENT
            UID:1
            RECURRENCE-ID;VALUE=DATE:20260113
            DTSTART;VALUE=DATE:20260114
            SUMMARY:Course, moved
            END:VEVENT
            """);
        Assert.Equal([6, 14, 20, 27], schedule.GetHolidays(2026).Select(h => h.Start.Day));
    }

    [Theory(DisplayName = "says in one sentence why a file is no calendar")]
    [InlineData("", "contains no calendar")]
    [InlineData("Name,Number\nAnna,+4520123456", "")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR", "no start")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Nowhere/Land:20260101T100000\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR", "Nowhere/Land")]
    public void NoCalendar(string text, string why)
    {
        File.WriteAllText(_path, text);
        var error = Assert.Throws<PbxException>(() => new CalendarReader().Read(_path, Copenhagen));
        Assert.Equal(PbxErrorKind.FileUnreadable, error.Kind);
        Assert.Equal(_path, error.Target);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact(DisplayName = "a rule that never ends is refused, not counted out")]
    public void Endless()
    {
        var schedule = FromCalendar("""
            BEGIN:VEVENT
            UID:1
            DTSTART:20200101T000000Z
            RRULE:FREQ=SECONDLY
            END:VEVENT
            """);
        Assert.Contains("10000", Assert.Throws<PbxException>(() => schedule.GetHolidays(2020)).Message, StringComparison.Ordinal);
    }

    [Fact(DisplayName = "filters take the time at which the call began; one schedule of several is enough, and none may be open for -Outside")]
    public void Filters()
    {
        var (morning, evening) = (Make("8-12", [DayOfWeek.Monday]), Make("18-20", [DayOfWeek.Monday]));
        var call = new PbxCall { CallId = "1", StartedAt = At(2026, 11, 30, 11, 59), EndedAt = At(2026, 11, 30, 12, 1) };
        Assert.True(new HoursFilter([morning, evening], null).IsMatch(call));
        Assert.False(new HoursFilter([evening], null).IsMatch(call));
        Assert.True(new HoursFilter(null, [evening]).IsMatch(call));
        Assert.False(new HoursFilter(null, [evening, morning]).IsMatch(call));
        Assert.False(new HoursFilter([morning], [morning]).IsMatch(call));

        var late = new PbxEvent { Time = At(2026, 11, 30, 12, 0) };
        Assert.False(new HoursFilter([morning], null).IsMatch(late));
        late.Call = call;
        Assert.True(new HoursFilter([morning], null).IsMatch(late));
    }

    [Fact(DisplayName = "an equal schedule made anew is the same filter, so that a loop of waits loses nothing")]
    public void EqualText()
    {
        Assert.Equal(new HoursFilter([Make("8-12", [DayOfWeek.Monday])], null).Text, new HoursFilter([Make("8-12", [DayOfWeek.Monday])], null).Text);
        Assert.NotEqual(new HoursFilter([Make("8-12", [DayOfWeek.Monday])], null).Text, new HoursFilter([Make("8-13", [DayOfWeek.Monday])], null).Text);
        Assert.NotEqual(new HoursFilter([Make("8-12", [DayOfWeek.Monday])], null).Text, new HoursFilter(null, [Make("8-12", [DayOfWeek.Monday])]).Text);
    }

    [Fact(DisplayName = "a call without a time is in no business hours")]
    public void NoTime() => Assert.False(Make("0-24", Enum.GetValues<DayOfWeek>()).IsOpen(default));

    private static PbxSchedule Make(string hours, DayOfWeek[] days, params PbxHoliday[] holidays) => new("it", days, [new PbxHours(hours)], Copenhagen, holidays, []);

    private static DateTimeOffset At(int year, int month, int day, int hour, int minute)
    {
        var local = new DateTime(year, month, day, hour, minute, 0);
        return new DateTimeOffset(local, Copenhagen.GetUtcOffset(local)).ToUniversalTime();
    }

    private PbxSchedule FromCalendar(string events)
    {
        File.WriteAllText(_path, $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{events.ReplaceLineEndings("\r\n")}\r\nEND:VCALENDAR\r\n");
        return new PbxSchedule("it", [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday], [new PbxHours("8-17")], Copenhagen, [],
            [new CalendarReader().Read(_path, Copenhagen)]);
    }
}
