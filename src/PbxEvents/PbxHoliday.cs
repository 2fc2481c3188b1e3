namespace PbxEvents;

/// <summary>A time in which a schedule is closed, whatever its hours say. Immutable.</summary>
public sealed record PbxHoliday
{
    /// <summary>Its name in the calendar; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>When it begins, in the schedule's time zone.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>When it is over.</summary>
    public DateTimeOffset End { get; init; }

    /// <summary>True for whole days.</summary>
    public bool IsAllDay { get; init; }

    /// <summary>The holiday in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => IsAllDay ? $"{Start:yyyy-MM-dd} {Name}".TrimEnd() : $"{Start:yyyy-MM-dd HH:mm} - {End:HH:mm} {Name}".TrimEnd();

    /// <summary>A holiday of whole days in a time zone.</summary>
    /// <param name="name">Its name; null for none.</param>
    /// <param name="first">The first day.</param>
    /// <param name="after">The day after the last.</param>
    /// <param name="zone">The time zone.</param>
    internal static PbxHoliday OfDays(string? name, DateOnly first, DateOnly after, TimeZoneInfo zone) =>
        new() { Name = name, Start = MidnightOf(first, zone), End = MidnightOf(after, zone), IsAllDay = true };

    /// <summary>True for every moment of a day in the schedule's time zone.</summary>
    internal bool HasDay(DateOnly day) => IsAllDay && DateOnly.FromDateTime(Start.DateTime) <= day && day < DateOnly.FromDateTime(End.DateTime);

    /// <summary>True for a moment that is not known by its day.</summary>
    internal bool HasMoment(DateTimeOffset time) => !IsAllDay && Start <= time && time < End;

    private static DateTimeOffset MidnightOf(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
    }
}
