using System.Management.Automation;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Counts ended calls and how they went: answered, reached nobody, service level, longest wait; of all together, or by queue, hour,
/// extension and day.
/// </summary>
[Cmdlet(VerbsDiagnostic.Measure, "PbxCall", DefaultParameterSetName = LiveSet)]
[OutputType(typeof(PbxCallFigures))]
public sealed class MeasurePbxCallCommand : CallMeterCmdlet
{
    /// <summary>What the calls that are counted together have in common; of several all of them. Default: all calls are.</summary>
    [Parameter(Position = 0)]
    public PbxCallGrouping[] By { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (By.Length == 0)
            WriteObject(Meter.Measure());
        else
            WriteObject(Meter.Measure(By), enumerateCollection: true);
    }
}
