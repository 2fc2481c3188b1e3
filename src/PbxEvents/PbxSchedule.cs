using System.Collections.Concurrent;

namespace PbxEvents;

/// <summary>
/// When a business is open: days of the week, hours, a time zone and holidays. Its hours are local times of that zone. Immutable; any
/// thread.
/// </summary>
public sealed class PbxSchedule
{
    private readonly IReadOnlyList<PbxHoliday> _holidays;
    private readonly IReadOnlyList<IHolidayCalendar> _calendars;
    private readonly ConcurrentDictionary<int, PbxHoliday[]> _years = new();

    internal PbxSchedule(
        string name, IEnumerable<DayOfWeek> days, IEnumerable<PbxHours> hours, TimeZoneInfo zone, IReadOnlyList<PbxHoliday> holidays, IReadOnlyList<IHolidayCalendar> calendars)
    {
        Name = name;
        Days = [.. days.Distinct()];
        Hours = [.. hours];
        TimeZone = zone;
        _holidays = holidays;
        _calendars = calendars;
        Key = string.Join('\u001f', [name, string.Join(',', Days), string.Join(',', Hours), zone.Id, .. holidays.Select(h => h.ToString()), .. calendars.Select(c => c.Key)]);
    }

    /// <summary>Its name, for people.</summary>
    public string Name { get; }

    /// <summary>The days of the week on which it opens.</summary>
    public IReadOnlyList<DayOfWeek> Days { get; }

    /// <summary>The hours of such a day.</summary>
    public IReadOnlyList<PbxHours> Hours { get; }

    /// <summary>Its time zone.</summary>
    public TimeZoneInfo TimeZone { get; }

    /// <summary>Equal for equal schedules.</summary>
    internal string Key { get; }

    /// <summary>True when it is open at a moment.</summary>
    /// <param name="time">The moment.</param>
    /// <returns>False when it is closed.</returns>
    public bool IsOpen(DateTimeOffset time) => Look(time).IsOpen;

    /// <summary>What closes it in a year, in order.</summary>
    /// <param name="year">The year.</param>
    /// <returns>The dates that were given, and what its calendars have.</returns>
    public IReadOnlyList<PbxHoliday> GetHolidays(int year) => _years.GetOrAdd(year, Collect);

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    /// <summary>Whether it is open at a moment, and why: the hours that make it open, or the holiday that closes it.</summary>
    internal (bool IsOpen, PbxHours? Hours, PbxHoliday? Holiday) Look(DateTimeOffset time)
    {
        // The first and the last year have days without a neighbour; a call there has no time at all.
        if (time.Year is < 2 or > 9998)
            return (false, null, null);
        var local = TimeZoneInfo.ConvertTime(time, TimeZone);
        var (today, clock) = (DateOnly.FromDateTime(local.DateTime), local.TimeOfDay);
        var hours = Opens(today) ? Find(Hours, h => h.HasOnItsDay(clock)) : null;

        // What opened yesterday is still open, unless yesterday was a holiday.
        if (hours is null && Opens(today.AddDays(-1)) && FindHoliday(h => h.HasDay(today.AddDays(-1)), today.AddDays(-1).Year) is null)
            hours = Find(Hours, h => h.HasOnNextDay(clock));
        if (hours is null)
            return (false, null, null);
        var holiday = FindHoliday(h => h.HasDay(today) || h.HasMoment(time), today.Year);
        return (holiday is null, hours, holiday);
    }

    private bool Opens(DateOnly day) => Days.Contains(day.DayOfWeek);

    private PbxHoliday? FindHoliday(Predicate<PbxHoliday> isMeant, int year)
    {
        if (_holidays.Count == 0 && _calendars.Count == 0)
            return null;
        return Find(GetHolidays(year), isMeant);
    }

    private PbxHoliday[] Collect(int year) =>
    [
        .. _holidays.Where(h => h.Start.Year <= year && h.End.Year >= year)
            .Concat(_calendars.SelectMany(c => c.GetHolidays(year)))
            .OrderBy(h => h.Start),
    ];

    private static T? Find<T>(IReadOnlyList<T> list, Predicate<T> isMeant)
        where T : class
    {
        foreach (var item in list)
        {
            if (isMeant(item))
                return item;
        }
        return null;
    }
}
