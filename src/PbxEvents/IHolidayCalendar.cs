namespace PbxEvents;

/// <summary>A calendar of holidays. Any thread.</summary>
internal interface IHolidayCalendar
{
    /// <summary>What tells this calendar from another: its file and what is in it.</summary>
    string Key { get; }

    /// <summary>What closes a schedule at any time of a year, also what began before it.</summary>
    /// <exception cref="PbxException">The calendar cannot tell.</exception>
    IReadOnlyList<PbxHoliday> GetHolidays(int year);
}
