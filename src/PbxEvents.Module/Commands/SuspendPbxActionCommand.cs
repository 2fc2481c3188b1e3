using System.Management.Automation;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Runs no further action in this session until Resume-PbxAction. What comes meanwhile waits in the buffers.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "PbxAction", SupportsShouldProcess = true)]
public sealed class SuspendPbxActionCommand : PbxCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!ShouldProcess(SR.SessionTarget, SR.SuspendActionsAction))
            return;
        Session.Reactions.Suspend();
        WriteWarning(SR.ActionsSuspended.With(Session.Reactions.Count));
    }
}
