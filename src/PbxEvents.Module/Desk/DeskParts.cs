using PbxEvents.Module.Parts;

namespace PbxEvents.Module.Desk;

/// <summary>What takes a library of others. Nothing of it is loaded before it is wanted.</summary>
internal static class DeskParts
{
    private static readonly Lazy<IHolidayCalendarReader> CalendarReader = new(() =>
        PartContext.Make<IHolidayCalendarReader>("PbxEvents.Desk.CalendarReader", PbxErrorKind.FileUnreadable));

    private static readonly Lazy<INumberReader> NumberReader = new(() =>
        PartContext.Make<INumberReader>("PbxEvents.Desk.NumberReader", PbxErrorKind.FileUnreadable));

    /// <summary>Reads calendars of holidays.</summary>
    public static IHolidayCalendarReader Calendars => CalendarReader.Value;

    /// <summary>Knows the world's numbering plans.</summary>
    public static INumberReader Numbers => NumberReader.Value;
}
