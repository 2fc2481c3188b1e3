using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;
using PbxEvents.Module.Reports;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that count calls.</summary>
public abstract class CallMeterCmdlet : CallSourceCmdlet
{
    private CallMeter? _meter;
    private CallFilter? _filter;

    private protected CallMeterCmdlet()
    {
    }

    /// <summary>Only calls that began before: as -Since.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Until { get; set; }

    /// <summary>Who is answered within so many seconds is answered in time. Default 60.</summary>
    [Parameter]
    [ValidateRange(0, 86_400)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double ServiceLevel { get; set; } = 60;

    private protected CallMeter Meter => _meter ??= new CallMeter(TimeSpan.FromSeconds(ServiceLevel), TimeZoneInfo.Local);

    private protected override bool IsOfUse(PbxCallState state) => state == PbxCallState.Ended;

    private protected override void Take(PbxCall call)
    {
        _filter ??= new CallFilter { Parties = MakePartyFilter(), Hours = MakeHoursFilter() };
        if (_filter.IsMatch(call) && !(call.StartedAt < Since?.Moment) && !(call.StartedAt >= Until?.Moment))
            Meter.Add(call);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        ReadCalls();
        if (Since is { } since)
            WarnOfUnseen(since);
    }
}
