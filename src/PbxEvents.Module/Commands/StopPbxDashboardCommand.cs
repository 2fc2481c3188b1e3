using System.Management.Automation;

namespace PbxEvents.Module.Commands;

/// <summary>Closes the page of this session. Nothing happens when there is none.</summary>
[Cmdlet(VerbsLifecycle.Stop, "PbxDashboard", SupportsShouldProcess = true)]
public sealed class StopPbxDashboardCommand : PbxCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Session.Dashboard is not { } dashboard || !ShouldProcess($"{dashboard.Snapshot()}", SR.StopDashboardAction))
            return;
        Session.Dashboard = null;
        Await(_ => dashboard.DisposeAsync().AsTask());
    }
}
