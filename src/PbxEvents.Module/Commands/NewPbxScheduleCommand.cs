using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Desk;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Makes business hours, for <c>-Within</c> and <c>-Outside</c>: days, hours, a time zone and holidays. It is not stored.</summary>
[Cmdlet(VerbsCommon.New, "PbxSchedule")]
[OutputType(typeof(PbxSchedule))]
public sealed class NewPbxScheduleCommand : PbxCmdlet
{
    /// <summary>The name, for people.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The days of the week on which it opens. Default Monday to Friday.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public DayOfWeek[] Day { get; set; } = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];

    /// <summary>The hours of such a day, such as <c>08:00-12:00</c>; those that end on the next day belong to the day they begin on. Default all day.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public PbxHours[] Hours { get; set; } = [PbxHours.AllDay];

    /// <summary>The time zone of all these, as an id or a TimeZoneInfo. Default: this machine's.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    [ValidateNotNull]
    public object? TimeZone { get; set; }

    /// <summary>Days on which it is closed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public DateTime[] Holiday { get; set; } = [];

    /// <summary>Files in the form of iCalendar: it is closed while an event of theirs lasts.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] HolidayPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var zone = FindTimeZone(TimeZone) ?? TimeZoneInfo.Local;
        var holidays = Holiday.Select(DateOnly.FromDateTime).Select(d => PbxHoliday.OfDays(null, d, d.AddDays(1), zone)).ToArray();
        try
        {
            var calendars = HolidayPath.Select(p => DeskParts.Calendars.Read(GetUnresolvedProviderPathFromPSPath(p), zone)).ToArray();
            var schedule = new PbxSchedule(VisibleText.OfValue(Name), Day, Hours, zone, holidays, calendars);

            // A calendar that cannot be counted out is told here, not in the middle of the night.
            foreach (var holiday in schedule.GetHolidays(DateTime.Today.Year))
                WriteVerbose($"{schedule}: {holiday}");
            WriteObject(schedule);
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(Name));
        }
    }
}
