using Ical.Net;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;

namespace PbxEvents.Desk;

/// <summary>The events of an iCalendar file as times in which a schedule is closed. Events that were cancelled close nothing.</summary>
/// <param name="key">What tells it from another.</param>
/// <param name="calendars">What the file has in it.</param>
/// <param name="zone">The zone of times that name none.</param>
/// <param name="fail">Makes what is thrown when it cannot tell, of the reason.</param>
internal sealed class HolidayCalendar(string key, CalendarCollection calendars, TimeZoneInfo zone, Func<string, PbxException> fail) : IHolidayCalendar
{
    /// <summary>A rule that repeats every second would never come to an end.</summary>
    private const int MaxOfYear = 10_000;

    private const string Cancelled = "CANCELLED";

    // The library's objects are not made for several threads.
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public string Key => key;

    /// <inheritdoc/>
    public IReadOnlyList<PbxHoliday> GetHolidays(int year)
    {
        lock (_gate)
        {
            var found = new List<PbxHoliday>();
            foreach (var calendar in calendars)
            {
                // A day more on either side: the year of a time zone begins earlier or later.
                var end = new DateOnly(year, 12, 31).AddDays(1);
                var occurrences = calendar.GetOccurrences<CalendarEvent>(new CalDateTime(new DateOnly(year, 1, 1).AddDays(-1)))
                    .TakeWhile(o => o.Period.StartTime.Date <= end);
                foreach (var occurrence in occurrences)
                {
                    if (found.Count == MaxOfYear)
                        throw fail($"it has more than {MaxOfYear} events in {year}");
                    if (occurrence.Source is CalendarEvent source && !Cancelled.Equals(source.Status, StringComparison.OrdinalIgnoreCase))
                        found.Add(Make(source, occurrence.Period));
                }
            }
            return found;
        }
    }

    private PbxHoliday Make(CalendarEvent source, Period period)
    {
        var name = VisibleText.OfValue(source.Summary);
        var (start, end) = (period.StartTime, period.EffectiveEndTime ?? period.StartTime);
        if (start.HasTime)
            return new PbxHoliday { Name = name, Start = ToMoment(start), End = ToMoment(end) };

        // An event of a day may have no end, or one on its own day.
        var after = end.Date > start.Date ? end.Date : start.Date.AddDays(1);
        return PbxHoliday.OfDays(name, start.Date, after, zone);
    }

    private DateTimeOffset ToMoment(CalDateTime time)
    {
        if (!time.IsFloating)
            return TimeZoneInfo.ConvertTime(new DateTimeOffset(time.AsUtc, TimeSpan.Zero), zone);
        var local = DateTime.SpecifyKind(time.Value, DateTimeKind.Unspecified);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
