namespace PbxEvents;

/// <summary>Reads calendars. Its maker brings a library along, so it is loaded apart.</summary>
internal interface IHolidayCalendarReader
{
    /// <summary>Reads an iCalendar file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="zone">The zone of its times that name none.</param>
    /// <exception cref="PbxException">The file cannot be read, or is something else.</exception>
    IHolidayCalendar Read(string path, TimeZoneInfo zone);
}
