using System.Security.Cryptography;
using System.Text;
using Ical.Net;
using Ical.Net.CalendarComponents;

namespace PbxEvents.Desk;

/// <summary>Reads iCalendar files. Found by its name.</summary>
internal sealed class CalendarReader : IHolidayCalendarReader
{
    /// <summary>A calendar of holidays has some kilobytes; what is far larger is another file.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <inheritdoc/>
    public IHolidayCalendar Read(string path, TimeZoneInfo zone)
    {
        var text = ReadText(path);
        try
        {
            var calendars = CalendarCollection.Load(text) ?? [];
            if (calendars.Count == 0)
                throw Unreadable(path, "it contains no calendar", null);
            foreach (var calendarEvent in calendars.SelectMany(c => c.Events))
                Check(path, calendarEvent);
            var key = $"{path} {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
            return new HolidayCalendar(key, calendars, zone, why => Unreadable(path, why, null));
        }
        catch (Exception e) when (e is not (PbxException or OutOfMemoryException))
        {
            // The library has no exception of its own for what it cannot read.
            throw Unreadable(path, e.Message, e);
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxBytes ? File.ReadAllText(path) : throw Unreadable(path, $"it is larger than {MaxBytes / 1024 / 1024} MB", null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e.Message, e);
        }
    }

    /// <summary>The library notices a zone that it does not know only when it counts with it.</summary>
    private static void Check(string path, CalendarEvent calendarEvent)
    {
        if (calendarEvent.DtStart is null)
            throw Unreadable(path, $"the event '{calendarEvent.Summary}' has no start", null);
        foreach (var time in new[] { calendarEvent.DtStart, calendarEvent.DtEnd })
        {
            if (time?.TzId is not { } zone)
                continue;
            try
            {
                _ = time.AsUtc;
            }
            catch (ArgumentException)
            {
                throw Unreadable(path, $"the event '{calendarEvent.Summary}' is in the time zone '{zone}', which is unknown", null);
            }
        }
    }

    private static PbxException Unreadable(string path, string why, Exception? cause) => new(
        PbxErrorKind.FileUnreadable,
        $"'{path}' cannot be read as a calendar: {why}",
        "Give an iCalendar file, as exported by calendar programs, usually .ics.",
        cause)
    { Target = path, IsPermanent = true };
}
