using System.Management.Automation;
using PbxEvents.Module.Commands;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Service;

namespace PbxEvents.Module.Actions;

/// <summary>Shows what durable reactions have put out. The doorbell's own command, as <see cref="InvokePbxReactionCommand"/> is.</summary>
public sealed class ShowPbxReportCommand : PSCmdlet
{
    /// <summary>The doorbell that rang.</summary>
    [Parameter(Mandatory = true)]
    public Doorbell Doorbell { get; set; } = null!;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var items = Doorbell.Reactions.Reports.Take(out var dropped);
        if (dropped > 0)
            WriteWarning(SR.ReportsDropped.With(dropped));
        foreach (var item in items)
            Show(item);
    }

    private void Show(object item)
    {
        if (ServiceProcess.Take(item))
            return;
        switch (item)
        {
            case ErrorRecord error:
                WriteError(error);
                break;
            case FailedTry failed:
                WriteError(ModuleErrors.TryFailed(failed));
                break;
            case PbxException error:
                WriteError(error.ToErrorRecord(null));
                break;
            case PbxGap gap:
                WriteWarning(ReadingCmdlet.Describe(gap));
                break;
            case WarningRecord warning:
                WriteWarning(warning.Message);
                break;
            case InformationRecord information:
                WriteInformation(information);
                break;
            default:
                WriteObject(item);
                break;
        }
    }
}
