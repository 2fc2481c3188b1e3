using System.Management.Automation;

namespace PbxEvents.Module.Commands;

/// <summary>Shows where the page of this session is, and how many look at it; nothing when there is none.</summary>
[Cmdlet(VerbsCommon.Get, "PbxDashboard")]
[OutputType(typeof(PbxDashboard))]
public sealed class GetPbxDashboardCommand : PbxCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Session.Dashboard is { } dashboard)
            WriteObject(dashboard.Snapshot());
    }
}
