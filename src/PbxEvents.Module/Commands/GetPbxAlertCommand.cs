using System.Management.Automation;

namespace PbxEvents.Module.Commands;

/// <summary>Shows the alerts of this session: what they watch for, what is wrong now, and unsent notices.</summary>
[Cmdlet(VerbsCommon.Get, "PbxAlert")]
[OutputType(typeof(PbxAlert))]
public sealed class GetPbxAlertCommand : AlertCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var alert in Find())
            WriteObject(alert.Snapshot());
    }
}
