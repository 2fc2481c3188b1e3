using System.Globalization;
using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>True for each time or call at which a schedule is open, else false; <c>-Verbose</c> says why.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PbxSchedule")]
[OutputType(typeof(bool))]
public sealed class TestPbxScheduleCommand : PbxCmdlet
{
    /// <summary>The schedules; one that is open is enough, as in <c>-Within</c>.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public PbxSchedule[] Schedule { get; set; } = [];

    /// <summary>Calls (when they began), events, dates and times, or time spans (counted back from now). Default now.</summary>
    [Parameter(
        Position = 1,
        ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument[] Time { get; set; } = [new(DateTimeOffset.Now)];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var time in Time)
            Try(() => WriteObject(IsOpen(time.Moment)), time);
    }

    private bool IsOpen(DateTimeOffset time)
    {
        var isOpen = false;
        foreach (var schedule in Schedule)
        {
            var look = schedule.Look(time);
            isOpen |= look.IsOpen;
            var clock = TimeZoneInfo.ConvertTime(time, schedule.TimeZone).ToString("ddd yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            WriteVerbose(look.IsOpen ? SR.ScheduleOpen.With(schedule, clock, schedule.TimeZone.Id, look.Hours)
                : look.Holiday is null ? SR.ScheduleClosed.With(schedule, clock, schedule.TimeZone.Id)
                : SR.ScheduleHoliday.With(schedule, clock, schedule.TimeZone.Id, look.Holiday));
        }
        return isOpen;
    }
}
